package edgeloop.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** From a target's path to the name of a file. */
final class TargetPath {
    private TargetPath() {}

    /**
     * Decodes a path, once, so that what is checked is what is opened.
     *
     * @return the bytes of the name, without the slash in front; null for one that names no file:
     *     with "." or ".." as a component, an escaped "/", a backslash, which some clients take for
     *     a slash, a control character, or an escape that is none
     */
    static byte @Nullable [] decode(Request request) {
        int length = request.pathLength();
        byte[] decoded = new byte[length];
        int size = 0;
        for (int i = 0; i < length; i++) {
            byte b = request.pathByte(i);
            if (b == '%') {
                int value = i + 2 < length ? escaped(request, i) : -1;
                if (value < 0 || value == '/') {
                    return null;
                }
                b = (byte) value;
                i += 2;
            }
            if (b == '\\' || (b >= 0 && b < ' ') || b == 0x7f) {
                return null;
            }
            decoded[size++] = b;
        }
        return decoded[0] == '/' && !hasDots(decoded, size)
                ? Arrays.copyOfRange(decoded, leadingSlashes(decoded, size), size)
                : null;
    }

    private static int escaped(Request request, int at) {
        int high = Bytes.hexDigit(request.pathByte(at + 1));
        int low = Bytes.hexDigit(request.pathByte(at + 2));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int leadingSlashes(byte[] path, int size) {
        int n = 0;
        while (n < size && path[n] == '/') {
            n++;
        }
        return n;
    }

    /** Whether a component is "." or "..". */
    private static boolean hasDots(byte[] path, int size) {
        int start = 0;
        for (int i = 0; i <= size; i++) {
            if (i == size || path[i] == '/') {
                int length = i - start;
                boolean dots =
                        (length == 1 && path[start] == '.')
                                || (length == 2 && path[start] == '.' && path[start + 1] == '.');
                if (dots) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    /** The path as it was sent. */
    static byte[] raw(Request request) {
        byte[] raw = new byte[request.pathLength()];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = request.pathByte(i);
        }
        return raw;
    }

    static byte[] join(byte[] path, byte[] name) {
        byte[] joined = Arrays.copyOf(path, path.length + name.length);
        System.arraycopy(name, 0, joined, path.length, name.length);
        return joined;
    }
}
