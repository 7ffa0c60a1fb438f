package edgeloop.cli;

import edgeloop.ReactorListener;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Collects the latencies of requests. The reactor's thread records, without a lock or an
 * allocation; one other thread takes what has been recorded since it last did.
 */
final class LatencyRecorder implements ReactorListener {
    private static final long HIGHEST_NANOS = 3_600_000_000_000L;
    private static final int SIGNIFICANT_DIGITS = 3;

    // A fixed range: a histogram that grows would allocate, on the reactor's thread.
    private final SingleWriterRecorder recorder =
            new SingleWriterRecorder(HIGHEST_NANOS, SIGNIFICANT_DIGITS);
    private @Nullable Histogram taken;

    /**
     * The latencies of an interval, in milliseconds; 0 where there was no request.
     *
     * @param averageMillis the mean
     * @param p99Millis the 99th percentile
     */
    record Summary(double averageMillis, double p99Millis) {}

    @Override
    public void onServed(long nanos) {
        recorder.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
    }

    /** What was recorded since this was last called. */
    Summary takeInterval() {
        taken = recorder.getIntervalHistogram(taken);
        if (taken.getTotalCount() == 0) {
            return new Summary(0, 0);
        }
        return new Summary(taken.getMean() / 1e6, taken.getValueAtPercentile(99) / 1e6);
    }
}
