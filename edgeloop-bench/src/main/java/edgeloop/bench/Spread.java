package edgeloop.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * The median of a measurement over all its turns, and around it the quartiles, between which half
 * of the values lie, or an interval of confidence. Not the extremes, which say most of what else
 * the machine was doing.
 */
record Spread(double median, double lower, double upper) {
    private static final double CONFIDENCE = 0.95;

    /** Empty if there are no values. */
    static Optional<Spread> of(List<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        return Optional.of(
                new Spread(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75)));
    }

    /**
     * The median, and the narrowest interval between two values, as many from the one end as from
     * the other, that has the true median in it in 95 cases of 100, whatever the distribution.
     * Empty if there are too few values for that.
     */
    static Optional<Spread> confident(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int n = sorted.size();
        int below = 0; // so many of the values can be left out at each end
        double chance = Math.pow(0.5, n); // that so many exactly lie below the median
        for (double sum = chance; sum <= (1 - CONFIDENCE) / 2; sum += chance) {
            below++;
            chance *= (n - below + 1.0) / below;
        }
        return below == 0
                ? Optional.empty()
                : Optional.of(
                        new Spread(
                                quantile(sorted, 0.5),
                                sorted.get(below - 1),
                                sorted.get(n - below)));
    }

    /** Between two values, in proportion. */
    private static double quantile(List<Double> sorted, double fraction) {
        double place = fraction * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    /** The median, and the two others in parentheses where they differ from it in print. */
    String format(DoubleFunction<String> number) {
        String middle = number.apply(median);
        String from = number.apply(lower);
        String to = number.apply(upper);
        return from.equals(to) ? middle : middle + " (" + from + "–" + to + ")";
    }
}
