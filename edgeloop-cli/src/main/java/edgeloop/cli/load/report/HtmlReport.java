package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Results;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** The results as one page that needs no network: its plots are SVG, its style is inside. */
public final class HtmlReport {
    private static final String TEMPLATE = "report.html";
    private static final int BARS = 60;

    /** Percentiles as far as there are requests behind them: 1 in 10 left, 1 in 100 and so on. */
    private static final double MOST_NINES = 1e6;

    private final Results results;
    private final Histogram response;
    private final double lowMillis;
    private final double highMillis;

    private HtmlReport(Results results) {
        this.results = results;
        this.response = Latencies.decode(results.response().histogram());
        Results.Latency service = results.service();
        double least =
                service == null
                        ? results.response().minMillis()
                        : Math.min(results.response().minMillis(), service.minMillis());
        double low = Math.max(1e-3, least);
        this.lowMillis = low * 0.9;
        this.highMillis = Math.max(low * 10, results.response().maxMillis() * 1.1);
    }

    public static String of(Results results) {
        return new HtmlReport(results).page();
    }

    private String page() {
        return template()
                .replace("@target@", escape(results.target()))
                .replace("@load@", escape(load()))
                .replace("@started@", DateTimeFormatter.RFC_1123_DATE_TIME.format(startedAt()))
                .replace("@verdict@", verdict())
                .replace("@figures@", figures())
                .replace("@plots@", response.getTotalCount() == 0 ? "" : plots())
                .replace("@text@", escape(TextReport.of(results)));
    }

