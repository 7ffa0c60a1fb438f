package edgeloop.cli.load.measure;

import org.HdrHistogram.Histogram;

/**
 * What was measured in a short stretch of time. The reactor's thread fills one while the main
 * thread evaluates those before; they go back and forth, so that recording allocates nothing.
 */
public final class Interval extends MeasuredTimes {
    /** Of all histograms: an hour in nanoseconds, at three significant digits. */
    public static final long HIGHEST_NANOS = 3_600_000_000_000L;

    static final int DIGITS = 3;

    /** Answers that came, to measured requests and to those before. */
    public long arrived;

    public long errors;

    /** Whether the window was over, and what was still on its way was waited for. */
    public boolean afterWindow;

    /** When the window began, on the stage's clock: of several threads each has its own. */
    public long windowBeginNanos;

    /** In nanoseconds since the window began. */
    public long beginNanos;

    public long endNanos;

    /** The point in time that it was to end at: those of several threads that end there are one. */
    public long dueNanos;

    public int inFlight;
    public int connections;

    public static Histogram newHistogram() {
        // A fixed range: one that grows would allocate.
        return new Histogram(HIGHEST_NANOS, DIGITS);
    }

    public void answered(long responseNanos) {
        response.recordValue(Math.clamp(responseNanos, 0, HIGHEST_NANOS));
        responseSumNanos += responseNanos;
    }

    public void served(long serviceNanos) {
        service.recordValue(Math.clamp(serviceNanos, 0, HIGHEST_NANOS));
        serviceSumNanos += serviceNanos;
    }

    /** A request that was due got no answer. */
    public void unanswered(long waitedNanos) {
        unanswered.recordValue(Math.clamp(waitedNanos, 0, HIGHEST_NANOS));
        unansweredSumNanos += waitedNanos;
    }

    /** And had been sent. */
    public void unserved(long waitedNanos) {
        unserved.recordValue(Math.clamp(waitedNanos, 0, HIGHEST_NANOS));
    }

    public void sentLate(long nanos) {
        sendLag.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
    }

    /** Adds what was measured in another; not when that was. */
    public void add(Interval other) {
        addTimes(other);
        arrived += other.arrived;
        errors += other.errors;
    }

    public void clear() {
        clearTimes();
        arrived = 0;
        errors = 0;
        afterWindow = false;
        windowBeginNanos = 0;
        beginNanos = 0; // a stage that begins takes it as it is
        endNanos = 0;
        dueNanos = 0;
        inFlight = 0;
        connections = 0;
    }
}
