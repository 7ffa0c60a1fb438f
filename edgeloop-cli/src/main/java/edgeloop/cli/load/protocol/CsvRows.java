package edgeloop.cli.load.protocol;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of a table with commas, RFC 4180, whose first line has the names. */
final class CsvRows implements RowReader {
    private final CsvReader<CsvRecord> reader;
    private final OpenQuote quotes;
    private final Iterator<CsvRecord> records;
    private List<String> names = List.of();
    private final Map<String, Integer> positions = new HashMap<>();
    private @Nullable CsvRecord row;
    private long line = 1;

    private CsvRows(OpenQuote text) {
        this.quotes = text;
        this.reader = CsvReader.builder().ofCsvRecord(text);
        this.records = reader.iterator();
    }

    private void readNames() throws IOException {
        CsvRecord header = read();
        names = header == null ? List.of() : header.getFields();
        for (int i = 0; i < names.size(); i++) {
            if (positions.putIfAbsent(names.get(i), i) != null) {
                throw new IllegalArgumentException("two columns are named '" + names.get(i) + "'");
            }
        }
    }

    /** Reads the names; {@code file} is where they are said to be wrong. */
    static CsvRows open(Path file, Reader text) throws IOException {
        CsvRows rows = new CsvRows(new OpenQuote(text));
        try {
            rows.readNames();
        } catch (IllegalArgumentException e) {
            throw TextFile.wrong(file, rows.line, e);
        }
        return rows;
    }

    private @Nullable CsvRecord read() throws IOException {
        try {
            if (!records.hasNext()) {
                return null;
            }
            CsvRecord record = records.next();
            line = record.getStartingLineNumber();
            requireClosedQuotes();
            return record;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CsvParseException e) {
            if (e.getCause() instanceof IOException unreadable) {
                throw unreadable;
            }
            throw badRecord(e);
        }
    }

    /** The reader takes all that follows an open quote for one field. */
    private void requireClosedQuotes() {
        if (quotes.line() > 0) {
            line = quotes.line();
            throw new IllegalArgumentException(
                    "a quote is not closed: close it, and write one that is text as \"\"");
        }
    }

    /** The exception's own cause has what is wrong, and its message ends with the line. */
    private IllegalArgumentException badRecord(CsvParseException e) {
        String message = String.valueOf(e.getMessage());
        String digits = message.substring(message.lastIndexOf(' ') + 1);
        if (digits.matches("\\d{1,18}")) {
            line = Long.parseLong(digits);
        }
        String reason = e.getCause() == null ? message : e.getCause().getMessage();
        return new IllegalArgumentException(reason, e);
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public boolean next() throws IOException {
        row = read();
        return row != null;
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public @Nullable String value(String name) {
        Integer position = positions.get(name);
        if (row == null || position == null) {
            return null;
        }
        String value = row.getField(position);
        if (value.isEmpty()) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is empty: leave the row out, or write it as .jsonl, where \"\" is"
                            + " meant");
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
