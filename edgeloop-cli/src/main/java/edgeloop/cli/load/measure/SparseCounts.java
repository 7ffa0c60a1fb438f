package edgeloop.cli.load.measure;

import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** A histogram without its empty buckets, as small as what was seen. */
public final class SparseCounts {
    static final SparseCounts NONE = new SparseCounts(new long[0], new long[0]);

    private final long[] values;
    private final long[] counts;

    private SparseCounts(long[] values, long[] counts) {
        this.values = values;
        this.counts = counts;
    }

    public static SparseCounts of(Histogram histogram) {
        long[] values = new long[64];
        long[] counts = new long[64];
        int size = 0;
        for (HistogramIterationValue bucket : histogram.recordedValues()) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
                counts = Arrays.copyOf(counts, 2 * size);
            }
            values[size] = bucket.getValueIteratedTo();
            counts[size] = bucket.getCountAtValueIteratedTo();
            size++;
        }
        return new SparseCounts(Arrays.copyOf(values, size), Arrays.copyOf(counts, size));
    }

    /** What both have counted. */
    SparseCounts plus(SparseCounts other) {
        Histogram sum = toHistogram();
        other.addTo(sum);
        return of(sum);
    }

    public Histogram toHistogram() {
        Histogram histogram = Interval.newHistogram();
        addTo(histogram);
        return histogram;
    }

    private void addTo(Histogram histogram) {
        for (int i = 0; i < values.length; i++) {
            histogram.recordValueWithCount(values[i], counts[i]);
        }
    }

    public int size() {
        return values.length;
    }

    /** The value of a bucket in nanoseconds; they ascend. */
    public long value(int bucket) {
        return values[bucket];
    }

    public long count(int bucket) {
        return counts[bucket];
    }
}
