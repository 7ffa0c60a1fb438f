package edgeloop.cli.load.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The values of one column, as they go over the wire; one after the other in one array. */
final class Column {
    private static final int FIRST_ROWS = 64;
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private final String name;
    private final Placeholders.Place place;
    private byte[] bytes = new byte[16 * FIRST_ROWS];
    private int[] ends = new int[FIRST_ROWS];
    private int rows;
    private int mostBytes;

    /**
     * @param place where in a request the values are to stand
     */
    Column(String name, Placeholders.Place place) {
        this.name = name;
        this.place = place;
    }

    String name() {
        return name;
    }

    Placeholders.Place place() {
        return place;
    }

    /**
     * Adds the value of one more row.
     *
     * @return how many bytes it takes
     * @throws IllegalArgumentException if it cannot stand in that place
     */
    int add(String value) {
        byte[] added = value.getBytes(StandardCharsets.UTF_8);
        if (place == Placeholders.Place.URL) {
            added = percentEncoded(added);
        } else if (place == Placeholders.Place.FIELD && HttpRequest.hasControl(value)) {
            throw new IllegalArgumentException(
                    "'" + name + "' has a control character, which a field cannot have");
        }
        int begin = begin(rows);
        int end = begin + added.length;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
        }
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, 2 * rows);
        }
        System.arraycopy(added, 0, bytes, begin, added.length);
        ends[rows++] = end;
        mostBytes = Math.max(mostBytes, added.length);
        return added.length;
    }

    /**
     * Encodes what no URL can have (RFC 3986 section 2.1), and what would end its query: the rest
     * is left, so that a value can be a path, or be encoded already.
     */
    private static byte[] percentEncoded(byte[] value) {
        byte[] encoded = new byte[3 * value.length];
        int length = 0;
        for (byte b : value) {
            if (b > ' ' && b <= '~' && b != '#') {
                encoded[length++] = b;
            } else {
                encoded[length++] = '%';
                encoded[length++] = HEX[b >> 4 & 0xf];
                encoded[length++] = HEX[b & 0xf];
            }
        }
        return Arrays.copyOf(encoded, length);
    }

    private int begin(int row) {
        return row == 0 ? 0 : ends[row - 1];
    }

    int mostBytes() {
        return mostBytes;
    }

    int length(int row) {
        return ends[row] - begin(row);
    }

    /** Writes a row's value from {@code at} on, and answers where it ends. */
    int write(byte[] to, int at, int row) {
        int begin = begin(row);
        int length = ends[row] - begin;
        System.arraycopy(bytes, begin, to, at, length);
        return at + length;
    }
}
