package edgeloop.http.syntax;

import static edgeloop.http.syntax.Bytes.ascii;

import edgeloop.IoBuffer;

/**
 * Parses the line that a request begins with, RFC 9112 section 3: what is to be done, to what, and
 * in which version. It keeps distances from the head's first byte, and goes on where it stopped.
 *
 * <pre>
 *   METHOD ──SP──► TARGET ──SP──► VERSION ──CRLF──► COMPLETE
 * </pre>
 */
public final class RequestLine {
    private enum State {
        METHOD,
        TARGET,
        VERSION,
        COMPLETE
    }

    private static final int VERSION_LENGTH = 8;
    private static final int MAJOR_VERSION = 5;
    private static final byte[] VERSION_LINE_END = ascii("HTTP/1.1\r\n");

    /** "HTTP/1.0" and its fellows, without the last digit. */
    private static final long VERSION_1 = MethodNames.packed("HTTP/1.0") & ~0xffL;

    private static final byte[] HTTP = ascii("http://");
    private static final byte[] HTTPS = ascii("https://");

    private static final long OPTIONS = MethodNames.packed("OPTIONS");
    private static final long HEAD = MethodNames.packed("HEAD");

    private final MethodNames methods;
    private final int maxLineBytes;
    private final HostParser hostParser;

    private State state = State.METHOD;
    private int at;
    private boolean emptyLineRead;
    private long methodBytes;
    private int method = MethodNames.UNKNOWN;
    private int minorVersion;
    private int targetStart;
    private int targetEnd;

    // Parts of the target.
    private int pathStart;
    private int pathEnd;
    private int queryStart;
    private int hostStart;
    private int hostEnd;
    private boolean absolute;
    private boolean secure;
    private boolean forServer;

    /** How far an unfinished authority has been judged; 0 if it has not. */
    private int judged;

    private String problem = "";

    /**
     * @param methods those that are taken
     * @param maxLineBytes the longest line that is taken
     * @param hostParser for the host of an absolute target
     */
    RequestLine(MethodNames methods, int maxLineBytes, HostParser hostParser) {
        this.methods = methods;
        this.maxLineBytes = maxLineBytes;
        this.hostParser = hostParser;
    }

    /** Makes this ready for the next request. */
    void reset() {
        state = State.METHOD;
        at = 0;
        emptyLineRead = false;
        methodBytes = 0;
        method = MethodNames.UNKNOWN;
        absolute = false;
        secure = false;
        forServer = false;
        judged = 0;
        hostStart = 0;
        hostEnd = 0;
    }

    // ---- What a complete line says -------------------------------------------------------------

    /** Whether it has been parsed to its end. */
    boolean isComplete() {
        return state == State.COMPLETE;
    }

    /** The bytes of the line, its end included. */
    int length() {
        return at;
    }

    /** The place of the method among those that are taken. */
    public int method() {
        if (method == MethodNames.UNKNOWN) {
            throw new IllegalStateException("no request line yet");
        }
        return method;
    }

    /** Whether it is HEAD, as far as is known. */
    boolean isHead() {
        return method != MethodNames.UNKNOWN && methodBytes == HEAD;
    }

    /** The 1 of HTTP/1.1; higher ones count as 1, RFC 9110 section 2.5. */
    public int minorVersion() {
        return minorVersion;
    }

    public int targetStart() {
        return targetStart;
    }

    public int targetEnd() {
        return targetEnd;
    }

    public int pathStart() {
        return pathStart;
    }

    public int pathEnd() {
        return pathEnd;
    }

    /** Behind the target's end if there is no query. */
    public int queryStart() {
        return queryStart;
    }

    /** Where the host of an absolute target begins. */
    int hostStart() {
        return hostStart;
    }

    int hostEnd() {
        return hostEnd;
    }

    /** Whether the target is a URI with a host of its own. */
    boolean isAbsolute() {
        return absolute;
    }

    /** Whether the target is "*": the request is about the server and no resource of it. */
    public boolean isForServer() {
        return forServer;
    }

    /** Whether the target is an https URI's, which is not to be had without TLS. */
    public boolean isSecure() {
        return secure;
    }

    /** What was wrong, if {@link #parse} answered a status. */
    String problem() {
        return problem;
    }

    // ---- Parsing -------------------------------------------------------------------------------

    /**
     * Goes on to the end of the line.
     *
     * @param in its first unread byte is the line's first one
     * @return {@link Parsing#MORE}, also where it is complete, or the status to refuse with
     */
    int parse(IoBuffer in) {
        int result = Parsing.MORE;
        if (state == State.METHOD && !startsWithEmptyLine(in)) {
            result = method(in);
        }
        if (state == State.TARGET) {
            result = target(in);
        }
        return state == State.VERSION ? version(in) : result;
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
        int limit = Math.min(in.remaining(), methods.maxLength() + 1);
        int i = at;
        while (i < limit && Bytes.is(Bytes.TOKEN, in.getByte(i))) {
            methodBytes = methodBytes << Byte.SIZE | in.getByte(i);
            i++;
        }
        at = i;
        boolean ended = i < limit && in.getByte(i) == ' ';
        method = ended ? methods.indexOf(methodBytes) : MethodNames.UNKNOWN;
        if (method != MethodNames.UNKNOWN) {
            at++;
            targetStart = at;
            state = State.TARGET;
            return Parsing.MORE;
        }
        if (i > methods.maxLength() || !methods.isStart(methodBytes, i) || (ended && i > 0)) {
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
        boolean asterisk = first == '*' && length == 1 && methodBytes == OPTIONS;
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
        state = State.COMPLETE;
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

    private int refuse(int status, String why) {
        problem = why;
        return status;
    }
}
