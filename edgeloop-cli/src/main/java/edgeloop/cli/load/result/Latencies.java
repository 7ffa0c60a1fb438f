package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.Interval;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Between histograms and what the results say of them. */
public final class Latencies {
    /** The percentiles that are reported, by name. */
    static final Map<String, Double> PERCENTILES = new LinkedHashMap<>();

    static {
        PERCENTILES.put("p50", 50.0);
        PERCENTILES.put("p75", 75.0);
        PERCENTILES.put("p90", 90.0);
        PERCENTILES.put("p95", 95.0);
        PERCENTILES.put("p99", 99.0);
        PERCENTILES.put("p99.5", 99.5);
        PERCENTILES.put("p99.9", 99.9);
        PERCENTILES.put("p99.99", 99.99);
    }

    private static final Histogram NOTHING = Interval.newHistogram();

    private Latencies() {}

    /**
     * Sums a histogram up.
     *
     * @param sumNanos the exact sum of all values
     */
    static Results.Latency of(Histogram histogram, double sumNanos) {
        return of(histogram, sumNanos, NOTHING, 0, 0);
    }

    /**
     * Sums up the times of what was answered, and for how long the rest had waited.
     *
     * @param sumNanos the exact sum of all times of answers
     * @param unansweredSumNanos the exact sum of the waits
     * @param silentShare of {@link Censored}
     */
    static Results.Latency of(
            Histogram answered,
            double sumNanos,
            Histogram unanswered,
            double unansweredSumNanos,
            double silentShare) {
        Censored times = new Censored(answered, unanswered, silentShare);
        Map<String, Double> percentiles = new LinkedHashMap<>();
        Set<String> atLeast = new LinkedHashSet<>();
        PERCENTILES.forEach(
                (name, percentile) -> {
                    percentiles.put(name, times.atLeastNanos(percentile) / 1e6);
                    if (!times.isKnown(percentile)) {
                        atLeast.add(name);
                    }
                });
        if (!times.isMeanKnown()) {
            atLeast.add("mean");
        }
        if (!times.isKnown(100)) {
            atLeast.add("max");
        }
        long total = times.total();
        boolean complete = unanswered.getTotalCount() == 0;
        return new Results.Latency(
                answered.getTotalCount(),
                unanswered.getTotalCount(),
                total == 0 ? 0 : (sumNanos + unansweredSumNanos) / total / 1e6,
                answered.getTotalCount() == 0 ? 0 : answered.getMinValue() / 1e6,
                times.atLeastNanos(100) / 1e6,
                percentiles,
                complete ? null : atLeast,
                encode(answered),
                complete ? null : encode(unanswered));
    }

    public static double percentileMillis(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0
                ? 0
                : histogram.getValueAtPercentile(percentile) / 1e6;
    }

    static String encode(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Histogram decode(String encoded) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(encoded)), Interval.HIGHEST_NANOS);
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalArgumentException("not a histogram of HdrHistogram's", e);
        }
    }
}
