package edgeloop.http.syntax;

import java.util.Arrays;

/**
 * The names of the methods that are taken, RFC 9110 section 9.1: each is packed into a {@code
 * long}, its last byte in the lowest eight bits, and is known by its place from then on.
 */
public final class MethodNames {
    /** The place of a name that is not among them. */
    static final int UNKNOWN = -1;

    private final long[] packed;
    private final int[] lengths;
    private final int maxLength;

    /**
     * @param names in ASCII, of at most seven bytes: one more is looked at
     */
    public MethodNames(String... names) {
        packed = Arrays.stream(names).mapToLong(MethodNames::packed).toArray();
        lengths = Arrays.stream(names).mapToInt(String::length).toArray();
        maxLength = Arrays.stream(lengths).max().orElse(0);
    }

    /** The longest name, in bytes. */
    int maxLength() {
        return maxLength;
    }

    /** The place of the name that is packed in {@code bytes}, or {@link #UNKNOWN}. */
    int indexOf(long bytes) {
        for (int i = 0; i < packed.length; i++) {
            if (packed[i] == bytes) {
                return i;
            }
        }
        return UNKNOWN;
    }

    /** Whether a name begins with the {@code length} bytes that are packed so. */
    boolean isStart(long bytes, int length) {
        for (int i = 0; i < packed.length; i++) {
            int rest = lengths[i] - length;
            if (rest >= 0 && packed[i] >>> (Byte.SIZE * rest) == bytes) {
                return true;
            }
        }
        return false;
    }

    static long packed(String text) {
        long bytes = 0;
        for (byte b : Bytes.ascii(text)) {
            bytes = bytes << Byte.SIZE | b;
        }
        return bytes;
    }
}
