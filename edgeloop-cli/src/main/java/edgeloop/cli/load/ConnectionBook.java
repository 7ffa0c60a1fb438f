package edgeloop.cli.load;

import org.HdrHistogram.Histogram;

/** Counts what becomes of attempts to connect; {@link ConnectionCounts} is what comes of it. */
final class ConnectionBook {
    final Histogram connectTimes = Interval.newHistogram();
    final ErrorCounts failed = new ErrorCounts();

    /** Connections that ended while no request was on its way: no request's error. */
    final ErrorCounts lostWhileIdle = new ErrorCounts();

    double connectSumNanos;
    long attempted;
    long established;

    /** Of the connect phase, from its first attempt to its last outcome. */
    long phaseNanos;

    void established(long nanos) {
        established++;
        connectTimes.recordValue(Math.clamp(nanos, 0, Interval.HIGHEST_NANOS));
        connectSumNanos += nanos;
    }
}
