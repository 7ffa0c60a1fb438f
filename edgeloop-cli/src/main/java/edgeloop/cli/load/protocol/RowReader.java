package edgeloop.cli.load.protocol;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file's rows, one by one. What is wrong with one is an IllegalArgumentException. */
sealed interface RowReader extends Closeable permits CsvRows, JsonRows {
    /** The columns, by the file's first line. */
    List<String> names();

    /** Goes on to the next row; false at the end. */
    boolean next() throws IOException;

    /** The line that the row begins in, from 1; that of the last one where reading has failed. */
    long line();

    /** The row's value in this column; null if it has none. */
    @Nullable String value(String name);
}
