package edgeloop.http.semantics;

import static edgeloop.http.syntax.Bytes.ascii;

/**
 * The end of an answer's head, made once a second: the Date header, RFC 9110 section 6.6.1, what is
 * to become of the connection, and the empty line.
 */
public final class DateLine {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final long endNanos;
    public final byte[] keepingOpen;
    public final byte[] keepingOpen10;
    public final byte[] closing;

    public DateLine(long nowNanos, long wallClockMillis) {
        // To the end of the second; a jump of the wall clock is noticed then.
        endNanos = nowNanos + SECOND_NANOS - Math.floorMod(wallClockMillis, 1000L) * 1_000_000;
        String date = "Date: " + HttpDate.format(Math.floorDiv(wallClockMillis, 1000L)) + "\r\n";
        keepingOpen = ascii(date + "\r\n");
        keepingOpen10 = ascii(date + "Connection: keep-alive\r\n\r\n");
        closing = ascii(date + "Connection: close\r\n\r\n");
    }

    public boolean holdsAt(long nowNanos) {
        return nowNanos - endNanos < 0;
    }
}
