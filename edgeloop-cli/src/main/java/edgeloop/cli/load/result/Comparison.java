package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.SparseCounts;
import edgeloop.cli.load.message.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Compares two runs, and says which differences are more than noise: by the bootstrap, B. Efron and
 * R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 12 and 13. What is drawn again
 * and again is whole slices of time and not single requests: requests of one moment share its fate,
 * so that they know less about the next run than their number seems to say.
 *
 * <p>Requests without an answer count as in the figures of a run ({@link Censored}), and in each
 * draw: a percentile that falls among them has no bound.
 */
public final class Comparison {
    /** Slices below which nothing can be said of how they vary. */
    public static final int LEAST_SLICES = 8;

    private static final int DRAWS = 1000;
    private static final double CONFIDENCE = 0.95;
    private static final long SEED = 1;

    private final Sample before;
    private final Sample after;
    private final SplittableRandom random = new SplittableRandom(SEED);

    public Comparison(Results before, Results after) {
        this.before = new Sample(before);
        this.after = new Sample(after);
    }

    /**
     * The difference in one figure.
     *
     * @param before the first run's; infinite if it has no bound, as {@code after}
     * @param change of the second run against the first: 0.1 is a tenth more; NaN if the first one
     *     has no bound
     * @param low the interval's lower end
     * @param high the interval's upper end
     */
    public record Difference(
            String figure, double before, double after, double change, double low, double high) {

        /** Whether the interval has room for no difference at all. */
        public boolean isNoise() {
            return !(low > 0 || high < 0);
        }
    }

    /** Whether both runs have slices enough to tell noise. */
    public boolean hasEnough() {
        return fewestSlices() >= LEAST_SLICES;
    }

    /** Of the stage that has the fewest, in either run. */
    public int fewestSlices() {
        return Math.min(before.fewestSlices(), after.fewestSlices());
    }

    public List<Difference> differences() {
        List<Difference> differences = new ArrayList<>();
        for (String figure : List.of("rate", "mean", "p50", "p90", "p99", "p99.9")) {
            differences.add(difference(figure));
        }
        return differences;
    }

    /**
     * The difference in the figure of a condition.
     *
     * @param metric rate, mean, avg, max, or p followed by a percentile
     */
    Difference difference(String metric) {
        return switch (metric) {
            case "rate" -> difference("requests/sec", Draw::requestsPerSecond);
            case "mean", "avg" -> difference(metric, Draw::meanNanos);
            case "max" -> difference(metric, draw -> draw.percentileNanos(100));
            default -> {
                double percentile = Double.parseDouble(metric.substring(1));
                yield difference(metric, draw -> draw.percentileNanos(percentile));
            }
        };
    }

    /** As it stands in texts: {@code +3.1% to +22.0%: differs}. */
    public static String interval(Difference difference) {
        return Text.format(
                "%s to %s: %s",
                bound(difference.low()),
                bound(difference.high()),
                difference.isNoise() ? "noise" : "differs");
    }

    private static String bound(double change) {
        return Double.isFinite(change) ? Text.format("%+.1f%%", 100 * change) : "no bound";
    }

