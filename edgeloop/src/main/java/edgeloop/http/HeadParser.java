package edgeloop.http;

import static edgeloop.http.Bytes.ascii;

import edgeloop.IoBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Parses the head of a request: its line, RFC 9112 section 3, its fields, and what they say of the
 * body's length, section 6. Nothing is read from the buffer, but an empty line before: the head
 * stays unread until it is complete, and all that is kept are distances from its first byte. Each
 * byte is looked at once, whatever the pieces in which they arrive, and the first one that no
 * request has at its place is refused at once: nothing is waited for that can't become right.
 *
 * <pre>
 *   METHOD ──SP──► TARGET ──SP──► VERSION ──CRLF──► FIELDS ──empty line──► complete
 * </pre>
 */
final class HeadParser {
    private enum State {
        METHOD,
        TARGET,
        VERSION,
        FIELDS
    }

    /** Longer ones are refused: no body is as long as 10^18 bytes. */
    private static final int MAX_LENGTH_DIGITS = 18;

    private static final int VERSION_LENGTH = 8;
    private static final int MAJOR_VERSION = 5;
    private static final byte[] VERSION_LINE_END = ascii("HTTP/1.1\r\n");

    /** "HTTP/1.0" and its fellows, without the last digit. */
    private static final long VERSION_1 = packed("HTTP/1.0") & ~0xffL;

