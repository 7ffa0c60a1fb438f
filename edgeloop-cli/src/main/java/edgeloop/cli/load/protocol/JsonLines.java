package edgeloop.cli.load.protocol;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file with an object of JSON (RFC 8259) in each line; empty lines are passed over. */
final class JsonLines implements Closeable {
    private static final Gson GSON =
            new GsonBuilder()
                    .setStrictness(Strictness.STRICT)
                    .disableHtmlEscaping()
                    .serializeNulls()
                    .create();
    private static final Pattern COLUMN = Pattern.compile("column (\\d+)");

    private final BufferedReader lines;
    private long line;

    JsonLines(Reader text) {
        this.lines = new BufferedReader(text);
    }

    /** The next object; null at the end. */
    @Nullable JsonObject next() throws IOException {
        String text;
        do {
            text = lines.readLine();
            line++;
            if (text == null) {
                return null;
            }
        } while (text.isBlank());
        try {
            if (GSON.fromJson(text, JsonElement.class) instanceof JsonObject object) {
                requireNamesOnce(new JsonReader(new StringReader(text)));
                return object;
            }
        } catch (JsonParseException e) {
            Matcher column = COLUMN.matcher(String.valueOf(e.getMessage()));
            throw new IllegalArgumentException(
                    "not an object of JSON" + (column.find() ? ", see " + column.group() : ""), e);
        }
        throw new IllegalArgumentException("not an object of JSON");
    }

    /** Gson takes the last one of those with the same name, and the others would be lost. */
    private static void requireNamesOnce(JsonReader json) throws IOException {
        switch (json.peek()) {
            case BEGIN_OBJECT -> {
                Set<String> names = new HashSet<>();
                json.beginObject();
                while (json.hasNext()) {
                    String name = json.nextName();
                    if (!names.add(name)) {
                        throw new IllegalArgumentException(
                                "'" + name + "' stands twice in one object: leave one of them");
                    }
                    requireNamesOnce(json);
                }
                json.endObject();
            }
            case BEGIN_ARRAY -> {
                json.beginArray();
                while (json.hasNext()) {
                    requireNamesOnce(json);
                }
                json.endArray();
            }
            default -> json.skipValue();
        }
    }

    /** The line of the last object, from 1. */
    long line() {
        return line;
    }

    /** A text as it is, and everything else as JSON writes it. */
    static String text(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString()
                ? primitive.getAsString()
                : GSON.toJson(value);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
