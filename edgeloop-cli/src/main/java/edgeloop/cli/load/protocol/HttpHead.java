package edgeloop.cli.load.protocol;

import edgeloop.IoBuffer;

/**
 * The head of an HTTP answer, RFC 9112 sections 4 to 6, as far as it says where the answer ends.
 * What the RFC does not allow is malformed: a tester that made sense of it would call a server
 * sound that other clients choke on. One serves all connections, since a head is read in one piece.
 */
final class HttpHead {
    static final int MAX_BYTES = 32 * 1024;
    static final int MALFORMED = -1;
    static final int INCOMPLETE = 0;

    private static final long NONE = -1;

    private int status;
    private int minorVersion;
    private long contentLength;
    private boolean chunked;
    private boolean close;
    private boolean keepAlive;

    /** Reads a head without skipping it: answers its length, INCOMPLETE or MALFORMED. */
    int parse(IoBuffer in) {
        status = 0;
        contentLength = NONE;
        chunked = false;
        close = false;
        keepAlive = false;
        int begin = 0;
        while (true) {
            int end = HttpLines.end(in, begin);
            if (end < 0 || end > MAX_BYTES) {
                return end == HttpLines.INCOMPLETE && in.remaining() <= MAX_BYTES
                        ? INCOMPLETE
                        : MALFORMED;
            }
            if (begin > 0 && end == begin) {
                return isConsistent() ? end + 2 : MALFORMED;
            }
            if (!(begin == 0 ? statusLine(in, end) : field(in, begin, end))) {
                return MALFORMED;
            }
            begin = end + 2;
        }
    }

    /** From 100 to 599. */
    int status() {
        return status;
    }

    boolean isChunked() {
        return chunked;
    }

    /** Whether Content-Length tells where the body ends. */
    boolean hasContentLength() {
        return contentLength != NONE;
    }

    long contentLength() {
        return contentLength;
    }

    /** Whether the server closes the connection behind this answer; RFC 9112 section 9.3. */
    boolean closes() {
        return close || (minorVersion == 0 && !keepAlive);
    }

    /** Two ways to tell the length, or one that the version does not have: section 6.1. */
    private boolean isConsistent() {
        return !chunked || (contentLength == NONE && minorVersion > 0);
    }

    /** {@code HTTP/1.1 200 OK}; the reason may be empty, and nothing is lost without its blank. */
    private boolean statusLine(IoBuffer in, int end) {
        int digits = "HTTP/1.x ".length();
        if (end < digits + 3
                || !HttpLines.startsWith(in, 0, "http/1.")
                || in.getByte(digits - 1) != ' '
                || (end > digits + 3 && in.getByte(digits + 3) != ' ')) {
            return false;
        }
        minorVersion = in.getByte(digits - 2) - '0';
        for (int i = digits; i < digits + 3; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            status = 10 * status + digit;
        }
        return status >= 100 && status <= 599 && (minorVersion == 0 || minorVersion == 1);
    }

    private boolean field(IoBuffer in, int begin, int end) {
        int colon = begin;
        while (colon < end && HttpLines.isTokenByte(in.getByte(colon))) {
            colon++;
        }
        if (colon == begin || colon == end || in.getByte(colon) != ':') {
            return false; // a folded line, or a blank before the colon: section 5.1
        }
        int from = colon + 1;
        while (from < end && HttpLines.isBlank(in.getByte(from))) {
            from++;
        }
        int to = end;
        while (to > from && HttpLines.isBlank(in.getByte(to - 1))) {
            to--;
        }
        return switch (colon - begin) {
            case 10 -> !HttpLines.startsWith(in, begin, "connection") || connection(in, from, to);
            case 14 -> !HttpLines.startsWith(in, begin, "content-length") || length(in, from, to);
            case 17 ->
                    !HttpLines.startsWith(in, begin, "transfer-encoding") || coding(in, from, to);
            default -> true;
        };
    }

    private boolean connection(IoBuffer in, int from, int to) {
        int begin = from;
        for (int i = from; i <= to; i++) {
            if (i == to || in.getByte(i) == ',') {
                int end = i;
                while (begin < end && HttpLines.isBlank(in.getByte(begin))) {
                    begin++;
                }
                while (end > begin && HttpLines.isBlank(in.getByte(end - 1))) {
                    end--;
                }
                close |= HttpLines.equals(in, begin, end, "close");
                keepAlive |= HttpLines.equals(in, begin, end, "keep-alive");
                begin = i + 1;
            }
        }
        return true;
    }

    /** Digits, as many as fit; a second Content-Length is one too many: section 6.3. */
    private boolean length(IoBuffer in, int from, int to) {
        if (from == to || to - from > 18 || contentLength != NONE) {
            return false;
        }
        long length = 0;
        for (int i = from; i < to; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            length = 10 * length + digit;
        }
        contentLength = length;
        return true;
    }

    /** No other coding was asked for. */
    private boolean coding(IoBuffer in, int from, int to) {
        boolean known = !chunked && HttpLines.equals(in, from, to, "chunked");
        chunked = true;
        return known;
    }
}