    private static final byte[] HTTP = ascii("http://");
    private static final byte[] HTTPS = ascii("https://");
    private static final byte[] HOST = ascii("host");
    private static final byte[] EXPECT = ascii("expect");
    private static final byte[] CONNECTION = ascii("connection");
    static final byte[] CONTENT_LENGTH = ascii("content-length");
    static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] CLOSE = ascii("close");
    private static final byte[] KEEP_ALIVE = ascii("keep-alive");
    private static final byte[] CHUNKED = ascii("chunked");
    private static final byte[] CONTINUE = ascii("100-continue");

    final FieldLines fields;
    private final int maxLineBytes;
    private final HostParser hostParser = new HostParser();

    private State state = State.METHOD;
    private int at;
    private boolean emptyLineRead;
    private long methodBytes;
    private @Nullable Method method;
    private int minorVersion;
    private int targetStart;
    private int targetEnd;

    // Parts of the target; the host is that of an absolute target, or of the Host header.
    private int pathStart;
    private int pathEnd;
    private int queryStart;
    private int hostStart;
    private int hostEnd;
    private boolean absolute;
    private boolean secure;
    private boolean forServer;

    /** How far an unfinished authority or value has been judged; 0 if it has not. */
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

    HeadParser(HttpOptions options) {
        this.maxLineBytes = options.maxRequestLineBytes();
        this.fields = new FieldLines(options.maxHeaderBytes(), options.maxHeaders());
    }

    /** Makes this ready for the next request. */
    void reset() {
        state = State.METHOD;
        at = 0;
        emptyLineRead = false;
        methodBytes = 0;
        method = null;
        absolute = false;
        secure = false;
        forServer = false;
        judged = 0;
        hostStart = 0;
        hostEnd = 0;
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
    int length() {
        return fields.end();
    }

    Method method() {
        if (method == null) {
            throw new IllegalStateException("no request line yet");
        }
        return method;
    }

    /** The 1 of HTTP/1.1; higher ones count as 1, RFC 9110 section 2.5. */
    int minorVersion() {
        return minorVersion;
    }

    int targetStart() {
        return targetStart;
    }

    int targetEnd() {
        return targetEnd;
    }

    int pathStart() {
        return pathStart;
    }

    int pathEnd() {
        return pathEnd;
    }

    /** Behind the target's end if there is no query. */
    int queryStart() {
        return queryStart;
    }

    int hostStart() {
        return hostStart;
    }

    int hostEnd() {
        return hostEnd;
    }

    /** Whether the target is "*": the request is about the server and no resource of it. */
    boolean isForServer() {
        return forServer;
    }

    /** Whether the target is an https URI's, which is not to be had without TLS. */
    boolean isSecure() {
        return secure;
    }

    /** Whether the answer has no content, as far as is known of a head that is not complete. */
    boolean isHead() {
        return method == Method.HEAD;
    }

    boolean isChunked() {
        return chunked;
    }

    /** The length of a body that is not chunked. */
    long contentLength() {
        return contentLength;
    }

    boolean hasBody() {
        return chunked || contentLength > 0;
    }

    /** Whether the client would send another request, RFC 9112 section 9.3. */
    boolean keepsAlive() {
        return !closeWanted && (minorVersion > 0 || keepAliveWanted);
    }

    boolean expectsContinue() {
        return continueWanted && minorVersion > 0; // RFC 9110 section 10.1.1
    }

    /** What was wrong, if {@link #parse} answered a status. */
    String problem() {
        return problem;
    }

    // ---- Parsing -------------------------------------------------------------------------------

    /**
     * Goes on to the end of the head.
     *
     * @param in its first unread byte is the head's first one
     * @return {@link Parsing#MORE}, {@link Parsing#DONE}, or the status to refuse with
     */
    int parse(IoBuffer in) {
        int result = Parsing.MORE;
        if (state == State.METHOD && !startsWithEmptyLine(in)) {
            result = method(in);
        }
        if (state == State.TARGET) {
            result = target(in);
        }
        if (state == State.VERSION) {
            result = version(in);
        }
        return state == State.FIELDS ? fields(in) : result;
    }

    /** RFC 9112 section 2.2: some clients end a body with a line end that belongs to nothing. */
    private boolean startsWithEmptyLine(IoBuffer in) {
        if (at > 0 || emptyLineRead || !in.hasRemaining() || in.getByte(0) != '\r') {
            return false;
        }
        if (in.remaining() > 1 && in.getByte(1) == '\n') {
            in.skip(2);
            emptyLineRead = true;
            return false;
        }
        return in.remaining() == 1;
    }

    private int method(IoBuffer in) {
        int limit = Math.min(in.remaining(), Method.MAX_LENGTH + 1);
        int i = at;
        while (i < limit && Bytes.is(Bytes.TOKEN, in.getByte(i))) {
            methodBytes = methodBytes << Byte.SIZE | in.getByte(i);
            i++;
        }
        at = i;
        boolean ended = i < limit && in.getByte(i) == ' ';
        method = ended ? Method.of(methodBytes) : null;
        if (method != null) {
            at++;
            targetStart = at;
            state = State.TARGET;
            return Parsing.MORE;
        }
        if (i > Method.MAX_LENGTH || !Method.isStart(methodBytes, i) || (ended && i > 0)) {
            return refuse(501, "a method that is not known");
        }
        if (i == limit) {
            return Parsing.MORE;
        }
        return refuse(
                400,
                ended
                        ? "a request line that begins with a space"
                        : "a method with a byte that may not be in it");
    }

    private int target(IoBuffer in) {
        int longest = maxLineBytes - VERSION_LENGTH; // with the space behind it
        int limit = Math.min(in.remaining(), longest);
        int end = Bytes.skip(Bytes.TARGET, in, at, limit);
        boolean whole = end < limit && in.getByte(end) == ' ';
        at = end;
        targetEnd = end;
        int result = targetForm(in, whole);
        if (result != Parsing.MORE) {
            return result;
        }
        if (!whole) {
            if (end < limit) {
                return refuse(400, "a target with a byte that may not be in it");
            }
            return limit == longest ? tooLong() : Parsing.MORE;
        }
        at++;
        judged = 0;
        state = State.VERSION;
        return Parsing.MORE;
    }

    private int tooLong() {
        return refuse(414, "a request line longer than " + maxLineBytes + " bytes");
    }

    /**
     * The four forms of RFC 9112 section 3.2, but for CONNECT's.
     *
     * @param whole whether the target has come to its end; else it has no form yet that it could
     *     not have
     */
    private int targetForm(IoBuffer in, boolean whole) {
        int length = targetEnd - targetStart;
        if (length == 0 && !whole) {
            return Parsing.MORE;
        }
        byte first = length == 0 ? 0 : in.getByte(targetStart);
        boolean origin = first == '/';
        boolean asterisk = first == '*' && length == 1 && method == Method.OPTIONS;
        if (!origin && !asterisk) {
            return absoluteForm(in, whole);
        }
        if (whole) {
            pathStart = targetStart;
            endPath(in);
            forServer = asterisk;
        }
        return Parsing.MORE;
    }

    private int absoluteForm(IoBuffer in, boolean whole) {
        boolean http = begins(in, HTTP);
        if (!http && !begins(in, HTTPS)) {
            return refuse(400, "a target of no known form");
        }
        int authority = targetStart + (http ? HTTP.length : HTTPS.length);
        if (targetEnd < authority) {
            return whole ? refuse(400, "a target of no known form") : Parsing.MORE;
        }
        if (judged == 0) {
            hostParser.begin();
            judged = authority;
        }
        while (judged < targetEnd && hostEnd == 0) {
            byte b = in.getByte(judged);
            if (b == '/' || b == '?') {
                hostEnd = judged;
            } else if (!hostParser.next(b)) {
                return refuse(400, "a target whose host is not one");
            } else {
                judged++;
            }
        }
        if (whole && hostEnd == 0) {
            hostEnd = targetEnd;
        }
        if (hostEnd != 0 && !hostParser.isComplete()) {
            return refuse(400, "a target whose host is not one");
        }
        if (whole) {
            absolute = true;
            secure = !http;
            hostStart = authority;
            pathStart = hostEnd;
            endPath(in);
            if (pathStart == pathEnd) {
                // RFC 9110 section 4.2.3: an empty path is "/". There is one before the host.
                pathStart = authority - 1;
                pathEnd = authority;
            }
        }
        return Parsing.MORE;
    }

    /** Whether the target, as far as it has come, is the beginning of one with this scheme. */
    private boolean begins(IoBuffer in, byte[] scheme) {
        int length = Math.min(targetEnd - targetStart, scheme.length);
        for (int i = 0; i < length; i++) {
            if (Bytes.lower(in.getByte(targetStart + i)) != scheme[i]) {
                return false;
            }
        }
        return true;
    }

    private void endPath(IoBuffer in) {
        int i = pathStart;
        while (i < targetEnd && in.getByte(i) != '?') {
            i++;
        }
        pathEnd = i;
        queryStart = i + 1;
    }

    private int version(IoBuffer in) {
        int have = Math.min(in.remaining() - at, VERSION_LINE_END.length);
        boolean ours =
                have >= VERSION_LENGTH && (in.getLong(at) & ~0xffL) == VERSION_1; // but its end
        for (int i = ours ? VERSION_LENGTH - 1 : 0; i < have; i++) {
            int result = versionByte(i, in.getByte(at + i));
            if (result != Parsing.MORE) {
                return result;
            }
        }
        if (have < VERSION_LINE_END.length) {
            return Parsing.MORE;
        }
        minorVersion = Math.min(in.getByte(at + VERSION_LENGTH - 1) - '0', 1);
        at += VERSION_LINE_END.length;
        fields.begin(at);
        state = State.FIELDS;
        return Parsing.MORE;
    }

    /** "HTTP/", a digit, a dot and a digit, RFC 9112 section 2.3, and the line end. */
    private int versionByte(int place, byte b) {
        boolean digit = Bytes.isDigit(b);
        if (b == VERSION_LINE_END[place] || (place == VERSION_LENGTH - 1 && digit)) {
            return Parsing.MORE;
        }
        if (place == MAJOR_VERSION && digit) {
            return refuse(505, "a version other than HTTP/1");
        }
        return refuse(
                400,
                switch (place - VERSION_LENGTH) {
                    case 0 -> "a request line that does not end with CRLF";
                    case 1 -> "a CR in the request line";
                    default -> "a version that is not HTTP's";
                });
    }

    private int fields(IoBuffer in) {
        int result;
        while ((result = fields.parse(in)) == Parsing.LINE) {
            int line = fields.count() - 1;
            int start = fields.valueStart(line);
            int end = start + fields.valueLength(line);
            int refused =
                    field(in, fields.nameStart(line), fields.nameLength(line), start, end, true);
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
        if (whole && !plain && !hostParser.isComplete() && !(forServer && start == end)) {
            return refuse(400, start == end ? "an empty Host" : "a Host that is not one");
        }
        if (whole && !absolute) {
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
            if (minorVersion == 0) {
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
        return hostSeen || minorVersion == 0 ? Parsing.MORE : refuse(400, "no Host header");
    }

    private int refuse(int status, String why) {
        problem = why;
        return status;
    }

    private static long packed(String text) {
        long bytes = 0;
        for (byte b : text.getBytes(StandardCharsets.US_ASCII)) {
            bytes = bytes << Byte.SIZE | b;
        }
        return bytes;
    }
}
