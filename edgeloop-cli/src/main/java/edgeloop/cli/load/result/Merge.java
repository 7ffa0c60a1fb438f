package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.message.CannotRunException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Adds runs up that loaded a server at the same time, from several machines for one: counts and
 * rates add up, and so do histograms, where averages of percentiles would mean nothing.
 */
public final class Merge {
    private final List<String> names;
    private final List<Results> runs;

    private Merge(List<String> names, List<Results> runs) {
        this.names = names;
        this.runs = runs;
    }

    /**
     * Adds up.
     *
     * @param names of the runs, as messages name them
     * @param runs at least two
     * @throws CannotRunException if they do not add up; the message says why
     */
    public static Results of(List<String> names, List<Results> runs) throws CannotRunException {
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
        Merge merge = new Merge(names, runs);
        merge.refuseTheSame();
        merge.refuseOtherLoads();
        merge.checkShards();
        return merge.merge();
    }

    private interface Moment {
        String of(Results results);
    }

    private static Instant max(List<Results> runs, Moment moment, Comparator<Instant> order) {
        return runs.stream().map(moment::of).map(Instant::parse).max(order).orElseThrow();
    }

    /** A copy of a file would count twice. */
    private void refuseTheSame() throws CannotRunException {
        Map<String, String> seen = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            Results run = runs.get(i);
            String run1 = run.startedAt() + run.endedAt() + run.response().histogram();
            String other = seen.put(run1, names.get(i));
            if (other != null) {
                throw new CannotRunException(
                        other
                                + " and "
                                + names.get(i)
                                + " are the same run, which would count twice");
            }
        }
    }

    /** What is offered adds up where each run offered something in the same way, at one time. */
    private void refuseOtherLoads() throws CannotRunException {
        Results first = runs.getFirst();
        for (int i = 0; i < runs.size(); i++) {
            Results run = runs.get(i);
            if (run.search() != null) {
                throw new CannotRunException(
                        names.get(i) + " is a search, whose rates were not those of others");
            }
            if ((run.requests().statuses() == null) != (first.requests().statuses() == null)) {
                throw new CannotRunException(
                        "the runs do not add up: one of "
                                + names.getFirst()
                                + " and "
                                + names.get(i)
                                + " is HTTP and the other is not");
            }
            if ((run.config().tls() == null) != (first.config().tls() == null)) {
                throw new CannotRunException(
                        "the runs do not add up: one of "
                                + names.getFirst()
                                + " and "
                                + names.get(i)
                                + " is over TLS and the other is not");
            }
            int steps = steps(run);
            if (steps != steps(first)) {
                throw new CannotRunException(
                        "the runs do not add up: "
                                + names.getFirst()
                                + describe(steps(first))
                                + " and "
                                + names.get(i)
                                + describe(steps));
            }
        }
    }

    /** How many rates there were; none in a closed loop. */
    private static int steps(Results run) {
        List<Double> rates = run.config().ratesPerSecond();
        return rates == null ? 0 : rates.size();
    }

    private static String describe(int steps) {
        return switch (steps) {
            case 0 -> " is a closed loop";
            case 1 -> " has one rate";
            default -> " has " + steps + " rates";
        };
    }

    /** Makes sure that all the shards of one load are there, each once, or none is a shard. */
    private void checkShards() throws CannotRunException {
        Map<Shard, String> seen = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            String text = runs.get(i).config().shard();
            if ((text == null) != (runs.getFirst().config().shard() == null)) {
                throw new CannotRunException(
                        "some of the runs are shards of one load, and others are not: "
                                + names.getFirst()
                                + " and "
                                + names.get(i));
            }
            if (text != null) {
                refuseOtherRates(i);
                add(seen, shard(text, names.get(i)), names.get(i));
            }
        }
        if (!seen.isEmpty()) {
            Shard any = seen.keySet().iterator().next();
            Collection<Integer> missing = any.missing(seen.keySet());
            if (!missing.isEmpty()) {
                throw new CannotRunException("shard " + missing(missing, any) + " is missing");
            }
        }
    }

    private void refuseOtherRates(int i) throws CannotRunException {
        Results.Config first = runs.getFirst().config();
        Results.Config other = runs.get(i).config();
        List<Object> asked = asked(first);
        List<Object> askedOther = asked(other);
        for (int n = 0; n < asked.size(); n++) {
            if (!asked.get(n).equals(askedOther.get(n))) {
                throw new CannotRunException(
                        names.getFirst()
                                + " and "
                                + names.get(i)
                                + " are not shards of one load: "
                                + asked.get(n)
                                + " and "
                                + askedOther.get(n));
            }
        }
    }

    /** What all shards of one load are asked; each has its part of connections and requests. */
    private static List<Object> asked(Results.Config config) {
        return List.of(
                "rates " + config.ratesPerSecond(),
                "arrivals " + config.arrivals(),
                "a duration of " + config.durationSeconds() + " s",
                "a warm-up of " + config.warmupSeconds() + " s",
                "a ramp of " + config.rampSeconds() + " s",
                config.pipeline() + " in a pipeline",
                config.requestsPerConnection() + " requests per connection",
                config.requestBytes() + " bytes a request",
                tls(config),
                "expected answers " + config.expect(),
                "a timeout of " + config.timeoutSeconds() + " s");
    }

    private static String tls(Results.Config config) {
        Results.Tls tls = config.tls();
        return tls == null
                ? "no TLS"
                : "TLS "
                        + tls.profile()
                        + (tls.verified() ? " verified" : " unverified")
                        + (tls.resumption() ? " with sessions resumed" : "");
    }

    private static Shard shard(String text, String name) throws CannotRunException {
        try {
            return Shard.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CannotRunException(name + ": shard " + e.getMessage());
        }
    }

    private static void add(Map<Shard, String> seen, Shard shard, String name)
            throws CannotRunException {
        for (Map.Entry<Shard, String> other : seen.entrySet()) {
            if (other.getKey().count() != shard.count() || other.getKey().equals(shard)) {
                throw new CannotRunException(
                        other.getValue()
                                + " is shard "
                                + other.getKey()
                                + " and "
                                + name
                                + " is shard "
                                + shard);
            }
        }
        seen.put(shard, name);
    }

    private static String missing(Collection<Integer> missing, Shard any) {
        return missing.stream()
                .map(index -> new Shard(index, any.count()).toString())
                .collect(Collectors.joining(", "));
    }

    private Results merge() {
        boolean openLoop = runs.stream().allMatch(run -> run.service() != null);
        Set<String> targets = new LinkedHashSet<>();
        runs.forEach(run -> targets.add(run.target()));
        Results.Config config = config();
        double seconds = runs.stream().mapToDouble(Results::totalSeconds).max().orElse(0);
        return new Results(
                Results.SCHEMA,
                max(runs, Results::startedAt, Comparator.reverseOrder()).toString(),
                max(runs, Results::endedAt, Comparator.naturalOrder()).toString(),
                String.join(", ", targets),
                config,
                seconds,
                sum(Results::requestsPerSecond),
                requests(),
                connections(),
                latency(
                        Results::response,
                        unanswered -> Results.silentShare(config, seconds, unanswered)),
                openLoop ? latency(Results::service) : null,
                latency(Results::connect),
                handshakes(),
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
                each(Results.Config::address),
                (int) count(run -> run.config().connections()),
                first.pipeline(),
                (int) count(run -> run.config().concurrency()),
                rates(),
                first.arrivals(),
                first.requests() == null ? null : count(Merge::requested),
                first.durationSeconds(),
                first.warmupSeconds(),
                first.rampSeconds(),
                first.requestsPerConnection(),
                first.requestBytes(),
                first.expect(),
                first.timeoutSeconds(),
                first.data(),
                first.requestsFile(),
                first.dataOrder(),
                null, // all of them are there
                (int) count(run -> run.config().threads()),
                each(Results.Config::engine),
                first.tls());
    }

    /** What differs from run to run, once each. */
    private String each(Function<Results.Config, String> value) {
        return runs.stream()
                .map(run -> value.apply(run.config()))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** Step by step. */
    private @Nullable List<Double> rates() {
        double[] sums = new double[steps(runs.getFirst())];
        for (Results run : runs) {
            List<Double> rates =
                    Objects.requireNonNullElse(run.config().ratesPerSecond(), List.of());
            for (int i = 0; i < sums.length; i++) {
                sums[i] += rates.get(i);
            }
        }
        return sums.length == 0
                ? null
                : Arrays.stream(sums).mapToObj(sum -> Math.rint(sum * 1e6) / 1e6).toList();
    }

    private static long requested(Results run) {
        return Objects.requireNonNullElse(run.config().requests(), 0L);
    }

    private interface Lines {
        List<String> of(Results results);
    }

    /** Each with the name of the run that says it. */
    private List<String> named(Lines lines) {
        List<String> named = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            for (String line : lines.of(runs.get(i))) {
                named.add(names.get(i) + ": " + line);
            }
        }
        return named;
    }

    private Results.Requests requests() {
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
                named(run -> run.requests().endedEarly()));
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

    private Results.@Nullable Handshakes handshakes() {
        List<Results.Handshakes> parts =
                runs.stream().map(Results::handshakes).filter(Objects::nonNull).toList();
        if (parts.isEmpty()) {
            return null;
        }
        Map<String, Long> agreed = new TreeMap<>();
        parts.forEach(part -> part.agreed().forEach((what, n) -> agreed.merge(what, n, Long::sum)));
        return new Results.Handshakes(
                parts.stream().mapToLong(Results.Handshakes::full).sum(),
                parts.stream().mapToLong(Results.Handshakes::resumed).sum(),
                agreed,
                latency(run -> run.handshakes() == null ? null : run.handshakes().time()));
    }

    private interface Part {
        Results.@Nullable Latency of(Results results);
    }

    private Results.Latency latency(Part parts) {
        return latency(parts, _ -> 0);
    }

    private Results.Latency latency(Part parts, ToDoubleFunction<Histogram> silentShare) {
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
        double silent = silentShare.applyAsDouble(unanswered);
        return Latencies.of(total, sumNanos, unanswered, 0, silent); // the sum is of both
    }

    private Results.ClientSide clientSide(boolean openLoop) {
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
                named(run -> run.client().limited()));
    }
}
