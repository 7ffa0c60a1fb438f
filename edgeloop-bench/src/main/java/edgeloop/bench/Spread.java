package edgeloop.bench;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** The median of a measurement over its rounds, and how far the rounds lie apart. */
record Spread(double median, double min, double max) {

    /** Empty if there are no values. */
    static Optional<Spread> of(List<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median =
                sorted.size() % 2 == 1
                        ? sorted.get(half)
                        : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return Optional.of(new Spread(median, sorted.getFirst(), sorted.getLast()));
    }

    /** The median, and the extremes in parentheses where they differ from it in print. */
    String format(DoubleFunction<String> number) {
        String middle = number.apply(median);
        String least = number.apply(min);
        String most = number.apply(max);
        return least.equals(most) ? middle : middle + " (" + least + "–" + most + ")";
    }
}