    private static String template() {
        try (InputStream page = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
            return new String(
                    Objects.requireNonNull(page, TEMPLATE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** What was asked for, in a few words. */
    private String load() {
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
        return config.pipeline() == 1 ? load : load + ", " + config.pipeline() + " in a pipeline";
    }

    private ZonedDateTime startedAt() {
        return Instant.parse(results.startedAt()).atZone(ZoneOffset.UTC);
    }

    private String verdict() {
        StringBuilder lines = new StringBuilder();
        for (String why : results.client().limited()) {
            lines.append("<p class=\"limited\">Client limited: ").append(escape(why));
            lines.append("</p>\n");
        }
        return lines.toString();
    }

    private String figures() {
        return figure("Requests/sec", Text.rate(results.requestsPerSecond()))
                + figure("Average", brief(results.response().meanMillis()))
                + figure("p50", brief(results.response().percentileMillis("p50")))
                + figure("p99", brief(results.response().percentileMillis("p99")))
                + figure("Maximum", brief(results.response().maxMillis()))
                + figure("Errors", Text.count(results.errorCount()));
    }

    private static String brief(double millis) {
        return Text.shortMillis(millis) + " ms";
    }

    private static String figure(String name, String value) {
        return Text.format("<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
    }

    private String plots() {
        StringBuilder plots = new StringBuilder();
        if (!results.timeline().isEmpty()) {
            plots.append(section("Latency over time", latencyOverTime(), "p50", "p99", "max"));
            plots.append(section("Requests per second over time", rateOverTime(), "answered"));
        }
        boolean both = results.service() != null;
        plots.append(
                section(
                        "Latency by percentile",
                        percentiles(),
                        both ? new String[] {"response", "service"} : new String[] {"response"}));
        plots.append(section("Histogram of response times", histogram()));
        return plots.toString();
    }

    private static String section(String title, String plot, String... legend) {
        StringBuilder section = new StringBuilder("<section>\n<h2>" + title + "</h2>\n");
        if (legend.length > 0) {
            section.append("<p class=\"legend\">");
            for (String series : legend) {
                section.append("<span class=\"").append(series).append("\">");
                section.append(series).append("</span> ");
            }
            section.append("</p>\n");
        }
        return section.append(plot).append("</section>\n").toString();
    }

    private SvgPlot.Axis timeAxis() {
        double seconds = Math.max(0.001, results.timeline().getLast().endSeconds());
        return new SvgPlot.Axis(
                0, seconds, false, "seconds", Ticks.linear(seconds), HtmlReport::plain);
    }

    private SvgPlot.Axis latencyAxis() {
        return new SvgPlot.Axis(
                lowMillis,
                highMillis,
                true,
                "milliseconds",
                Ticks.logarithmic(lowMillis, highMillis),
                HtmlReport::plain);
    }

    private static String plain(double value) {
        return value >= 1000
                ? Text.count(value)
                : Text.format("%.4f", value).replaceAll("\\.?0+$", "");
    }

    private interface SliceFigure {
        /** Not a number where there is nothing to show. */
        double of(Results.TimelineSlice slice);
    }

    private List<SvgPlot.Point> course(SliceFigure figure) {
        List<SvgPlot.Point> points = new ArrayList<>();
        for (Results.TimelineSlice slice : results.timeline()) {
            double middle = (slice.beginSeconds() + slice.endSeconds()) / 2;
            points.add(new SvgPlot.Point(middle, figure.of(slice)));
        }
        return points;
    }

    private String latencyOverTime() {
        return new SvgPlot("Latency over time", timeAxis(), latencyAxis())
                .line("max", course(slice -> ofAnswers(slice, slice.maxMillis())))
                .line("p99", course(slice -> ofAnswers(slice, slice.p99Millis())))
                .line("p50", course(slice -> ofAnswers(slice, slice.p50Millis())))
                .finish();
    }

    private static double ofAnswers(Results.TimelineSlice slice, double figure) {
        return slice.samples() == 0 ? Double.NaN : figure;
    }

    private static double rate(Results.TimelineSlice slice) {
        return slice.answered() / Math.max(1e-9, slice.endSeconds() - slice.beginSeconds());
    }

    private String rateOverTime() {
        double most = results.timeline().stream().mapToDouble(HtmlReport::rate).max().orElse(1);
        double high = Math.max(1, most * 1.05);
        SvgPlot.Axis rates =
                new SvgPlot.Axis(
                        0, high, false, "requests/sec", Ticks.linear(high), HtmlReport::plain);
        return new SvgPlot("Requests per second over time", timeAxis(), rates)
                .line("answered", course(HtmlReport::rate))
                .finish();
    }

    /** The axis shows how many requests are slower: 1 in 10, 1 in 100; each nine is as wide. */
    private String percentiles() {
        double most = Math.clamp((double) response.getTotalCount(), 100, MOST_NINES);
        SvgPlot.Axis oneIn =
                new SvgPlot.Axis(
                        1,
                        most,
                        true,
                        "percentile",
                        Ticks.logarithmic(1, most).stream()
                                .filter(t -> Math.log10(t) % 1 == 0)
                                .toList(),
                        HtmlReport::percentileName);
        SvgPlot plot = new SvgPlot("Latency by percentile", oneIn, latencyAxis());
        plot.line("response", percentilePoints(response, most));
        Results.Latency service = results.service();
        if (service != null) {
            plot.line("service", percentilePoints(Latencies.decode(service.histogram()), most));
        }
        return plot.finish();
    }

    private static String percentileName(double oneIn) {
        return plain(100 - 100 / oneIn) + "%";
    }

    private static List<SvgPlot.Point> percentilePoints(Histogram histogram, double most) {
        List<SvgPlot.Point> points = new ArrayList<>();
        double step = Math.pow(most, 1.0 / 200);
        for (double oneIn = 1; oneIn <= most; oneIn *= step) {
            double millis = Latencies.percentileMillis(histogram, 100 - 100 / oneIn);
            points.add(new SvgPlot.Point(oneIn, millis));
        }
        return points;
    }

    private String histogram() {
        LogBuckets buckets = new LogBuckets(response, lowMillis * 1e6, highMillis * 1e6, BARS);
        double most = 0;
        for (int i = 0; i < BARS; i++) {
            most = Math.max(most, buckets.percent(i));
        }
        SvgPlot.Axis share =
                new SvgPlot.Axis(
                        0,
                        most * 1.05,
                        false,
                        "% of requests",
                        Ticks.linear(most * 1.05),
                        HtmlReport::plain);
        SvgPlot plot = new SvgPlot("Histogram of response times", latencyAxis(), share);
        for (int i = 0; i < BARS; i++) {
            double from = buckets.beginMillis(i);
            double to = buckets.beginMillis(i + 1);
            double percent = buckets.percent(i);
            plot.bar(
                    from,
                    to,
                    percent,
                    Text.format("%s to %s: %.2f%%", Text.millis(from), Text.millis(to), percent));
        }
        return plot.finish();
    }
}
