package edgeloop.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * The median of a measurement over all its turns, and the quartiles: half of the values lie between
 * them. Not the extremes, which say most of what else the machine was doing.
 */
record Spread(double median, double lower, double upper) {

    /** Empty if there are no values. */
    static Optional<Spread> of(List<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        return Optional.of(
                new Spread(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75)));
    }

    /** Between two values, in proportion. */
    private static double quantile(List<Double> sorted, double fraction) {
        double place = fraction * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    /** The median, and the quartiles in parentheses where they differ from it in print. */
    String format(DoubleFunction<String> number) {
        String middle = number.apply(median);
        String from = number.apply(lower);
        String to = number.apply(upper);
        return from.equals(to) ? middle : middle + " (" + from + "–" + to + ")";
    }
}
