package edgeloop.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All that was measured, by round, server, row and metric. */
final class Samples {
    /**
     * What one measurement gave.
     *
     * @param round counted from 1
     * @param row the load, or null for what belongs to the process as a whole
     */
    record Sample(int round, String server, @Nullable Row row, Map<Metric, Double> values) {}

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
        return Spread.of(
                samples.stream()
                        .filter(s -> s.server().equals(server) && Objects.equals(s.row(), row))
                        .map(s -> s.values().get(metric))
                        .filter(Objects::nonNull)
                        .toList());
    }

    /** The server's value divided by the floor's in the same round, over all rounds. */
    Optional<Spread> ratioToFloor(String server, @Nullable Row row, Metric metric) {
        int rounds = samples.stream().mapToInt(Sample::round).max().orElse(0);
        return Spread.of(
                IntStream.rangeClosed(1, rounds)
                        .boxed()
                        .flatMap(round -> ratio(round, server, row, metric).stream())
                        .toList());
    }

    private Optional<Double> ratio(int round, String server, @Nullable Row row, Metric metric) {
        Optional<Double> floor = value(round, ServerCatalog.FLOOR, row, metric);
        return value(round, server, row, metric)
                .flatMap(v -> floor.filter(f -> f > 0).map(f -> v / f));
    }

    private Optional<Double> value(int round, String server, @Nullable Row row, Metric metric) {
        return samples.stream()
                .filter(s -> s.round() == round && s.server().equals(server))
                .filter(s -> Objects.equals(s.row(), row))
                .flatMap(s -> Optional.ofNullable(s.values().get(metric)).stream())
                .findFirst();
    }
}