    private Difference difference(String name, ToDoubleFunction<Draw> figure) {
        double first = figure.applyAsDouble(before.whole());
        double second = figure.applyAsDouble(after.whole());
        double[] changes = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            changes[i] =
                    change(
                            figure.applyAsDouble(before.draw(random)),
                            figure.applyAsDouble(after.draw(random)));
        }
        Arrays.sort(changes);
        int tail = (int) (DRAWS * (1 - CONFIDENCE) / 2);
        return new Difference(
                name,
                first,
                second,
                change(first, second),
                changes[tail],
                changes[DRAWS - 1 - tail]);
    }

    private static double change(double first, double second) {
        if (Double.isInfinite(first)) {
            return Double.NaN;
        }
        return second == first ? 0 : second / first - 1;
    }

    /** A run's slices, on one scale of values that all of them share. */
    private static final class Sample {
        private final long[] values;
        private final int[][] indexes;
        private final long[][] counts;
        private final double[] arrived;
        private final double[] seconds;
        private final long unanswered;
        private final double silentShare;

        /** Where each stage begins, and where the last one ends. */
        private final int[] stages;

        /** For how long the unanswered had waited. */
        private double unansweredSumNanos;

        Sample(Results results) {
            unanswered = results.response().unanswered();
            silentShare = results.silentShare();
            stages = Stages.begins(results);
            List<SparseCounts> slices = new ArrayList<>();
            List<Double> arrivals = new ArrayList<>();
            List<Double> lengths = new ArrayList<>();
            TreeSet<Long> scale = new TreeSet<>();
            for (Results.TimelineSlice slice : results.timeline()) {
                SparseCounts counted = SparseCounts.of(Latencies.decode(slice.histogram()));
                slices.add(counted);
                // Requests/sec is what came in the total time, and by that.
                arrivals.add(slice.afterWindow() ? 0.0 : slice.answered());
                lengths.add(slice.afterWindow() ? 0 : slice.endSeconds() - slice.beginSeconds());
            }
            if (slices.isEmpty()) { // of a merged run, whose course is not known
                slices.add(SparseCounts.of(Latencies.decode(results.response().histogram())));
                arrivals.add(results.requestsPerSecond() * results.totalSeconds());
                lengths.add(results.totalSeconds());
            }
            for (SparseCounts counted : slices) {
                for (int i = 0; i < counted.size(); i++) {
                    scale.add(counted.value(i));
                }
            }
            values = scale.stream().mapToLong(Long::longValue).toArray();
            seconds = lengths.stream().mapToDouble(Double::doubleValue).toArray();
            arrived = arrivals.stream().mapToDouble(Double::doubleValue).toArray();
            indexes = new int[slices.size()][];
            counts = new long[slices.size()][];
            for (int s = 0; s < slices.size(); s++) {
                SparseCounts slice = slices.get(s);
                indexes[s] = new int[slice.size()];
                counts[s] = new long[slice.size()];
                for (int i = 0; i < slice.size(); i++) {
                    indexes[s][i] = Arrays.binarySearch(values, slice.value(i));
                    counts[s][i] = slice.count(i);
                }
            }
            if (unanswered > 0) {
                double sum = results.response().meanMillis() * 1e6 * results.response().total();
                unansweredSumNanos = Math.max(0, sum - whole().answeredSumNanos());
            }
        }

        int slices() {
            return counts.length;
        }

        /** Of the stage that has the fewest. */
        int fewestSlices() {
            int fewest = slices();
            for (int i = 1; i < stages.length; i++) {
                fewest = Math.min(fewest, stages[i] - stages[i - 1]);
            }
            return fewest;
        }

        Draw whole() {
            Draw draw = new Draw(values, unanswered, unansweredSumNanos, silentShare);
            for (int s = 0; s < slices(); s++) {
                draw.add(indexes[s], counts[s], arrived[s], seconds[s]);
            }
            return draw;
        }

        /**
         * As many slices of each stage, each of them any of the same one: that steps differ is what
         * was asked for, and no noise.
         */
        Draw draw(SplittableRandom random) {
            Draw draw = new Draw(values, unanswered, unansweredSumNanos, silentShare);
            for (int i = 1; i < stages.length; i++) {
                for (int n = stages[i - 1]; n < stages[i]; n++) {
                    int s = random.nextInt(stages[i - 1], stages[i]);
                    draw.add(indexes[s], counts[s], arrived[s], seconds[s]);
                }
            }
            return draw;
        }
    }

    /** Slices added up. */
    private static final class Draw {
        private final long[] values;
        private final long[] counts;
        private final long unanswered;
        private final double unansweredSumNanos;
        private final double silentShare;
        private long total;
        private double arrived;
        private double seconds;

        Draw(long[] values, long unanswered, double unansweredSumNanos, double silentShare) {
            this.silentShare = silentShare;
            this.values = values;
            this.unanswered = unanswered;
            this.unansweredSumNanos = unansweredSumNanos;
            this.counts = new long[values.length];
        }

        void add(int[] indexes, long[] added, double answers, double length) {
            for (int i = 0; i < indexes.length; i++) {
                counts[indexes[i]] += added[i];
                total += added[i];
            }
            arrived += answers;
            seconds += length;
        }

        double requestsPerSecond() {
            return seconds == 0 ? 0 : arrived / seconds;
        }

        double answeredSumNanos() {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += (double) values[i] * counts[i];
            }
            return sum;
        }

        /** With what the unanswered had waited, as in the figures of a run. */
        double meanNanos() {
            return Censored.isMeanKnown(total, unanswered, silentShare)
                    ? (answeredSumNanos() + unansweredSumNanos) / (total + unanswered)
                    : Double.POSITIVE_INFINITY;
        }

        double percentileNanos(double percentile) {
            if (!Censored.wasAsked(percentile, silentShare)) {
                return Double.POSITIVE_INFINITY;
            }
            long rank = Censored.rank(percentile, total + unanswered);
            long seen = 0;
            for (int i = 0; i < values.length; i++) {
                seen += counts[i];
                if (seen >= rank) {
                    return values[i];
                }
            }
            return Double.POSITIVE_INFINITY;
        }
    }
}
