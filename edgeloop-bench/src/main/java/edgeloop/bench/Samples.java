package edgeloop.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** All that was measured, by round, slice, server, row and metric. */
final class Samples {
    /**
     * What one measurement gave.
     *
     * @param round counted from 1
     * @param slice counted from 1
     * @param row the load, or null for what belongs to the process as a whole
     */
    record Sample(
            int round, int slice, String server, @Nullable Row row, Map<Metric, Double> values) {

        /** Whether both were measured one right after the other, on the machine as it then was. */
        boolean isBeside(Sample other) {
            return round == other.round && slice == other.slice && Objects.equals(row, other.row);
        }

        private double value(Metric metric) {
            return Objects.requireNonNull(values.get(metric));
        }
    }

    private final List<Sample> samples = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<String, List<String>> commands = new LinkedHashMap<>();

    void add(Sample sample) {
        samples.add(sample);
    }

    void addFailure(String failure) {
        failures.add(failure);
    }

    /** Remembers how a server was started. */
    void addCommand(RunningServer server) {
        commands.putIfAbsent(server.spec().name(), server.command());
    }

    List<Sample> all() {
        return List.copyOf(samples);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    Map<String, List<String>> commands() {
        return commands;
    }

    Optional<Spread> spread(String server, @Nullable Row row, Metric metric) {
        return Spread.of(of(server, row, metric).stream().map(s -> s.value(metric)).toList());
    }

    /** The median of one round. */
    OptionalDouble median(int round, String server, Row row, Metric metric) {
        List<Double> values =
                of(server, row, metric).stream()
                        .filter(s -> s.round() == round)
                        .map(s -> s.value(metric))
                        .toList();
        return Spread.of(values).stream().mapToDouble(Spread::median).findFirst();
    }

    /** The server's value divided by that of another in the same slice, over all slices. */
    List<Double> ratios(String server, String base, @Nullable Row row, Metric metric) {
        var ratios = new ArrayList<Double>();
        for (Sample divisor : of(base, row, metric)) {
            for (Sample sample : of(server, row, metric)) {
                if (sample.isBeside(divisor) && divisor.value(metric) > 0) {
                    ratios.add(sample.value(metric) / divisor.value(metric));
                }
            }
        }
        return ratios;
    }

    /** What was measured of one server at one row, of those that have the metric. */
    private List<Sample> of(String server, @Nullable Row row, Metric metric) {
        return samples.stream()
                .filter(s -> s.server().equals(server) && Objects.equals(s.row(), row))
                .filter(s -> s.values().containsKey(metric))
                .toList();
    }
}
