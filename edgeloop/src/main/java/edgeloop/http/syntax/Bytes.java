package edgeloop.http.syntax;

import edgeloop.IoBuffer;
import java.nio.charset.StandardCharsets;

/** Classes of bytes in HTTP's grammar, and comparisons that make no strings. */
public final class Bytes {
    /** tchar, RFC 9110 section 5.6.2. */
    public static final int TOKEN = 1;

    /** field-vchar, SP or HTAB, RFC 9110 section 5.5. */
    public static final int FIELD_VALUE = 2;

    /** What a request target may have here: visible ASCII but "#", which starts a fragment. */
    static final int TARGET = 4;

    /** unreserved or sub-delims, of which a host consists but for its escapes, RFC 3986. */
    static final int HOST = 8;

    private static final byte[] CLASSES = new byte[256];

    static {
        mark(TOKEN, "!#$%&'*+-.^_`|~");
        mark(HOST, "-._~!$&'()*+,;=");
        for (int b = 0; b < CLASSES.length; b++) {
            boolean alphanumeric = isAlpha(b) || isDigit(b);
            boolean visible = b > ' ' && b < 0x7f;
            CLASSES[b] |=
                    (byte)
                            ((alphanumeric ? TOKEN | HOST : 0)
                                    | (visible || b >= 0x80 || b == ' ' || b == '\t'
                                            ? FIELD_VALUE
                                            : 0)
                                    | (visible && b != '#' ? TARGET : 0));
        }
    }

    private Bytes() {}

    private static void mark(int type, String members) {
        for (byte b : ascii(members)) {
            CLASSES[b] |= (byte) type;
        }
    }

    public static boolean is(int type, byte b) {
        return (CLASSES[b & 0xff] & type) != 0;
    }

    /** The first place from {@code from} on whose byte is not of {@code type}; or {@code limit}. */
    static int skip(int type, IoBuffer in, int from, int limit) {
        int i = from;
        while (i < limit && is(type, in.getByte(i))) {
            i++;
        }
        return i;
    }

    public static boolean isAlpha(int b) {
        return (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
    }

    public static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** The value of a hexadecimal digit, or -1. */
    public static int hexDigit(byte b) {
        if (isDigit(b)) {
            return b - '0';
        }
        int letter = b | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
    }

    /** Whether the bytes of {@code in} from {@code from} are {@code expected}. */
    public static boolean equal(IoBuffer in, int from, int length, byte[] expected) {
        if (length != expected.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (in.getByte(from + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** The same whatever the case; {@code lowerCase} has none of A to Z. */
    static boolean equalIgnoringCase(IoBuffer in, int from, int length, byte[] lowerCase) {
        if (length != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(in.getByte(from + i)) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    /** The same for a name as a program has it: ASCII, in any case. */
    public static boolean equalIgnoringCase(IoBuffer in, int from, int length, String name) {
        if (length != name.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(in.getByte(from + i)) != lower((byte) name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The bytes as text, one character each: ISO 8859-1, RFC 9110 section 5.5. */
    public static String text(IoBuffer in, int from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = in.getByte(from + i);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
