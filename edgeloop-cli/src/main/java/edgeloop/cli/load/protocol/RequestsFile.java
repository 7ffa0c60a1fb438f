package edgeloop.cli.load.protocol;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Requests that a file describes, an object of JSON in each line. */
public final class RequestsFile {
    /** Each of its requests is a template: more of them than these are rows of data. */
    private static final int MOST_REQUESTS = 100_000;

    private static final int MOST_WEIGHT = 1_000_000;

    private RequestsFile() {}

    /**
     * Reads a file's requests, in their order.
     *
     * @param names what a request is described by, besides its weight
     * @param requests takes each; an IllegalArgumentException of its is said with the line
     * @throws IllegalArgumentException if there is none, or one is wrong; the message says where
     */
    public static void read(Path file, Set<String> names, Consumer<Entry> requests) {
        try {
            if (Files.size(file) > Payload.MAX_BYTES) {
                throw new IllegalArgumentException(file + ": more than 64 MiB are too many");
            }
            try (JsonLines lines = new JsonLines(TextFile.open(file))) {
                read(file, lines, names, requests);
            }
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        }
    }

    private static void read(
            Path file, JsonLines lines, Set<String> names, Consumer<Entry> requests)
            throws IOException {
        int count = 0;
        while (true) {
            try {
                JsonObject request = lines.next();
                if (request == null) {
                    break;
                }
                if (++count > MOST_REQUESTS) {
                    throw new IllegalArgumentException(
                            "more than "
                                    + MOST_REQUESTS
                                    + " requests are too many: give what differs with --data");
                }
                for (String name : request.keySet()) {
                    if (!name.equals("weight") && !names.contains(name)) {
                        throw new IllegalArgumentException("'" + name + "' is not known");
                    }
                }
                requests.accept(new Entry(request));
            } catch (IllegalArgumentException e) {
                throw TextFile.wrong(file, lines.line(), e);
            }
        }
        if (count == 0) {
            throw new IllegalArgumentException(file + " has no requests");
        }
    }

    /** A request as its line describes it. */
    public static final class Entry {
        private final JsonObject members;

        private Entry(JsonObject members) {
            this.members = members;
        }

        /** How often it is sent beside the others; 1 where nothing is said. */
        public int weight() {
            JsonElement weight = members.get("weight");
            if (weight == null) {
                return 1;
            }
            if (weight instanceof JsonPrimitive number
                    && number.isNumber()
                    && number.getAsString().matches("[1-9]\\d{0,6}")
                    && number.getAsInt() <= MOST_WEIGHT) {
                return number.getAsInt();
            }
            throw new IllegalArgumentException(
                    "'weight' is a whole number from 1 to " + MOST_WEIGHT + ", not " + weight);
        }

        /** The text of this name; null where there is none. */
        public @Nullable String text(String name) {
            JsonElement text = members.get(name);
            return text == null ? null : text(name, text);
        }

        private static String text(String name, JsonElement text) {
            if (text instanceof JsonPrimitive primitive && primitive.isString()) {
                return primitive.getAsString();
            }
            throw new IllegalArgumentException("'" + name + "' is a text, not " + text);
        }

        /** The fields, each as {@code Name: value}. */
        public List<String> fields() {
            List<String> fields = new ArrayList<>();
            JsonElement headers = members.get("headers");
            if (headers == null) {
                return fields;
            }
            if (!(headers instanceof JsonObject byName)) {
                throw new IllegalArgumentException("'headers' is an object: {\"Name\": \"value\"}");
            }
            for (Map.Entry<String, JsonElement> header : byName.entrySet()) {
                String name = header.getKey();
                if (header.getValue() instanceof JsonArray values) {
                    values.forEach(value -> fields.add(name + ": " + text(name, value)));
                } else {
                    fields.add(name + ": " + text(name, header.getValue()));
                }
            }
            return fields;
        }

        /** A body: a text, written like {@code --body}, or else JSON. Null where there is none. */
        public @Nullable Template body(Placeholders placeholders) {
            JsonElement body = members.get("body");
            if (body == null) {
                return null;
            }
            String text = JsonLines.text(body);
            return body instanceof JsonPrimitive primitive && primitive.isString()
                    ? placeholders.content(text)
                    : placeholders.compile(text, Placeholders.Place.BODY);
        }
    }
}
