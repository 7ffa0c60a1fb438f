package edgeloop.simulation;

import java.util.Arrays;

/**
 * The bytes of a peer's stream, in both directions: byte {@code i} of peer {@code p} is known
 * without being kept, and no part of a stream looks like another one or another peer's.
 */
final class Pattern {
    /** A prime, so that no power of two lost goes unnoticed. */
    private static final int PERIOD = 65_521;

    private static final byte[] BYTES = new byte[2 * PERIOD];

    static {
        Choices choices = Choices.ofSeed(1);
        for (int i = 0; i < PERIOD; i++) {
            BYTES[i] = (byte) choices.nextLong();
            BYTES[i + PERIOD] = BYTES[i];
        }
    }

    private Pattern() {}

    static byte[] array() {
        return BYTES;
    }

    /** Where in {@link #array} byte {@code position} of a stream is, with a period behind it. */
    static int index(int stream, int position) {
        return (stream * 7_919 + position) % PERIOD;
    }

    /** The most bytes that lie in a row in {@link #array} from any index. */
    static int inARow(int length) {
        return Math.min(length, PERIOD);
    }

    /** Whether the first {@code length} bytes are those of {@code stream} from {@code position}. */
    static boolean matches(byte[] bytes, int length, int stream, int position) {
        return matches(bytes, 0, length, stream, position);
    }

    /** The same of the bytes from {@code offset} on. */
    static boolean matches(byte[] bytes, int offset, int length, int stream, int position) {
        int done = 0;
        while (done < length) {
            int n = inARow(length - done);
            int at = index(stream, position + done);
            if (!Arrays.equals(bytes, offset + done, offset + done + n, BYTES, at, at + n)) {
                return false;
            }
            done += n;
        }
        return true;
    }

    /** A copy of the {@code length} bytes of {@code stream} from {@code position}. */
    static byte[] copy(int stream, int position, int length) {
        byte[] copy = new byte[length];
        int done = 0;
        while (done < length) {
            int n = inARow(length - done);
            System.arraycopy(BYTES, index(stream, position + done), copy, done, n);
            done += n;
        }
        return copy;
    }
}
