package edgeloop.cli.load;

import edgeloop.cli.load.measure.Interval;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How late a thread of this machine is, as it is now: one that only sleeps, a millisecond each
 * time, and looks at the clock. What two threads say to each other takes so much longer than it
 * would on a machine of their own.
 */
final class Lateness implements AutoCloseable {
    private static final long SLEEP_NANOS = 1_000_000;

    private final Histogram late = Interval.newHistogram();
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::look);
    private volatile boolean closed;

    private Lateness() {}

    static Lateness start() {
        Lateness lateness = new Lateness();
        lateness.thread.start();
        return lateness;
    }

    private void look() {
        while (!closed) {
            long due = System.nanoTime() + SLEEP_NANOS;
            LockSupport.parkNanos(SLEEP_NANOS);
            late.recordValue(Math.max(0, System.nanoTime() - due));
        }
    }

    /** To be read when it has ended. */
    double meanMillis() {
        return late.getMean() / 1e6;
    }

    double percentileMillis(double percentile) {
        return late.getValueAtPercentile(percentile) / 1e6;
    }

    @Override
    public void close() {
        closed = true;
        while (thread.isAlive()) {
            Thread.onSpinWait();
        }
    }
}
