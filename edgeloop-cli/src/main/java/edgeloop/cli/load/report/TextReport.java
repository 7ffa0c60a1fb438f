package edgeloop.cli.load.report;

import com.google.errorprone.annotations.FormatMethod;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Censored;
import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.Stages;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** The results as lines for people. The first ones are fixed, see README.md; programs read them. */
public final class TextReport {
    private static final int BARS = 12;
    private static final int BAR_WIDTH = 40;

    /** What makes the figures say little of the server is said beside them. */
    private static final double NOTED_UNANSWERED = 0.01;

    /** What is less than this part of the window matters little to it. */
    private static final double NOTED_PART = 0.01;

    private final Results results;
    private final StringBuilder lines = new StringBuilder();

    private TextReport(Results results) {
        this.results = results;
    }

    public static String of(Results results) {
        return new TextReport(results).write();
    }

    private String write() {
        fixedLines();
        percentiles();
        histogram();
        connecting();
        handshakes();
        steps();
        search();
        errors();
        lateAnswers();
        books();
        client();
        return lines.toString().stripTrailing();
    }

    @FormatMethod
    private void line(String format, Object... values) {
        lines.append(Text.format(format, values)).append('\n');
    }

    private void fixedLines() {
        line("Connections: %d", results.config().connections());
        line("Requests: %d", results.requests().scheduled());
        line("Concurrency: %d", results.config().concurrency());
        line("");
        line("Results:");
        line("  Total time: %.2f seconds", results.totalSeconds());
        line("  Requests/sec: %s", Text.rate(results.requestsPerSecond()));
        Results.Latency response = results.response();
        line("  Avg latency: %s", brief(response, "mean", response.meanMillis()));
        line("  P99 latency: %s", brief(response, "p99", response.percentileMillis("p99")));
        line("  Errors: %d", results.errorCount());
        line("  Address: %s", results.config().address());
        double unanswered = (double) response.unanswered() / Math.max(1, response.total());
        if (unanswered > NOTED_UNANSWERED) {
            line(
                    "  Unanswered: %s of %s requests (%s)",
                    Text.count(response.unanswered()),
                    Text.count(response.total()),
                    Text.percent(unanswered));
        }
        if (results.silentShare() > NOTED_UNANSWERED) {
            line(
                    "  Silent: connections waited in vain for %s of the time",
                    Text.percent(results.silentShare()));
        }
        coldStart();
        line("");
    }

    /**
     * The rate of a window in whose beginning no answer could have come yet is too low. Slow ones
     * that were due later, as in an outage, do not make it so.
     */
    private void coldStart() {
        Results.Config config = results.config();
        double unmeasured = config.warmupSeconds() + config.rampSeconds();
        double slowest = 0;
        for (List<Results.TimelineSlice> stage : Stages.of(results)) {
            double begin = stage.getFirst().beginSeconds();
            for (Results.TimelineSlice slice : stage) {
                Double millis = slice.maxMillis();
                if (millis != null && slice.beginSeconds() - begin <= millis / 1e3) {
                    slowest = Math.max(slowest, millis); // it may have been due at the begin
                }
            }
        }
        Double window = config.durationSeconds();
        if (window != null && slowest / 1e3 > Math.max(unmeasured, NOTED_PART * window)) {
            line(
                    "  Warm-up: %.1f s, shorter than the slowest of the first answers (%s):"
                            + " Requests/sec may be low",
                    unmeasured, Text.millis(slowest));
        }
    }

    static String brief(Results.Latency latency, String name, double millis) {
        return latency.total() == 0
                ? "-"
                : (latency.isAtLeast(name) ? "> " : "") + Text.shortMillis(millis) + " ms";
    }

    /** A figure, or what it is at least, or a dash where there is none. */
    static String figure(Results.Latency latency, String name, double millis) {
        return latency.total() == 0
                ? "-"
                : (latency.isAtLeast(name) ? "> " : "") + Text.millis(millis);
    }

