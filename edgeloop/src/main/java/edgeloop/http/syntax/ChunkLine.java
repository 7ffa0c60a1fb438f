package edgeloop.http.syntax;

/**
 * Parses the line before a chunk's data: its size in hexadecimal and its extensions, RFC 9112
 * section 7.1. The extensions are ignored, but they must be well-formed: a line end inside of one
 * is where two servers have read two different messages. The blanks that the grammar calls bad are
 * refused.
 */
public final class ChunkLine {
    private enum State {
        SIZE,
        NAME_START,
        NAME,
        VALUE_START,
        TOKEN,
        QUOTED,
        ESCAPED,
        QUOTED_END,
        LINE_FEED
    }

    /** More than any client sends; a line without end is bounded by it. */
    private static final int MAX_BYTES = 256;

    /** A size of more digits than these could not be counted. */
    private static final int MAX_DIGITS = 15;

    private State state = State.SIZE;
    private int bytes;
    private int digits;
    private long size;
    private String problem = "";

    void begin() {
        state = State.SIZE;
        bytes = 0;
        digits = 0;
        size = 0;
    }

    /** The size, when the line is complete. */
    long size() {
        return size;
    }

    String problem() {
        return problem;
    }

    /**
     * Takes the next byte.
     *
     * @return {@link Parsing#MORE}, {@link Parsing#DONE}, or the status to refuse with
     */
    int next(byte b) {
        if (++bytes > MAX_BYTES) {
            return refuse("a chunk's line longer than " + MAX_BYTES + " bytes");
        }
        return switch (state) {
            case SIZE -> size(b);
            case NAME_START -> token(b, State.NAME);
            case NAME -> b == '=' ? go(State.VALUE_START) : tokenOrEnd(b);
            case VALUE_START -> b == '"' ? go(State.QUOTED) : token(b, State.TOKEN);
            case TOKEN -> tokenOrEnd(b);
            case QUOTED -> quoted(b);
            case ESCAPED ->
                    Bytes.is(Bytes.FIELD_VALUE, b)
                            ? go(State.QUOTED)
                            : refuse("a control character in a chunk's line");
            case QUOTED_END -> end(b);
            case LINE_FEED -> b == '\n' ? Parsing.DONE : refuse("a CR in a chunk's line");
        };
    }

    private int size(byte b) {
        int digit = Bytes.hexDigit(b);
        if (digit < 0) {
            return digits == 0 ? refuse("a chunk without a size") : end(b);
        }
        size = size << 4 | digit;
        return ++digits > MAX_DIGITS ? refuse("a chunk size that is too large") : Parsing.MORE;
    }

    private int token(byte b, State next) {
        return Bytes.is(Bytes.TOKEN, b) ? go(next) : refuse("a malformed chunk extension");
    }

    private int tokenOrEnd(byte b) {
        return Bytes.is(Bytes.TOKEN, b) ? Parsing.MORE : end(b);
    }

    /** RFC 9110 section 5.6.4. */
    private int quoted(byte b) {
        return switch (b) {
            case '"' -> go(State.QUOTED_END);
            case '\\' -> go(State.ESCAPED);
            default ->
                    Bytes.is(Bytes.FIELD_VALUE, b)
                            ? Parsing.MORE
                            : refuse("a control character in a chunk's line");
        };
    }

    private int end(byte b) {
        return switch (b) {
            case ';' -> go(State.NAME_START);
            case '\r' -> go(State.LINE_FEED);
            default -> refuse("a malformed chunk's line");
        };
    }

    private int go(State next) {
        state = next;
        return Parsing.MORE;
    }

    private int refuse(String why) {
        problem = why;
        return 400;
    }
}
