package edgeloop.cli.load.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes as they are written on a command line. */
final class Escapes {
    private Escapes() {}

    /**
     * The bytes of {@code text} in UTF-8, where {@code \r \n \t \0 \\} and {@code \xHH} stand for
     * one byte each.
     *
     * @throws IllegalArgumentException if a backslash is followed by something else
     */
    static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c != '\\') {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(c);
            } else {
                i += escape(text, i, bytes);
            }
        }
        return bytes.toByteArray();
    }

    /** Writes the byte that the escape at {@code from} stands for, and answers its length. */
    private static int escape(String text, int from, ByteArrayOutputStream bytes) {
        char kind = from + 1 < text.length() ? text.charAt(from + 1) : ' ';
        switch (kind) {
            case 'r' -> bytes.write('\r');
            case 'n' -> bytes.write('\n');
            case 't' -> bytes.write('\t');
            case '0' -> bytes.write(0);
            case '\\' -> bytes.write('\\');
            case 'x' -> {
                if (from + 4 > text.length()) {
                    throw new IllegalArgumentException("\\x needs two hexadecimal digits");
                }
                bytes.write(HexFormat.fromHexDigits(text, from + 2, from + 4));
                return 4;
            }
            default ->
                    throw new IllegalArgumentException(
                            "a backslash stands before r, n, t, 0, xHH or another backslash");
        }
        return 2;
    }

    /**
     * The bytes that {@code digits} give, two each; blanks between them are passed over.
     *
     * @throws IllegalArgumentException if they are no hexadecimal digits, or odd in number
     */
    static byte[] hex(String digits) {
        String packed = digits.replaceAll("\\s", "");
        if (!packed.matches("(?:[0-9a-fA-F]{2})*")) {
            throw new IllegalArgumentException(
                    "hex: takes two hexadecimal digits for each byte, not '" + digits + "'");
        }
        return HexFormat.of().parseHex(packed);
    }
}
