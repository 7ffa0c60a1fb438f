package edgeloop.cli.load.protocol;

import edgeloop.IoBuffer;

/** The lines that HTTP's framing is made of, RFC 9112 section 2.2; positions are as in IoBuffer. */
final class HttpLines {
    static final int INCOMPLETE = -1;
    static final int MALFORMED = -2;

    private static final boolean[] TOKEN = new boolean[128];

    static {
        // RFC 9110 section 5.6.2
        for (char c = '!'; c <= '~'; c++) {
            TOKEN[c] = Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }

    private HttpLines() {}

    /**
     * Where the line that begins at {@code begin} ends, which is where its CR is; INCOMPLETE or
     * MALFORMED, as with a bare CR or LF or another control character.
     */
    static int end(IoBuffer in, int begin) {
        int length = in.remaining();
        for (int i = begin; i < length; i++) {
            byte b = in.getByte(i);
            if (b >= ' ' || b < 0 || b == '\t') {
                continue;
            }
            if (b != '\r') {
                return MALFORMED;
            }
            if (i + 1 == length) {
                return INCOMPLETE;
            }
            return in.getByte(i + 1) == '\n' ? i : MALFORMED;
        }
        return INCOMPLETE;
    }

    static boolean isTokenByte(byte b) {
        return b >= 0 && TOKEN[b];
    }

    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c < TOKEN.length && TOKEN[c]);
    }

    static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    static boolean equals(IoBuffer in, int from, int to, String lowerCase) {
        return to - from == lowerCase.length() && startsWith(in, from, lowerCase);
    }

    /** Whether these are the bytes from {@code from} on; letters of either case are the same. */
    static boolean startsWith(IoBuffer in, int from, String lowerCase) {
        for (int i = 0; i < lowerCase.length(); i++) {
            int b = in.getByte(from + i);
            if (b >= 'A' && b <= 'Z') {
                b += 'a' - 'A';
            }
            if (b != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
