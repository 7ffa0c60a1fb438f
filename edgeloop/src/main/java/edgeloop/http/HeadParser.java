package edgeloop.http;

import static edgeloop.http.Bytes.ascii;

import edgeloop.IoBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Parses the head of a request: its line, RFC 9112 section 3, its fields, and what they say of the
 * body's length, section 6. Nothing is read from the buffer, but an empty line before: the head
 * stays unread until it is complete, and all that is kept are distances from its first byte. Each
 * byte is looked at once, whatever the pieces in which they arrive.
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

    /** Of a name that is no method's: enough to see whether it could be one. */
    private static final int MAX_METHOD_LENGTH = 32;

    /** Longer ones are refused: no body is as long as 10^18 bytes. */
    private static final int MAX_LENGTH_DIGITS = 18;

    private static final int VERSION_LENGTH = 8;

    /** "HTTP/1.0" and its fellows, without the last digit. */
    private static final long VERSION_1 = packed("HTTP/1.0") & ~0xffL;

    private static final byte[] HTTP = ascii("http://");
    private static final byte[] HTTPS = ascii("https://");
    private static final byte[] HOST = ascii("host");
    private static final byte[] EXPECT = ascii("expect");
    private static final byte[] CONNECTION = ascii("connection");
    private static final byte[] CONTENT_LENGTH = ascii("content-length");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] CLOSE = ascii("close");
    private static final byte[] KEEP_ALIVE = ascii("keep-alive");
    private static final byte[] CHUNKED = ascii("chunked");
    private static final byte[] CONTINUE = ascii("100-continue");

    final FieldLines fields;
    private final int maxLineBytes;

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
    private boolean forServer;

    private boolean hostSeen;
    private boolean lengthSeen;
    private boolean codingSeen;
    private boolean otherCoding;
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
        forServer = false;
        hostStart = 0;
        hostEnd = 0;
        hostSeen = false;
        lengthSeen = false;
        codingSeen = false;
        otherCoding = false;
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
        int limit = in.remaining();
        int i = at;
        while (i < limit) {
            byte b = in.getByte(i);
            if (b == ' ') {
                method = i > Method.MAX_LENGTH ? null : Method.of(methodBytes);
                at = i + 1;
                targetStart = at;
                if (i == 0) {
                    return refuse(400, "a request line that begins with a space");
                }
                if (method == null) {
                    return refuse(501, "a method that is not known");
                }
                state = State.TARGET;
                return Parsing.MORE;
            }
            if (!Bytes.is(Bytes.TOKEN, b)) {
                return refuse(400, "a method with a byte that may not be in it");
            }
            if (++i > MAX_METHOD_LENGTH) {
                return refuse(501, "a method that is not known");
            }
            methodBytes = methodBytes << Byte.SIZE | b;
        }
        at = i;
        return Parsing.MORE;
    }

    private int target(IoBuffer in) {
        int limit = Math.min(in.remaining(), maxLineBytes);
        int i = Bytes.skip(Bytes.TARGET, in, at, limit);
        at = i;
        if (i == limit) {
            return limit == maxLineBytes ? tooLong() : Parsing.MORE;
        }
        if (in.getByte(i) != ' ') {
            return refuse(400, "a target with a byte that may not be in it");
        }
        targetEnd = i;
        at++;
        if (at + VERSION_LENGTH > maxLineBytes) {
            return tooLong();
        }
        int result = targetForm(in);
        if (result == Parsing.MORE) {
            state = State.VERSION;
        }
        return result;
    }

    private int tooLong() {
        return refuse(414, "a request line longer than " + maxLineBytes + " bytes");
    }

    /** The four forms of RFC 9112 section 3.2, but for CONNECT's. */
    private int targetForm(IoBuffer in) {
        int length = targetEnd - targetStart;
        byte first = length == 0 ? 0 : in.getByte(targetStart);
        pathStart = targetStart;
        if (first == '/') {
            endPath(in);
            return Parsing.MORE;
        }
        if (first == '*' && length == 1 && method == Method.OPTIONS) {
            endPath(in);
            forServer = true;
            return Parsing.MORE;
        }
        if (startsWith(in, HTTP)) {
            return absoluteForm(in, targetStart + HTTP.length);
        }
        if (startsWith(in, HTTPS)) {
            return absoluteForm(in, targetStart + HTTPS.length);
        }
        return refuse(400, "a target of no known form");
    }

    private boolean startsWith(IoBuffer in, byte[] scheme) {
        return targetEnd - targetStart >= scheme.length
                && Bytes.equalIgnoringCase(in, targetStart, scheme.length, scheme);
    }

    private int absoluteForm(IoBuffer in, int authority) {
        int i = authority;
        while (i < targetEnd && in.getByte(i) != '/' && in.getByte(i) != '?') {
            i++;
        }
        if (i == authority || !isHost(in, authority, i)) {
            return refuse(400, "a target whose host is not one");
        }
        absolute = true;
        hostStart = authority;
        hostEnd = i;
        pathStart = i;
        endPath(in);
        if (pathStart == pathEnd) {
            // RFC 9110 section 4.2.3: an empty path is "/". There is one before the host.
            pathStart = authority - 1;
            pathEnd = authority;
        }
        return Parsing.MORE;
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
        int have = in.remaining() - at;
        if (have < VERSION_LENGTH) {
            return Parsing.MORE;
        }
        long version = in.getLong(at);
        byte digit = (byte) version;
        if ((version & ~0xffL) != VERSION_1 || !Bytes.isDigit(digit)) {
            return isVersion(version)
                    ? refuse(505, "a version other than HTTP/1")
                    : refuse(400, "a version that is not HTTP's");
        }
        minorVersion = Math.min(digit - '0', 1);
        if (have > VERSION_LENGTH && in.getByte(at + VERSION_LENGTH) != '\r') {
            return refuse(400, "a request line that does not end with CRLF");
        }
        if (have < VERSION_LENGTH + 2) {
            return Parsing.MORE;
        }
        if (in.getByte(at + VERSION_LENGTH + 1) != '\n') {
            return refuse(400, "a CR in the request line");
        }
        at += VERSION_LENGTH + 2;
        fields.begin(at);
        state = State.FIELDS;
        return Parsing.MORE;
    }

    /** Whether it is "HTTP/", a digit, a dot and a digit, RFC 9112 section 2.3. */
    private static boolean isVersion(long version) {
        long digits = 0xff00ffL;
        return (version & ~digits) == (VERSION_1 & ~digits)
                && Bytes.isDigit((byte) (version >>> 16))
                && Bytes.isDigit((byte) version);
    }

    private int fields(IoBuffer in) {
        int result;
        while ((result = fields.parse(in)) == Parsing.LINE) {
            int refused = field(in, fields.count() - 1);
            if (refused != Parsing.MORE) {
                return refused;
            }
        }
        if (result == Parsing.DONE) {
            return complete();
        }
        if (result != Parsing.MORE) {
            problem = fields.problem();
        }
        return result;
    }

    /** The fields that say how the message is framed and to whom it goes. */
    private int field(IoBuffer in, int line) {
        int name = fields.nameStart(line);
        int length = fields.nameLength(line);
        int start = fields.valueStart(line);
        int end = start + fields.valueLength(line);
        if (Bytes.equalIgnoringCase(in, name, length, HOST)) {
            return host(in, start, end);
        } else if (Bytes.equalIgnoringCase(in, name, length, CONNECTION)) {
            connection(in, start, end);
        } else if (Bytes.equalIgnoringCase(in, name, length, CONTENT_LENGTH)) {
            return contentLength(in, start, end);
        } else if (Bytes.equalIgnoringCase(in, name, length, TRANSFER_ENCODING)) {
            return transferEncoding(in, start, end);
        } else if (Bytes.equalIgnoringCase(in, name, length, EXPECT)) {
            if (!Bytes.equalIgnoringCase(in, start, end - start, CONTINUE)) {
                return refuse(417, "an expectation other than 100-continue");
            }
            continueWanted = true;
        }
        return Parsing.MORE;
    }

    /** RFC 9112 section 3.2. */
    private int host(IoBuffer in, int start, int end) {
        if (hostSeen) {
            return refuse(400, "two Host headers");
        }
        hostSeen = true;
        if (start < end && !isHost(in, start, end)) {
            return refuse(400, "a Host that is not one");
        }
        if (!absolute) {
            hostStart = start;
            hostEnd = end;
        }
        return Parsing.MORE;
    }

    /** A host and perhaps a port, RFC 3986 section 3.2, without user information. */
    private static boolean isHost(IoBuffer in, int start, int end) {
        int i = start;
        if (in.getByte(i) == '[') {
            i++;
            while (i < end && (Bytes.is(Bytes.HOST, in.getByte(i)) || in.getByte(i) == ':')) {
                i++;
            }
            if (i == end || in.getByte(i) != ']') {
                return false;
            }
            i++;
        } else {
            i = Bytes.skip(Bytes.HOST, in, i, end);
        }
        if (i < end && in.getByte(i) == ':') {
            i++;
            while (i < end && Bytes.isDigit(in.getByte(i))) {
                i++;
            }
        }
        return i == end;
    }

    /** RFC 9112 section 6.3: anything but one plain number is an attack or a mistake. */
    private int contentLength(IoBuffer in, int start, int end) {
        if (lengthSeen) {
            return refuse(400, "two Content-Length headers");
        }
        lengthSeen = true;
        if (start == end || end - start > MAX_LENGTH_DIGITS) {
            return refuse(400, "a Content-Length that is no length");
        }
        long length = 0;
        for (int i = start; i < end; i++) {
            byte b = in.getByte(i);
            if (!Bytes.isDigit(b)) {
                return refuse(400, "a Content-Length that is no length");
            }
            length = 10 * length + (b - '0');
        }
        contentLength = length;
        return Parsing.MORE;
    }

    /** RFC 9112 section 6.1: chunked comes last and once. */
    private int transferEncoding(IoBuffer in, int start, int end) {
        codingSeen = true;
        int element = start;
        while (element <= end) {
            int next = elementEnd(in, element, end);
            if (chunked) {
                return refuse(400, "a transfer coding after chunked");
            }
            if (isElement(in, element, next, CHUNKED)) {
                chunked = true;
            } else {
                otherCoding = true;
            }
            element = next + 1;
        }
        return Parsing.MORE;
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
        if (codingSeen) {
            if (lengthSeen) {
                return refuse(400, "Transfer-Encoding and Content-Length");
            }
            if (minorVersion == 0) {
                return refuse(400, "Transfer-Encoding in HTTP/1.0");
            }
            if (!chunked) {
                return refuse(400, "a Transfer-Encoding that does not end with chunked");
            }
            if (otherCoding) {
                return refuse(501, "a transfer coding other than chunked");
            }
        }
        if (!hostSeen && minorVersion > 0) {
            return refuse(400, "no Host header");
        }
        return Parsing.DONE;
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
