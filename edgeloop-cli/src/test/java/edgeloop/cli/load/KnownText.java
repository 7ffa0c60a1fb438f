package edgeloop.cli.load;

import edgeloop.cli.load.result.Results;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The text that there must be of the results of a {@link KnownRun}, in which nothing fails. */
final class KnownText {
    private KnownText() {}

    /** Lines that the text must have, in this order; with others between them. */
    static List<String> lines(Results results) {
        Results.Latency response = results.response();
        Results.Latency service = results.service();
        List<String> lines = new ArrayList<>();
        lines.add("Connections: " + results.config().connections());
        lines.add("Requests: " + results.requests().answered());
        lines.add("Concurrency: " + results.config().connections());
        lines.add("");
        lines.add("Results:");
        lines.add(format("  Total time: %.2f seconds", results.totalSeconds()));
        lines.add("  Requests/sec: " + rate(results.requestsPerSecond()));
        lines.add("  Avg latency: " + brief(response.meanMillis()));
        lines.add("  P99 latency: " + brief(response.percentileMillis("p99")));
        lines.add("  Errors: 0");
        lines.add("  Address: " + results.config().address());
        lines.add("");
        lines.add(
                service == null
                        ? "Latency:"
                        : "Latency:   from due (response)  from sent (service)");
        lines.add(row("mean", response.meanMillis(), service == null ? -1 : service.meanMillis()));
        for (String name : response.percentilesMillis().keySet()) {
            double second = service == null ? -1 : service.percentileMillis(name);
            lines.add(row(name, response.percentileMillis(name), second));
        }
        lines.add(row("max", response.maxMillis(), service == null ? -1 : service.maxMillis()));
        lines.add("");
        lines.add(
                format(
                        "Connects: %d; at first all in 0.00 seconds; avg 1.500 ms, p99 1.500 ms,"
                                + " max 1.500 ms",
                        results.config().connections()));
        if (results.requests().statuses() != null) {
            lines.add(format("Answers by status: 2xx %,d", results.requests().answered()));
        }
        double seconds = 0;
        long late = 0;
        for (Results.TimelineSlice slice : results.timeline()) {
            seconds += slice.afterWindow() ? slice.endSeconds() - slice.beginSeconds() : 0;
            late += slice.afterWindow() ? slice.answered() : 0;
        }
        if (seconds > 0.01 * results.totalSeconds()) {
            lines.add(
                    format(
                            "After the total time: %.2f seconds in which %,d answers were waited"
                                    + " for",
                            seconds, late));
        }
        lines.add(
                format(
                        "Books: %,d scheduled = %,d answered + 0 failed + 0 unsent + 0 in flight",
                        results.requests().answered(), results.requests().answered()));
        if (results.requests().unmeasured() > 0) {
            lines.add(
                    format(
                            "Not measured: %,d answered and 0 failed in ramp and warm-up",
                            results.requests().unmeasured()));
        }
        return lines;
    }

    private static String row(String name, double first, double second) {
        return second < 0
                ? format("  %-7s %14s", name, format("%,.3f ms", first))
                : format(
                        "  %-7s %20s %20s",
                        name, format("%,.3f ms", first), format("%,.3f ms", second));
    }

    private static String brief(double millis) {
        return format(millis < 1 ? "%.2f ms" : "%.1f ms", millis);
    }

    private static String rate(double perSecond) {
        return perSecond >= 100 || perSecond == Math.rint(perSecond)
                ? format("%,.0f", perSecond)
                : new BigDecimal(perSecond).round(new MathContext(3)).toPlainString();
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is another library's
    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
