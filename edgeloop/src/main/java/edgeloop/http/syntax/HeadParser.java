package edgeloop.http.syntax;

import static edgeloop.http.syntax.Bytes.ascii;

import edgeloop.IoBuffer;

/**
 * Parses the head of a request: its {@linkplain RequestLine line}, its {@linkplain FieldLines
 * fields}, and here what these say of the body's length, RFC 9112 section 6, and of whom the
 * request is for. Nothing is read from the buffer, but an empty line before: the head stays unread
 * until it is complete, and all that is kept are distances from its first byte. Each byte is looked
 * at once, whatever the pieces in which they arrive, and the first one that no request has at its
 * place is refused at once: nothing is waited for that can't become right.
 */
public final class HeadParser {
    /** Longer ones are refused: no body is as long as 10^18 bytes. */
    private static final int MAX_LENGTH_DIGITS = 18;

    private static final byte[] HOST = ascii("host");
    private static final byte[] EXPECT = ascii("expect");
    private static final byte[] CONNECTION = ascii("connection");
    static final byte[] CONTENT_LENGTH = ascii("content-length");
    static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] CLOSE = ascii("close");
    private static final byte[] KEEP_ALIVE = ascii("keep-alive");
    private static final byte[] CHUNKED = ascii("chunked");
    private static final byte[] CONTINUE = ascii("100-continue");

    public final FieldLines fields;
    private final HostParser hostParser = new HostParser();
    private final RequestLine line;
    private boolean lineRead;

    // The host of an absolute target, or else of the Host header.
    private int hostStart;
    private int hostEnd;

    /** How far an unfinished value has been judged; 0 if it has not. */
    private int judged;

    private boolean hostSeen;
    private boolean lengthSeen;
    private boolean codingSeen;
    private boolean chunked;
    private boolean closeWanted;
    private boolean keepAliveWanted;
    private boolean continueWanted;
    private long contentLength;
    private String problem = "";

    /**
     * @param methods those that are taken
     * @param maxLineBytes the longest request line
     * @param maxFieldBytes what all fields may have
     * @param maxFields the most fields
     */
    public HeadParser(MethodNames methods, int maxLineBytes, int maxFieldBytes, int maxFields) {
        this.line = new RequestLine(methods, maxLineBytes, hostParser);
        this.fields = new FieldLines(maxFieldBytes, maxFields);
    }

    /** Makes this ready for the next request. */
    public void reset() {
        line.reset();
        lineRead = false;
        judged = 0;
        hostSeen = false;
        lengthSeen = false;
        codingSeen = false;
        chunked = false;
        closeWanted = false;
        keepAliveWanted = false;
        continueWanted = false;
        contentLength = 0;
    }

    // ---- What a complete head says -------------------------------------------------------------

    /** The bytes of the head. */
    public int length() {
        return fields.end();
    }

    public RequestLine line() {
        return line;
    }

    public int hostStart() {
        return hostStart;
    }

    public int hostEnd() {
        return hostEnd;
    }

    /** Whether the answer has no content, as far as is known of a head that is not complete. */
    public boolean isHead() {
        return line.isHead();
    }

    boolean isChunked() {
        return chunked;
    }

    /** The length of a body that is not chunked. */
    public long contentLength() {
        return contentLength;
    }

    public boolean hasBody() {
        return chunked || contentLength > 0;
    }

    /** Whether the client would send another request, RFC 9112 section 9.3. */
    public boolean keepsAlive() {
        return !closeWanted && (line.minorVersion() > 0 || keepAliveWanted);
    }

    public boolean expectsContinue() {
        return continueWanted && line.minorVersion() > 0; // RFC 9110 section 10.1.1
    }

    /** What was wrong, if {@link #parse} answered a status. */
    public String problem() {
        return problem;
    }

    // ---- Parsing -------------------------------------------------------------------------------

    /**
     * Goes on to the end of the head.
     *
     * @param in its first unread byte is the head's first one
     * @return {@link Parsing#MORE}, {@link Parsing#DONE}, or the status to refuse with
     */
    public int parse(IoBuffer in) {
        if (!lineRead) {
            int result = line.parse(in);
            if (result != Parsing.MORE) {
                problem = line.problem();
                return result;
            }
            if (!line.isComplete()) {
                return Parsing.MORE;
            }
            lineRead = true;
            hostStart = line.hostStart();
            hostEnd = line.hostEnd();
            fields.begin(line.length());
        }
        return fields(in);
    }

    private int fields(IoBuffer in) {
        int result;
        while ((result = fields.parse(in)) == Parsing.LINE) {
            int last = fields.count() - 1;
            int start = fields.valueStart(last);
            int end = start + fields.valueLength(last);
            int refused =
                    field(in, fields.nameStart(last), fields.nameLength(last), start, end, true);
            if (refused != Parsing.MORE) {
                return refused;
            }
        }
        // What has come of a line, or before a byte that is refused, may be no good either.
        int refused = result == Parsing.DONE ? complete() : unfinished(in);
        if (refused != Parsing.MORE) {
            return refused;
        }
        if (result != Parsing.MORE && result != Parsing.DONE) {
            problem = fields.problem();
        }
        return result;
    }

    private int unfinished(IoBuffer in) {
        if (fields.isEnding()) {
            return complete();
        }
        return fields.isInValue()
                ? field(
                        in,
                        fields.nameStart(),
                        fields.nameLength(),
                        fields.valueStart(),
                        fields.end(),
                        false)
                : Parsing.MORE;
    }

    /**
     * The fields that say how the message is framed and to whom it goes.
     *
     * @param whole whether the value has come to its end; else it may have blanks behind it
     */
    private int field(IoBuffer in, int name, int length, int start, int end, boolean whole) {
        int result = Parsing.MORE;
        if (Bytes.equalIgnoringCase(in, name, length, HOST)) {
            result = host(in, start, end, whole);
        } else if (Bytes.equalIgnoringCase(in, name, length, CONTENT_LENGTH)) {
            result = contentLength(in, start, end, whole);
        } else if (Bytes.equalIgnoringCase(in, name, length, TRANSFER_ENCODING)) {
            result = transferEncoding(in, start, end, whole);
        } else if (Bytes.equalIgnoringCase(in, name, length, EXPECT)) {
            result = expect(in, start, end, whole);
        } else if (whole && Bytes.equalIgnoringCase(in, name, length, CONNECTION)) {
            connection(in, start, end);
        }
        judged = whole ? 0 : end;
        return result;
    }

    /** RFC 9112 section 3.2. */
    private int host(IoBuffer in, int start, int end, boolean whole) {
        boolean plain = false;
        if (judged == 0) {
            if (hostSeen) {
                return refuse(400, "two Host headers");
            }
            hostSeen = true;
            hostParser.begin();
            plain = whole && HostParser.isPlain(in, start, end);
        }
        for (int i = plain ? end : Math.max(start, judged); i < end; i++) {
            byte b = in.getByte(i);
            boolean taken =
                    isBlank(b)
                            ? hostParser.isComplete()
                            : !followsBlank(in, start, i) && hostParser.next(b);
            if (!taken) {
                return refuse(400, "a Host that is not one");
            }
        }
        // An http URI has a host. "*" is no URI's path: it asks this server, whatever its name.
        if (whole && !plain && !hostParser.isComplete() && !(line.isForServer() && start == end)) {
            return refuse(400, start == end ? "an empty Host" : "a Host that is not one");
        }
        if (whole && !line.isAbsolute()) {
            hostStart = start;
            hostEnd = end;
        }
        return Parsing.MORE;
    }

    /** RFC 9112 section 6.3: anything but one plain number is an attack or a mistake. */
    private int contentLength(IoBuffer in, int start, int end, boolean whole) {
        if (judged == 0) {
            if (lengthSeen) {
                return refuse(400, "two Content-Length headers");
            }
            if (codingSeen) {
                return refuse(400, "Transfer-Encoding and Content-Length");
            }
            lengthSeen = true;
        }
        for (int i = Math.max(start, judged); i < end; i++) {
            byte b = in.getByte(i);
            if (isBlank(b)) {
                continue;
            }
            boolean taken =
                    Bytes.isDigit(b)
                            && i - start < MAX_LENGTH_DIGITS
                            && !followsBlank(in, start, i);
            if (!taken) {
                return refuse(400, "a Content-Length that is no length");
            }
            contentLength = 10 * contentLength + (b - '0');
        }
        return whole && start == end
                ? refuse(400, "a Content-Length that is no length")
                : Parsing.MORE;
    }

    /** RFC 9112 section 6.1: chunked comes last and once, and is the only one known here. */
    private int transferEncoding(IoBuffer in, int start, int end, boolean whole) {
        if (judged == 0) {
            if (codingSeen) {
                return refuse(400, "two Transfer-Encoding headers");
            }
            if (lengthSeen) {
                return refuse(400, "Transfer-Encoding and Content-Length");
            }
            if (line.minorVersion() == 0) {
                return refuse(400, "Transfer-Encoding in HTTP/1.0");
            }
            codingSeen = true;
        }
        int bad = otherThan(CHUNKED, in, start, end);
        int place = bad - start;
        if (bad == end) {
            chunked = whole && end - start >= CHUNKED.length;
            if (!whole || chunked) {
                return Parsing.MORE;
            }
            return place == 0
                    ? refuse(400, "a Transfer-Encoding that names none")
                    : refuse(501, "a transfer coding other than chunked");
        }
        if (place > CHUNKED.length || !Bytes.is(Bytes.TOKEN, in.getByte(bad))) {
            return place < CHUNKED.length
                    ? refuse(400, "a Transfer-Encoding that is malformed")
                    : refuse(400, "a Transfer-Encoding with more than chunked");
        }
        return refuse(501, "a transfer coding other than chunked");
    }

    /** RFC 9110 section 10.1.1. */
    private int expect(IoBuffer in, int start, int end, boolean whole) {
        boolean other =
                otherThan(CONTINUE, in, start, end) < end
                        || (whole && end - start < CONTINUE.length);
        if (other) {
            return refuse(417, "an expectation other than 100-continue");
        }
        continueWanted |= whole;
        return Parsing.MORE;
    }

    /** The first place of a value that is not {@code expected} and blanks behind it; or the end. */
    private int otherThan(byte[] expected, IoBuffer in, int start, int end) {
        for (int i = Math.max(start, judged); i < end; i++) {
            byte b = in.getByte(i);
            int place = i - start;
            if (place < expected.length ? Bytes.lower(b) != expected[place] : !isBlank(b)) {
                return i;
            }
        }
        return end;
    }

    /** There are no blanks in the values that are judged here, only around them. */
    private static boolean followsBlank(IoBuffer in, int start, int at) {
        return at > start && isBlank(in.getByte(at - 1));
    }

    private void connection(IoBuffer in, int start, int end) {
        int element = start;
        while (element < end) {
            int next = elementEnd(in, element, end);
            closeWanted |= isElement(in, element, next, CLOSE);
            keepAliveWanted |= isElement(in, element, next, KEEP_ALIVE);
            element = next + 1;
        }
    }

    private static int elementEnd(IoBuffer in, int start, int end) {
        int i = start;
        while (i < end && in.getByte(i) != ',') {
            i++;
        }
        return i;
    }

    private static boolean isElement(IoBuffer in, int start, int end, byte[] expected) {
        int from = start;
        int to = end;
        while (from < to && isBlank(in.getByte(from))) {
            from++;
        }
        while (to > from && isBlank(in.getByte(to - 1))) {
            to--;
        }
        return Bytes.equalIgnoringCase(in, from, to - from, expected);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** What can be judged only when all fields are known. */
    private int complete() {
        return hostSeen || line.minorVersion() == 0 ? Parsing.MORE : refuse(400, "no Host header");
    }

    private int refuse(int status, String why) {
        problem = why;
        return status;
    }
}
