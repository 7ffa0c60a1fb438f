package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Comparison;
import edgeloop.cli.load.result.Results;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Two runs on one page: their figures side by side, their plots on the same axes. */
public final class HtmlComparison {
    private HtmlComparison() {}

    /**
     * @param beforeName what the first run is called, its file's name for one
     * @param afterName what the second one is called
     */
    public static String of(String beforeName, Results before, String afterName, Results after) {
        String title = beforeName + " and " + afterName;
        ResultPlots.Run first = ResultPlots.Run.of(beforeName, before);
        ResultPlots.Run second = ResultPlots.Run.of(afterName, after);
        String body =
                "<h1>"
                        + HtmlPage.escape(title)
                        + "</h1>\n"
                        + introduction("a", first)
                        + introduction("b", second)
                        + HtmlPage.section("Figures", figures(first, second), List.of())
                        + ResultPlots.of(first, second)
                        + words(first)
                        + words(second);
        return HtmlPage.of(title, body);
    }

    private static String introduction(String side, ResultPlots.Run run) {
        Results results = run.results();
        return Text.format(
                "<p class=\"legend\"><span class=\"%s\">%s</span> %s: %s; %s</p>\n%s",
                side,
                HtmlPage.escape(run.name()),
                HtmlPage.escape(results.target()),
                HtmlPage.escape(HtmlReport.load(results)),
                DateTimeFormatter.RFC_1123_DATE_TIME.format(HtmlReport.startedAt(results)),
                HtmlReport.verdict(results));
    }

    private static String figures(ResultPlots.Run before, ResultPlots.Run after) {
        Comparison comparison = new Comparison(before.results(), after.results());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", before.name(), after.name(), "change", "95% interval", ""));
        for (Comparison.Difference difference : comparison.differences()) {
            rows.add(row(difference, comparison.hasEnough()));
        }
        rows.add(row("max", before, after, HtmlComparison::max));
        rows.add(row("errors", before, after, r -> Text.count(r.errorCount())));
        rows.add(row("unsent", before, after, r -> Text.count(r.requests().unsent())));
        rows.add(row("answered", before, after, r -> Text.count(r.requests().answered())));
        String note =
                comparison.hasEnough()
                        ? ""
                        : Text.format(
                                "<p>The shorter run has %d slices of time; to tell noise, both need"
                                        + " %d.</p>\n",
                                comparison.fewestSlices(), Comparison.LEAST_SLICES);
        return HtmlPage.table(rows) + note;
    }

    private static List<String> row(Comparison.Difference difference, boolean hasEnough) {
        boolean rate = difference.figure().equals("requests/sec");
        return List.of(
                difference.figure(),
                rate ? Text.rate(difference.before()) : Text.millis(difference.before() / 1e6),
                rate ? Text.rate(difference.after()) : Text.millis(difference.after() / 1e6),
                Text.format("%+.1f%%", 100 * difference.change()),
                hasEnough
                        ? Text.format(
                                "%+.1f%% to %+.1f%%",
                                100 * difference.low(), 100 * difference.high())
                        : "unknown",
                !hasEnough ? "" : difference.isNoise() ? "noise" : "differs");
    }

    private static List<String> row(
            String name,
            ResultPlots.Run before,
            ResultPlots.Run after,
            Function<Results, String> figure) {
        return List.of(
                name, figure.apply(before.results()), figure.apply(after.results()), "", "", "");
    }

    private static String max(Results results) {
        Results.Latency response = results.response();
        return TextReport.figure(response, "max", response.maxMillis());
    }

    private static String words(ResultPlots.Run run) {
        return Text.format(
                "<h2>%s in words</h2>\n<pre>%s</pre>\n",
                HtmlPage.escape(run.name()), HtmlPage.escape(TextReport.of(run.results())));
    }
}