    /** Likewise, of a run that is under way. */
    public static String millis(Censored times, double percentile) {
        return times.total() == 0
                ? "-"
                : (times.isKnown(percentile) ? "" : "> ")
                        + Text.millis(times.atLeastNanos(percentile) / 1e6);
    }

    private void percentiles() {
        Results.Latency response = results.response();
        Results.Latency service = results.service();
        if (service == null) {
            line("Latency:");
        } else {
            line("Latency:   from due (response)  from sent (service)");
        }
        row("mean", Results.Latency::meanMillis);
        response.percentilesMillis()
                .keySet()
                .forEach(name -> row(name, latency -> latency.percentileMillis(name)));
        row("max", Results.Latency::maxMillis);
        line("");
    }

    private void row(String name, ToDoubleFunction<Results.Latency> millis) {
        Results.Latency response = results.response();
        Results.Latency service = results.service();
        String first = figure(response, name, millis.applyAsDouble(response));
        if (service == null) {
            line("  %-7s %14s", name, first);
        } else {
            String second = figure(service, name, millis.applyAsDouble(service));
            line("  %-7s %20s %20s", name, first, second);
        }
    }

    private void histogram() {
        Histogram histogram = Latencies.decode(results.response().histogram());
        if (histogram.getTotalCount() == 0) {
            return;
        }
        LogBuckets buckets = LogBuckets.of(histogram, BARS);
        line("Distribution:");
        for (int i = 0; i < BARS; i++) {
            line(
                    "  up to %14s %-" + BAR_WIDTH + "s %6.2f%%",
                    Text.millis(buckets.beginMillis(i + 1)),
                    bar(buckets.count(i), buckets.fullest()),
                    100.0 * buckets.count(i) / results.response().total());
        }
        long unanswered = results.response().unanswered();
        if (unanswered > 0) {
            line(
                    "  %-21s %-" + BAR_WIDTH + "s %6.2f%%",
                    "no answer",
                    bar(unanswered, buckets.fullest()),
                    100.0 * unanswered / results.response().total());
        }
        line("");
    }

    private static String bar(long count, long fullest) {
        return "#".repeat((int) Math.min(BAR_WIDTH, Math.ceilDiv(count * BAR_WIDTH, fullest)));
    }

    private void connecting() {
        Results.Latency connect = results.connect();
        line(
                "Connects: %s; at first all in %.2f seconds; avg %s, p99 %s, max %s",
                Text.count(results.connections().established()),
                results.connections().phaseSeconds(),
                Text.millis(connect.meanMillis()),
                Text.millis(connect.percentileMillis("p99")),
                Text.millis(connect.maxMillis()));
    }

    private void handshakes() {
        Results.Handshakes handshakes = results.handshakes();
        Results.Tls tls = results.config().tls();
        if (handshakes == null || tls == null) {
            return;
        }
        Results.Latency time = handshakes.time();
        line(
                "Handshakes: %s full, %s resumed, avg %s, p99 %s, max %s",
                Text.count(handshakes.full()),
                Text.count(handshakes.resumed()),
                Text.millis(time.meanMillis()),
                Text.millis(time.percentileMillis("p99")),
                Text.millis(time.maxMillis()));
        Map<String, Long> agreed = handshakes.agreed();
        line(
                "TLS: %s%s",
                agreed.size() == 1 ? agreed.keySet().iterator().next() : Text.counts(agreed),
                tls.verified() ? "" : "; the server is not verified");
    }

    private void steps() {
        List<Results.Step> steps = results.steps();
        if (steps.isEmpty()) {
            return;
        }
        line("");
        line("Steps:");
        line("  %12s %12s %12s %12s %12s %8s", "rate", "answered/s", "p50", "p99", "max", "errors");
        for (Results.Step step : steps) {
            line(
                    "  %12s %12s %12s %12s %12s %8d%s",
                    Text.rate(step.ratePerSecond()),
                    Text.rate(step.requestsPerSecond()),
                    figure(step, "p50", step.p50Millis()),
                    figure(step, "p99", step.p99Millis()),
                    figure(step, "max", step.maxMillis()),
                    step.errors(),
                    step.limited().isEmpty() ? "" : "  client limited");
        }
        line("");
    }

