package edgeloop.http.syntax;

import edgeloop.IoBuffer;
import java.util.Arrays;

/**
 * Parses field lines, RFC 9112 section 5, wherever they stand: in a request's head or in the
 * trailer section of a chunked body. Keeps places, not text: each line is a {@code long} of four
 * unsigned shorts, the distances from the section's first unread byte and the lengths of its name
 * and value.
 *
 * <p>Parsing goes on where it stopped, whatever the pieces in which the bytes arrive; the bytes
 * parsed so far must still be unread. Nothing is lenient here: a line ends with CRLF, a name is
 * followed by its colon, and a line that begins with a space, the obsolete folding, is refused.
 */
public final class FieldLines {
    private static final int STARTING = 0;
    private static final int IN_NAME = 1;
    private static final int BEFORE_VALUE = 2;
    private static final int IN_VALUE = 3;
    private static final int AFTER_VALUE = 4;
    private static final int LAST_LF = 5;

    private final int maxBytes;
    private final int maxLines;

    private int state;
    private int sectionStart;
    private int at;
    private int nameStart;
    private int nameLength;
    private int valueStart;
    private int valueEnd;
    private int count;
    private long[] lines = new long[8];
    private String problem = "";

    FieldLines(int maxBytes, int maxLines) {
        this.maxBytes = maxBytes;
        this.maxLines = maxLines;
    }

    /** Begins a section, {@code start} bytes behind the first unread one. */
    void begin(int start) {
        sectionStart = start;
        at = start;
        state = STARTING;
        count = 0;
    }

    /** The place behind the section, once it is complete; until then, behind what was parsed. */
    int end() {
        return at;
    }

    /** Whether a line's name is complete and its value is not. */
    boolean isInValue() {
        return state == BEFORE_VALUE || state == IN_VALUE;
    }

    /** Whether the empty line at the end has begun. */
    boolean isEnding() {
        return state == LAST_LF;
    }

    public int count() {
        return count;
    }

    /** What was wrong, if {@link #parse} answered a status. */
    String problem() {
        return problem;
    }

    /** Of the present line, whose name is complete. */
    int nameStart() {
        return nameStart;
    }

    /** Of the present line, whose name is complete. */
    int nameLength() {
        return nameLength;
    }

    /** Of the present line, whose name is complete. */
    int valueStart() {
        return valueStart;
    }

    public int nameStart(int line) {
        return (int) (lines[line] >>> 48);
    }

    public int nameLength(int line) {
        return (int) (lines[line] >>> 32) & 0xffff;
    }

    public int valueStart(int line) {
        return (int) lines[line] >>> 16;
    }

    public int valueLength(int line) {
        return (int) lines[line] & 0xffff;
    }

    /**
     * Goes on to the end of the section.
     *
     * @return {@link Parsing#MORE}, {@link Parsing#LINE} at the CR of each line, {@link
     *     Parsing#DONE}, or the status to refuse with
     */
    int parse(IoBuffer in) {
        int limit = Math.min(in.remaining(), sectionStart + maxBytes);
        while (at < limit) {
            int result =
                    switch (state) {
                        case STARTING -> start(in.getByte(at));
                        case IN_NAME -> name(in, limit);
                        case BEFORE_VALUE -> beforeValue(in, limit);
                        case IN_VALUE -> value(in, limit);
                        case AFTER_VALUE -> afterValue(in.getByte(at));
                        default -> lastLineFeed(in.getByte(at));
                    };
            if (result != Parsing.MORE) {
                return result;
            }
        }
        return in.remaining() >= sectionStart + maxBytes
                ? refuse(431, "header fields longer than " + maxBytes + " bytes")
                : Parsing.MORE;
    }

    private int start(byte b) {
        if (b == '\r') {
            state = LAST_LF;
            at++;
            return Parsing.MORE;
        }
        if (count == maxLines) {
            return refuse(431, "more than " + maxLines + " header fields");
        }
        if (b == ' ' || b == '\t') {
            return refuse(400, "a header line that begins with a space");
        }
        nameStart = at;
        state = IN_NAME;
        return Parsing.MORE;
    }

    private int name(IoBuffer in, int limit) {
        int i = Bytes.skip(Bytes.TOKEN, in, at, limit);
        at = i;
        if (i == limit) {
            return Parsing.MORE;
        }
        byte b = in.getByte(i);
        nameLength = i - nameStart;
        if (b != ':') {
            return refuse(400, "a header name with a byte that may not be in it");
        }
        if (nameLength == 0) {
            return refuse(400, "a header without a name");
        }
        at++;
        valueStart = at;
        state = BEFORE_VALUE;
        return Parsing.MORE;
    }

    private int beforeValue(IoBuffer in, int limit) {
        int i = at;
        while (i < limit && isBlank(in.getByte(i))) {
            i++;
        }
        at = i;
        valueStart = i;
        valueEnd = i;
        if (i < limit) {
            state = IN_VALUE;
        }
        return Parsing.MORE;
    }

    private int value(IoBuffer in, int limit) {
        int i = Bytes.skip(Bytes.FIELD_VALUE, in, at, limit);
        at = i;
        if (i == limit) {
            return Parsing.MORE;
        }
        byte b = in.getByte(i);
        if (b != '\r') {
            return refuse(
                    400,
                    b == '\n'
                            ? "a header line that ends with LF alone"
                            : "a control character in a header");
        }
        valueEnd = i;
        while (valueEnd > valueStart && isBlank(in.getByte(valueEnd - 1))) {
            valueEnd--;
        }
        at++;
        state = AFTER_VALUE;
        if (count == lines.length) {
            lines = Arrays.copyOf(lines, 2 * count);
        }
        lines[count++] =
                (long) nameStart << 48
                        | (long) nameLength << 32
                        | (long) valueStart << 16
                        | (valueEnd - valueStart);
        return Parsing.LINE;
    }

    private int afterValue(byte b) {
        if (b != '\n') {
            return refuse(400, "a CR in a header");
        }
        at++;
        state = STARTING;
        return Parsing.MORE;
    }

    private int lastLineFeed(byte b) {
        if (b != '\n') {
            return refuse(400, "a CR in a header");
        }
        at++;
        return Parsing.DONE;
    }

    private int refuse(int status, String why) {
        problem = why;
        return status;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}
