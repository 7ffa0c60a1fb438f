package edgeloop.cli.load.protocol;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are objects of JSON, a line each. */
final class JsonRows implements RowReader {
    private final JsonLines lines;
    private final List<String> names;
    private @Nullable JsonObject row;
    private boolean isFirst = true;

    private JsonRows(JsonLines lines, @Nullable JsonObject first) {
        this.lines = lines;
        this.row = first;
        this.names = row == null ? List.of() : List.copyOf(row.keySet());
    }

    /** Reads the first row, for its names; {@code file} is where they are said to be wrong. */
    static JsonRows open(Path file, Reader text) throws IOException {
        JsonLines lines = new JsonLines(text);
        try {
            return new JsonRows(lines, lines.next());
        } catch (IllegalArgumentException e) {
            throw TextFile.wrong(file, lines.line(), e);
        }
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
