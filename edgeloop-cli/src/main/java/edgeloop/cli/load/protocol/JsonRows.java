package edgeloop.cli.load.protocol;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are objects of JSON, a line each. */
final class JsonRows implements RowReader {
    private final JsonLines lines;
    private final List<String> names;
    private @Nullable JsonObject row;
    private boolean isFirst = true;

    private JsonRows(JsonLines lines) throws IOException {
        this.lines = lines;
        this.row = lines.next();
        this.names = row == null ? List.of() : List.copyOf(row.keySet());
    }

    /** Reads the first row, for its names. */
    static JsonRows open(Reader text) throws IOException {
        return new JsonRows(new JsonLines(text));
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public boolean next() throws IOException {
        if (isFirst) {
            isFirst = false;
        } else {
            row = lines.next();
        }
        return row != null;
    }

    @Override
    public long line() {
        return lines.line();
    }

    @Override
    public @Nullable String value(String name) {
        JsonElement value = row == null ? null : row.get(name);
        return value == null ? null : JsonLines.text(value);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
