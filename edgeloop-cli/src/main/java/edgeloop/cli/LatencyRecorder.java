package edgeloop.cli;

import edgeloop.ReactorListener;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Collects the latencies of a reactor's requests. Its thread records, without a lock or an
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

    /** What all of {@code recorders} have recorded since this was last called. */
    static Summary takeInterval(List<LatencyRecorder> recorders) {
        Histogram all = recorders.getFirst().take();
        for (LatencyRecorder each : recorders.subList(1, recorders.size())) {
            all.add(each.take());
        }
        if (all.getTotalCount() == 0) {
            return new Summary(0, 0);
        }
        return new Summary(all.getMean() / 1e6, all.getValueAtPercentile(99) / 1e6);
    }

    private Histogram take() {
        taken = recorder.getIntervalHistogram(taken);
        return taken;
    }
}
