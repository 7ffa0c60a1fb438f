package edgeloop.cli.load.report;

import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A histogram in a few buckets that are equally wide on a logarithmic axis, since latencies spread
 * over decades.
 */
final class LogBuckets {
    private final double lowNanos;
    private final double ratio;
    private final long total;
    private final long[] counts;

    /**
     * From {@code lowNanos} (above 0) to {@code highNanos}; what is outside is in the outermost.
     */
    LogBuckets(Histogram histogram, double lowNanos, double highNanos, int buckets) {
        this.lowNanos = lowNanos;
        this.ratio = Math.pow(highNanos / lowNanos, 1.0 / buckets);
        this.total = histogram.getTotalCount();
        this.counts = new long[buckets];
        for (HistogramIterationValue value : histogram.recordedValues()) {
            double nanos = Math.max(lowNanos, (double) value.getValueIteratedTo());
            int bucket = (int) (Math.log(nanos / lowNanos) / Math.log(ratio));
            counts[Math.min(bucket, buckets - 1)] += value.getCountAtValueIteratedTo();
        }
    }

    /** From the histogram's least value to its greatest. */
    static LogBuckets of(Histogram histogram, int buckets) {
        double low = Math.max(1, histogram.getMinValue());
        double high = Math.max(low * 1.001, (double) histogram.getMaxValue());
        return new LogBuckets(histogram, low, high, buckets);
    }

    int size() {
        return counts.length;
    }

    /** Where a bucket begins, which is where the one before it ends. */
    double beginMillis(int bucket) {
        return lowNanos * Math.pow(ratio, bucket) / 1e6;
    }

    /** The part of all values that is in a bucket, from 0 to 100. */
    double percent(int bucket) {
        return total == 0 ? 0 : 100.0 * counts[bucket] / total;
    }

    long count(int bucket) {
        return counts[bucket];
    }

    /** How many are in the bucket that has most of them. */
    long fullest() {
        return Arrays.stream(counts).max().orElse(0);
    }
}
