package edgeloop.cli.load.measure;

import org.HdrHistogram.Histogram;

/** Counts what becomes of attempts to connect; {@link ConnectionCounts} is what comes of it. */
public final class ConnectionBook {
    public final Histogram connectTimes = Interval.newHistogram();
    public final ErrorCounts failed = new ErrorCounts();

    /** Connections that ended while no request was on its way: no request's error. */
    public final ErrorCounts lostWhileIdle = new ErrorCounts();

    public double connectSumNanos;
    public long attempted;
    public long established;

    /** Of the connect phase, from its first attempt to its last outcome. */
    public long phaseNanos;

    /** Adds the book of another thread. */
    public void add(ConnectionBook other) {
        connectTimes.add(other.connectTimes);
        connectSumNanos += other.connectSumNanos;
        attempted += other.attempted;
        established += other.established;
        phaseNanos = Math.max(phaseNanos, other.phaseNanos);
        failed.add(other.failed);
        lostWhileIdle.add(other.lostWhileIdle);
    }

    public void established(long nanos) {
        established++;
        connectTimes.recordValue(Math.clamp(nanos, 0, Interval.HIGHEST_NANOS));
        connectSumNanos += nanos;
    }
}
