package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.ConnectionBook;
import edgeloop.cli.load.measure.ConnectionCounts;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.ResourceUsage;
import edgeloop.cli.load.measure.Slice;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StageRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Makes results of the stages of a run. */
public final class ResultsBuilder {
    private final List<StageRecord> stages;
    private final ConnectionCounts connections;
    private final ConnectionBook book;
    private List<StageRecord> steps;
    private Results.@Nullable Search search;

    /**
     * @param stages at least one, all of them ended
     * @param book of an engine that is closed
     */
    public ResultsBuilder(
            List<StageRecord> stages, ConnectionCounts connections, ConnectionBook book) {
        this.stages = stages;
        this.connections = connections;
        this.book = book;
        this.steps = stages.size() == 1 ? List.of() : stages;
    }

    /** Has the results tell of a search, whose best trial is the one stage. */
    public ResultsBuilder withSearch(List<StageRecord> trials, Results.Search found) {
        steps = trials;
        search = found;
        return this;
    }

    public Results build(String target, Results.Config config, Instant startedAt, Instant endedAt) {
        long windowNanos = sum(StageOutcome::windowNanos);
        return new Results(
                Results.SCHEMA,
                startedAt.toString(),
                endedAt.toString(),
                target,
                config,
                windowNanos / 1e9,
                windowNanos == 0 ? 0 : sum(StageOutcome::arrivedInWindow) * 1e9 / windowNanos,
                requests(),
                connections(),
                response(
                        stages,
                        unanswered -> Results.silentShare(config, windowNanos / 1e9, unanswered)),
                config.ratesPerSecond() == null ? null : service(),
                Latencies.of(book.connectTimes, book.connectSumNanos),
                config.tls() == null ? null : handshakes(),
                timeline(),
                steps.stream().map(ResultsBuilder::step).toList(),
                search,
                clientSide(config.ratesPerSecond() != null));
    }

    private interface Figure {
        long of(StageOutcome outcome);
    }

    private long sum(Figure figure) {
        return stages.stream().mapToLong(stage -> figure.of(stage.outcome())).sum();
    }

    private static Results.Latency response(
            List<StageRecord> stages, ToDoubleFunction<Histogram> silentShare) {
        Histogram unanswered = total(stages.stream().map(stage -> stage.unanswered).toList());
        return Latencies.of(
                total(stages.stream().map(stage -> stage.response).toList()),
                stages.stream().mapToDouble(stage -> stage.responseSumNanos).sum(),
                unanswered,
                stages.stream().mapToDouble(stage -> stage.unansweredSumNanos).sum(),
                silentShare.applyAsDouble(unanswered));
    }

    private Results.Latency service() {
        Histogram unserved = total(stages.stream().map(stage -> stage.unserved).toList());
        return Latencies.of(
                total(stages.stream().map(stage -> stage.service).toList()),
                stages.stream().mapToDouble(stage -> stage.serviceSumNanos).sum(),
                unserved,
                unserved.getMean() * unserved.getTotalCount(),
                0); // it is of open loops alone
    }

    private static Histogram total(List<Histogram> parts) {
        Histogram total = Interval.newHistogram();
        parts.forEach(total::add);
        return total;
    }

    private Results.Requests requests() {
        Map<String, Long> errors = new TreeMap<>();
        Map<String, Long> statuses = new TreeMap<>();
        for (StageRecord stage : stages) {
            stage.outcome().errors().forEach((name, n) -> errors.merge(name, n, Long::sum));
            stage.outcome().statuses().forEach((name, n) -> statuses.merge(name, n, Long::sum));
        }
        List<StageRecord> all = steps.isEmpty() ? stages : steps; // a search has trials besides
        return new Results.Requests(
                sum(StageOutcome::scheduled),
                sum(StageOutcome::answered),
                errors,
                statuses.isEmpty() ? null : statuses,
                sum(StageOutcome::unsent),
                sum(StageOutcome::inFlight),
                sum(StageOutcome::unmeasured),
                sum(StageOutcome::unmeasuredErrors),
                all.stream()
                        .map(stage -> stage.outcome().endedEarly())
                        .filter(Objects::nonNull)
                        .toList());
    }

    private Results.Connections connections() {
        return new Results.Connections(
                connections.attempted(),
                connections.established(),
                connections.failed(),
                connections.pending(),
                connections.lostWhileIdle(),
                connections.phaseNanos() / 1e9);
    }

    private Results.Handshakes handshakes() {
        return new Results.Handshakes(
                connections.established() - connections.resumed(),
                connections.resumed(),
                connections.agreed(),
                Latencies.of(book.handshakeTimes, book.handshakeSumNanos));
    }

    private List<Results.TimelineSlice> timeline() {
        List<Results.TimelineSlice> timeline = new ArrayList<>();
        long offset = 0;
        for (StageRecord stage : stages) {
            for (Slice slice : stage.slices()) {
                Histogram histogram = slice.response().toHistogram();
                timeline.add(
                        new Results.TimelineSlice(
                                (offset + slice.beginNanos()) / 1e9,
                                (offset + slice.endNanos()) / 1e9,
                                slice.afterWindow(),
                                slice.arrived(),
                                histogram.getTotalCount(),
                                slice.errors(),
                                slice.inFlight(),
                                slice.connections(),
                                Latencies.percentileMillis(histogram, 50),
                                Latencies.percentileMillis(histogram, 99),
                                histogram.getMaxValue() / 1e6,
                                Latencies.encode(histogram)));
            }
            offset += stage.slices().isEmpty() ? 0 : stage.slices().getLast().endNanos();
        }
        return timeline;
    }

    static Results.Step step(StageRecord stage) {
        StageOutcome outcome = stage.outcome();
        Results.Latency response = response(List.of(stage), _ -> 0); // steps have a schedule
        return new Results.Step(
                outcome.plan().rate(),
                outcome.windowNanos() / 1e9,
                outcome.scheduled(),
                outcome.answered(),
                outcome.errorCount(),
                outcome.unsent(),
                outcome.requestsPerSecond(),
                response.percentileMillis("p50"),
                response.percentileMillis("p90"),
                response.percentileMillis("p99"),
                response.maxMillis(),
                response.atLeast(),
                Verdict.of(stage));
    }

    private Results.ClientSide clientSide(boolean openLoop) {
        ResourceUsage usage = ResourceUsage.NONE;
        Set<String> limited = new LinkedHashSet<>();
        for (StageRecord stage : stages) {
            usage = usage.plus(stage.outcome().usage());
            limited.addAll(Verdict.of(stage));
        }
        double nanos = Math.max(1, usage.atNanos());
        double requests = Math.max(1, sum(StageOutcome::arrivedInWindow));
        Histogram lag = total(stages.stream().map(stage -> stage.sendLag).toList());
        return new Results.ClientSide(
                usage.threadCpuNanos() / 1e9,
                usage.processCpuNanos() / 1e9,
                usage.busiestCpuNanos() / nanos,
                usage.threadWaitNanos() / nanos,
                usage.threadCpuNanos() / 1e3 / requests,
                usage.threadAllocatedBytes() / requests,
                usage.collections(),
                usage.collectionMillis(),
                openLoop ? Latencies.of(lag, lag.getMean() * lag.getTotalCount()) : null,
                List.copyOf(limited));
    }
}
