package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Results;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** Two runs on one page: their figures side by side, their plots on the same axes. */
public final class HtmlComparison {
    private HtmlComparison() {}

    /**
     * Writes the page.
     *
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
        ComparisonRows compared = new ComparisonRows(before.results(), after.results());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", before.name(), after.name(), "change", "95% interval"));
        for (ComparisonRows.Row row : compared.rows()) {
            rows.add(
                    List.of(row.figure(), row.before(), row.after(), row.change(), row.interval()));
        }
        StringBuilder notes = new StringBuilder();
        for (String note : compared.notes()) {
            notes.append("<p>").append(HtmlPage.escape(note)).append("</p>\n");
        }
        return HtmlPage.table(rows) + notes;
    }

    private static String words(ResultPlots.Run run) {
        return Text.format(
                "<h2>%s in words</h2>\n<pre>%s</pre>\n",
                HtmlPage.escape(run.name()), HtmlPage.escape(TextReport.of(run.results())));
    }
}
