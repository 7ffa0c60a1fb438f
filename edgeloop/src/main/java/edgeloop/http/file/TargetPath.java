package edgeloop.http.file;

import edgeloop.http.syntax.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** From a target's path to the name of a file. */
public final class TargetPath {
    private static final byte[] WELL_KNOWN = Bytes.ascii(".well-known");

    private TargetPath() {}

    /**
     * Decodes a path, once, so that what is checked is what is opened.
     *
     * @param path as it was sent
     * @return the bytes of the name, without the slash in front; null for one that names no file:
     *     with "." or ".." as a component, an escaped "/", a backslash, which some clients take for
     *     a slash, a control character, or an escape that is none
     */
    public static byte @Nullable [] decode(byte[] path) {
        int length = path.length;
        byte[] decoded = new byte[length];
        int size = 0;
        for (int i = 0; i < length; i++) {
            byte b = path[i];
            if (b == '%') {
                int value = i + 2 < length ? escaped(path, i) : -1;
                if (value < 0 || value == '/') {
                    return null;
                }
                b = (byte) value;
                i += 2;
            }
            if (!isAskable(b)) {
                return null;
            }
            decoded[size++] = b;
        }
        return decoded[0] == '/' && !hasDots(decoded, size)
                ? Arrays.copyOfRange(decoded, leadingSlashes(decoded, size), size)
                : null;
    }

    private static boolean isAskable(byte b) {
        return b != '\\' && (b < 0 || b >= ' ') && b != 0x7f;
    }

    /** Whether a path may have a file's name in it, however it is escaped. */
    public static boolean isAskable(byte[] name) {
        for (byte b : name) {
            if (!isAskable(b)) {
                return false;
            }
        }
        return true;
    }

    private static int escaped(byte[] path, int at) {
        int high = Bytes.hexDigit(path[at + 1]);
        int low = Bytes.hexDigit(path[at + 2]);
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

    /**
     * Whether a component of a decoded path begins with a dot: what is not meant for everybody,
     * such as {@code .git} and {@code .htpasswd}. {@code .well-known} at the root is, RFC 8615.
     */
    public static boolean isHidden(byte[] path) {
        int from = beginsWithWellKnown(path) ? WELL_KNOWN.length : 0;
        for (int i = from; i < path.length; i++) {
            if (path[i] == '.' && (i == 0 || path[i - 1] == '/')) {
                return true;
            }
        }
        return false;
    }

    private static boolean beginsWithWellKnown(byte[] path) {
        int length = WELL_KNOWN.length;
        return path.length >= length
                && Arrays.equals(path, 0, length, WELL_KNOWN, 0, length)
                && (path.length == length || path[length] == '/');
    }

    public static byte[] join(byte[] path, byte[] name) {
        byte[] joined = Arrays.copyOf(path, path.length + name.length);
        System.arraycopy(name, 0, joined, path.length, name.length);
        return joined;
    }
}
