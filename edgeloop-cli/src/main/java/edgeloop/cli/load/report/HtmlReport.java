package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Results;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;

/** The results as one page that needs no network: its plots are SVG, its style is inside. */
public final class HtmlReport {
    private final Results results;

    private HtmlReport(Results results) {
        this.results = results;
    }

    public static String of(Results results) {
        return HtmlPage.of(results.target(), new HtmlReport(results).body());
    }

    private String body() {
        return Text.format(
                """
                <h1>%s</h1>
                <p class="when">%s; loadtest, %s</p>
                %s<dl>
                %s</dl>
                %s<h2>In words</h2>
                <pre>%s</pre>
                """,
                HtmlPage.escape(results.target()),
                HtmlPage.escape(load(results)),
                DateTimeFormatter.RFC_1123_DATE_TIME.format(startedAt(results)),
                verdict(results),
                cards(),
                ResultPlots.of(results),
                HtmlPage.escape(TextReport.of(results)));
    }

    /** What was asked for, in a few words. */
    static String load(Results results) {
        Results.Config config = results.config();
        List<Double> rates = config.ratesPerSecond();
        String load = Text.count(config.connections()) + " connections, ";
        if (rates == null) {
            load += "each answer followed by the next request";
        } else {
            load +=
                    rates.stream().map(rate -> Text.rate(rate)).collect(Collectors.joining(", "))
                            + " requests/sec due";
        }
        Results.Handshakes handshakes = results.handshakes();
        if (handshakes != null) {
            load += ", over " + String.join(", ", handshakes.agreed().keySet());
        }
        return config.pipeline() == 1 ? load : load + ", " + config.pipeline() + " in a pipeline";
    }

    static ZonedDateTime startedAt(Results results) {
        return Instant.parse(results.startedAt()).atZone(ZoneOffset.UTC);
    }

    /** What makes the figures less than they seem. */
    static String verdict(Results results) {
        StringBuilder lines = new StringBuilder();
        for (String why : results.requests().endedEarly()) {
            lines.append("<p class=\"limited\">Ended early: ")
                    .append(HtmlPage.escape(why))
                    .append("</p>\n");
        }
        for (String why : results.client().limited()) {
            lines.append("<p class=\"limited\">Client limited: ").append(HtmlPage.escape(why));
            lines.append("</p>\n");
        }
        return lines.toString();
    }

    private String cards() {
        Results.Latency response = results.response();
        return card("Requests/sec", Text.rate(results.requestsPerSecond()))
                + card("Average", TextReport.brief(response, "mean", response.meanMillis()))
                + card("p50", TextReport.brief(response, "p50", response.percentileMillis("p50")))
                + card("p99", TextReport.brief(response, "p99", response.percentileMillis("p99")))
                + card(
                        "p99.9",
                        TextReport.brief(response, "p99.9", response.percentileMillis("p99.9")))
                + card("Maximum", TextReport.brief(response, "max", response.maxMillis()))
                + count("Errors", results.errorCount(), Text.counts(results.requests().errors()))
                + count("Unsent", results.requests().unsent(), ofScheduled());
    }

    private String ofScheduled() {
        return "of " + Text.count(results.requests().scheduled()) + " due";
    }

    private static String card(String name, String value) {
        return Text.format("<div><dt>%s</dt><dd>%s</dd></div>\n", name, HtmlPage.escape(value));
    }

    /** Of what there should be none. */
    private static String count(String name, long count, String detail) {
        return count == 0
                ? card(name, "0")
                : Text.format(
                        "<div class=\"bad\"><dt>%s</dt><dd>%s</dd><dd class=\"detail\">%s</dd></div>\n",
                        name, Text.count(count), HtmlPage.escape(detail));
    }
}
