package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer, read strictly: RFC 9112 sections 4 and 5, without what is obsolete there,
 * and each field once.
 */
final class AnswerHead {
    private static final String VERSION = "HTTP/1.1 ";
    private static final int STATUS_END = VERSION.length() + 3;

    final int status;
    private final Map<String, String> fields = new HashMap<>();

    private AnswerHead(int status) {
        this.status = status;
    }

    /**
     * Reads a head, its empty line included.
     *
     * @return null if it is none
     */
    static @Nullable AnswerHead parse(byte[] bytes, int length) {
        String text = new String(bytes, 0, length, ISO_8859_1);
        int end = text.indexOf("\r\n");
        if (!text.startsWith(VERSION) || end <= STATUS_END || text.charAt(STATUS_END) != ' ') {
            return null;
        }
        int status = number(text.substring(VERSION.length(), STATUS_END));
        if (status < 100 || status > 599) {
            return null;
        }
        AnswerHead head = new AnswerHead(status);
        int at = end + 2;
        while (at < length - 2) {
            int lineEnd = text.indexOf("\r\n", at);
            if (!head.field(text, at, lineEnd)) {
                return null;
            }
            at = lineEnd + 2;
        }
        return head;
    }

    private boolean field(String text, int start, int end) {
        int colon = text.indexOf(": ", start);
        if (colon <= start || colon + 2 >= end) {
            return false;
        }
        StringBuilder name = new StringBuilder();
        for (int i = start; i < colon; i++) {
            char c = text.charAt(i);
            boolean upper = c >= 'A' && c <= 'Z';
            if (!upper && !(c >= 'a' && c <= 'z') && c != '-') {
                return false;
            }
            name.append(upper ? (char) (c + ('a' - 'A')) : c);
        }
        for (int i = colon + 2; i < end; i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return fields.put(name.toString(), text.substring(colon + 2, end)) == null;
    }

    @Nullable String field(String name) {
        return fields.get(name);
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    /** The Content-Length; -1 if there is none, and -2 if it is no number. */
    int contentLength() {
        String value = fields.get("content-length");
        return value == null ? -1 : number(value);
    }

    boolean isChunked() {
        return fields.containsKey("transfer-encoding");
    }

    boolean closes() {
        return "close".equals(fields.get("connection"));
    }

    /** A number of up to nine digits; -2 if it is none. */
    private static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 9) {
            return -2;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -2;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    @Override
    public String toString() {
        return status + " " + fields;
    }
}
