package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.message.CannotRunException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Adds runs up that loaded a server at the same time, from several machines for one: counts and
 * rates add up, and so do histograms, where averages of percentiles would mean nothing.
 */
public final class Merge {
    private final List<Results> runs;

    private Merge(List<Results> runs) {
        this.runs = runs;
    }

    /**
     * Adds up.
     *
     * @param runs at least two
     * @throws CannotRunException if they were not at the same time
     */
    public static Results of(List<Results> runs) throws CannotRunException {
        Instant lastStart = max(runs, Results::startedAt, Comparator.naturalOrder());
        Instant firstEnd = max(runs, Results::endedAt, Comparator.reverseOrder());
        if (!lastStart.isBefore(firstEnd)) {
            throw new CannotRunException(
                    "the runs did not overlap: one ended at "
                            + firstEnd
                            + " and another began at "
                            + lastStart
                            + "; their figures do not add up");
        }
        return new Merge(runs).merge();
    }

    private interface Moment {
        String of(Results results);
    }

    private static Instant max(List<Results> runs, Moment moment, Comparator<Instant> order) {
        return runs.stream().map(moment::of).map(Instant::parse).max(order).orElseThrow();
    }

    private Results merge() {
        boolean openLoop = runs.stream().allMatch(run -> run.service() != null);
        Set<String> targets = new LinkedHashSet<>();
        runs.forEach(run -> targets.add(run.target()));
        return new Results(
                Results.SCHEMA,
                max(runs, Results::startedAt, Comparator.reverseOrder()).toString(),
                max(runs, Results::endedAt, Comparator.naturalOrder()).toString(),
                String.join(", ", targets),
                config(),
                runs.stream().mapToDouble(Results::totalSeconds).max().orElse(0),
                sum(Results::requestsPerSecond),
                requests(),
                connections(),
                latency(Results::response),
                openLoop ? latency(Results::service) : null,
                latency(Results::connect),
                List.of(), // the runs' clocks and slices differ
                List.of(),
                null,
                clientSide(openLoop));
    }

    private double sum(ToDoubleFunction<Results> figure) {
        return runs.stream().mapToDouble(figure).sum();
    }

    private long count(ToLongFunction<Results> figure) {
        return runs.stream().mapToLong(figure).sum();
    }

    private interface Counts {
        Map<String, Long> of(Results results);
    }

    private Map<String, Long> counts(Counts counts) {
        Map<String, Long> sums = new TreeMap<>();
        runs.forEach(run -> counts.of(run).forEach((name, n) -> sums.merge(name, n, Long::sum)));
        return sums;
    }

    private Results.Config config() {
        Results.Config first = runs.getFirst().config();
        return new Results.Config(
                (int) count(run -> run.config().connections()),
                first.pipeline(),
                (int) count(run -> run.config().concurrency()),
                first.ratesPerSecond(),
                first.arrivals(),
                first.requests(),
                first.durationSeconds(),
                first.warmupSeconds(),
                first.rampSeconds(),
                first.requestsPerConnection(),
                first.requestBytes(),
                first.expect(),
                first.timeoutSeconds());
    }

    private Results.Requests requests() {
        List<String> endedEarly = new ArrayList<>();
        runs.forEach(run -> endedEarly.addAll(run.requests().endedEarly()));
        Map<String, Long> statuses =
                counts(run -> Objects.requireNonNullElse(run.requests().statuses(), Map.of()));
        return new Results.Requests(
                count(run -> run.requests().scheduled()),
                count(run -> run.requests().answered()),
                counts(run -> run.requests().errors()),
                statuses.isEmpty() ? null : statuses,
                count(run -> run.requests().unsent()),
                count(run -> run.requests().inFlight()),
                count(run -> run.requests().unmeasured()),
                count(run -> run.requests().unmeasuredErrors()),
                endedEarly);
    }

    private Results.Connections connections() {
        return new Results.Connections(
                count(run -> run.connections().attempted()),
                count(run -> run.connections().established()),
                counts(run -> run.connections().errors()),
                count(run -> run.connections().pending()),
                counts(run -> run.connections().lostWhileIdle()),
                runs.stream().mapToDouble(run -> run.connections().phaseSeconds()).max().orElse(0));
    }

    private interface Part {
        Results.@Nullable Latency of(Results results);
    }

    private Results.Latency latency(Part parts) {
        Histogram total = Interval.newHistogram();
        Histogram unanswered = Interval.newHistogram();
        double sumNanos = 0;
        for (Results run : runs) {
            Results.Latency part = parts.of(run);
            if (part != null) {
                total.add(Latencies.decode(part.histogram()));
                if (part.unansweredHistogram() != null) {
                    unanswered.add(Latencies.decode(part.unansweredHistogram()));
                }
                sumNanos += part.meanMillis() * 1e6 * part.total();
            }
        }
        return Latencies.of(total, sumNanos, unanswered, 0); // the sum is of both
    }

    private Results.ClientSide clientSide(boolean openLoop) {
        Set<String> limited = new LinkedHashSet<>();
        runs.forEach(run -> limited.addAll(run.client().limited()));
        double answered = Math.max(1, count(run -> run.requests().answered()));
        double cpuSeconds = sum(run -> run.client().threadCpuSeconds());
        return new Results.ClientSide(
                cpuSeconds,
                sum(run -> run.client().processCpuSeconds()),
                sum(run -> run.client().threadBusy()) / runs.size(),
                sum(run -> run.client().threadWaiting()) / runs.size(),
                cpuSeconds * 1e6 / answered,
                sum(run -> run.client().allocatedBytesPerRequest()) / runs.size(),
                count(run -> run.client().collections()),
                count(run -> run.client().collectionMillis()),
                openLoop ? latency(run -> run.client().sendLag()) : null,
                List.copyOf(limited));
    }
}
