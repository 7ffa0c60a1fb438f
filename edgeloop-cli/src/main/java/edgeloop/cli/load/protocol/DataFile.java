package edgeloop.cli.load.protocol;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The rows that requests are filled in with, of a file of CSV or of JSON lines. First its names are
 * read, then those columns are asked for that are wanted, and then these alone are read.
 */
public final class DataFile implements AutoCloseable {
    /** What all rows together may take: a quarter of the programs' heap. */
    private static final long MOST_BYTES = 64 << 20;

    private static final int BYTES_PER_VALUE = Integer.BYTES;

    private final Path file;
    private final RowReader rows;
    private final List<Column> columns = new ArrayList<>();

    private DataFile(Path file, RowReader rows) {
        this.file = file;
        this.rows = rows;
    }

    /**
     * Opens a file whose name ends with .csv, .jsonl or .ndjson.
     *
     * @throws IllegalArgumentException if it has no names; the message says why
     */
    public static DataFile open(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean isJson = name.endsWith(".jsonl") || name.endsWith(".ndjson");
        if (!isJson && !name.endsWith(".csv")) {
            throw new IllegalArgumentException(file + ": a name ends with .csv or .jsonl");
        }
        RowReader rows;
        try {
            Reader text = TextFile.open(file);
            try {
                rows = isJson ? JsonRows.open(file, text) : CsvRows.open(file, text);
            } catch (IOException | IllegalArgumentException e) {
                text.close();
                throw e;
            }
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        }
        DataFile data = new DataFile(file, rows);
        if (rows.names().isEmpty()) {
            data.close();
            throw new IllegalArgumentException(file + " has no columns");
        }
        if (data.has("")) {
            data.close();
            throw new IllegalArgumentException(
                    file + " has a column without a name: give it one, or leave it out");
        }
        return data;
    }

    boolean has(String name) {
        return rows.names().contains(name);
    }

    /** The values that are to stand in this place; they come with {@link #load}. */
    Column column(String name, Placeholders.Place place) {
        for (Column column : columns) {
            if (column.name().equals(name) && column.place() == place) {
                return column;
            }
        }
        Column column = new Column(name, place);
        columns.add(column);
        return column;
    }

    /**
     * Reads the rows, of which there is at least one, and answers their number.
     *
     * @throws IllegalArgumentException if it cannot; the message says where and why
     */
    int load() {
        if (columns.isEmpty()) {
            throw new IllegalArgumentException(
                    this
                            + " is not used: name a column in braces in the URL, a field, the body or"
                            + " the payload");
        }
        int count = 0;
        long bytes = 0;
        try {
            for (; rows.next(); count++) {
                for (Column column : columns) {
                    bytes += BYTES_PER_VALUE + column.add(value(column.name()));
                }
                if (bytes > MOST_BYTES) {
                    throw new IllegalArgumentException("more than 64 MiB are too many");
                }
            }
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        } catch (IllegalArgumentException e) {
            throw TextFile.wrong(file, rows.line(), e);
        }
        if (count == 0) {
            throw new IllegalArgumentException(file + " has no rows");
        }
        return count;
    }

    private String value(String name) {
        @Nullable String value = rows.value(name);
        if (value == null) {
            throw new IllegalArgumentException("no '" + name + "'");
        }
        return value;
    }

    @Override
    public void close() {
        try {
            rows.close();
        } catch (IOException e) {
            // All that was to be read has been.
        }
    }

    /** The file and its columns. */
    @Override
    public String toString() {
        return file + " (" + String.join(", ", rows.names()) + ")";
    }
}
