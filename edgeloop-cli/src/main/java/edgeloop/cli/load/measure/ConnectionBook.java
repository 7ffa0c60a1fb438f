package edgeloop.cli.load.measure;

import edgeloop.TlsSession;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of attempts to connect; {@link ConnectionCounts} is what comes of it. */
public final class ConnectionBook {
    public final Histogram connectTimes = Interval.newHistogram();

    /** Of TLS, from when the kernel had connected the two. */
    public final Histogram handshakeTimes = Interval.newHistogram();

    /** Handshakes by what they agreed on: the protocol's version and the cipher suite. */
    public final Map<String, Long> agreed = new TreeMap<>();

    public final ErrorCounts failed = new ErrorCounts();

    /** Connections that ended while no request was on its way: no request's error. */
    public final ErrorCounts lostWhileIdle = new ErrorCounts();

    public double connectSumNanos;
    public double handshakeSumNanos;
    public long attempted;
    public long established;

    /** Handshakes that took an earlier session up again. */
    public long resumed;

    /** Of the connect phase, from its first attempt to its last outcome. */
    public long phaseNanos;

    /** Adds the book of another thread. */
    public void add(ConnectionBook other) {
        connectTimes.add(other.connectTimes);
        connectSumNanos += other.connectSumNanos;
        handshakeTimes.add(other.handshakeTimes);
        handshakeSumNanos += other.handshakeSumNanos;
        resumed += other.resumed;
        other.agreed.forEach((what, n) -> agreed.merge(what, n, Long::sum));
        attempted += other.attempted;
        established += other.established;
        phaseNanos = Math.max(phaseNanos, other.phaseNanos);
        failed.add(other.failed);
        lostWhileIdle.add(other.lostWhileIdle);
    }

    /**
     * A connection is there.
     *
     * @param nanos since it was begun
     * @param tls what was agreed on in that time, where there is TLS
     */
    public void established(long nanos, @Nullable TlsSession tls) {
        established++;
        long connectNanos = nanos;
        if (tls != null) {
            long handshakeNanos = tls.handshakeNanos();
            connectNanos -= handshakeNanos;
            handshakeTimes.recordValue(Math.clamp(handshakeNanos, 0, Interval.HIGHEST_NANOS));
            handshakeSumNanos += handshakeNanos;
            resumed += tls.resumed() ? 1 : 0;
            agreed.merge(tls.protocol() + " " + tls.cipherSuite(), 1L, Long::sum);
        }
        connectTimes.recordValue(Math.clamp(connectNanos, 0, Interval.HIGHEST_NANOS));
        connectSumNanos += connectNanos;
    }
}