    static String figure(Results.Step step, String name, double millis) {
        if (step.answered() == 0 && step.atLeast() == null) {
            return "-"; // nothing was asked
        }
        return (step.isAtLeast(name) ? "> " : "") + Text.millis(millis);
    }

    private void search() {
        Results.Search search = results.search();
        if (search == null) {
            return;
        }
        if (search.highestRate() > 0) {
            line(
                    "Highest rate: %s requests/sec hold %s",
                    Text.rate(search.highestRate()), search.condition());
        } else {
            line("Highest rate: none of those tried holds %s", search.condition());
        }
        if (search.lowestFailedRate() != null) {
            line("Lowest rate that does not: %s", Text.rate(search.lowestFailedRate()));
        }
        for (String why : search.limited()) {
            line("Client limited: at that rate, %s", why);
        }
        line("");
    }

    private void errors() {
        Map<String, Long> statuses = results.requests().statuses();
        if (statuses != null) {
            line("Answers by status: %s", Text.counts(statuses));
        }
        results.requests().errors().forEach((cause, n) -> line("Errors, %s: %d", cause, n));
        results.connections()
                .errors()
                .forEach((cause, n) -> line("Errors, connecting, %s: %d", cause, n));
        results.connections()
                .errorsWhileIdle()
                .forEach((cause, n) -> line("Errors, connection idle, %s: %d", cause, n));
        Map<String, Long> closed = results.connections().closedWhileIdle();
        if (!closed.isEmpty()) {
            line("Closed by the server while idle: %s", Text.counts(closed));
        }
    }

    /** What is in the latencies and not in the total time. */
    private void lateAnswers() {
        double seconds = 0;
        long answers = 0;
        for (Results.TimelineSlice slice : results.timeline()) {
            if (slice.afterWindow()) {
                seconds += slice.endSeconds() - slice.beginSeconds();
                answers += slice.answered();
            }
        }
        if (seconds > NOTED_PART * results.totalSeconds()) {
            line(
                    "After the total time: %.2f seconds in which %s answers were waited for",
                    seconds, Text.count(answers));
        }
    }

    private void books() {
        Results.Requests requests = results.requests();
        line(
                "Books: %s scheduled = %s answered + %s failed + %s unsent + %s in flight",
                Text.count(requests.scheduled()),
                Text.count(requests.answered()),
                Text.count(requests.errorCount()),
                Text.count(requests.unsent()),
                Text.count(requests.inFlight()));
        if (requests.unmeasured() + requests.unmeasuredErrors() > 0) {
            line(
                    "Not measured: %s answered and %s failed in ramp and warm-up",
                    Text.count(requests.unmeasured()), Text.count(requests.unmeasuredErrors()));
        }
        for (String why : requests.endedEarly()) {
            line("Ended early: %s", why);
        }
        if (!results.booksBalance()) {
            line("Books do not balance: these figures are wrong, please report it");
        }
    }

    private void client() {
        Results.ClientSide client = results.client();
        Results.Latency lag = client.sendLag();
        int threads = results.config().threads();
        String engine = results.config().engine();
        line(
                "Client: %s%s%s busy, %s waiting for a CPU, %.2f us of CPU per request, GC %d ms%s",
                engine.equals("epoll") ? "" : "on " + engine + ", ",
                threads > 1 ? threads + " threads, at most " : "",
                Text.percent(client.threadBusy()),
                Text.percent(client.threadWaiting()),
                client.cpuMicrosPerRequest(),
                client.collectionMillis(),
                lag == null ? "" : ", send lag p99 " + Text.millis(lag.percentileMillis("p99")));
        for (String why : client.limited()) {
            line("Client limited: %s", why);
        }
    }
}
