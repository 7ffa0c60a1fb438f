package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The plots of a run, or of two on the same axes. */
final class ResultPlots {
    private static final int BARS = 60;

    /** Percentiles as far as there are requests behind them: 1 in 10 left, 1 in 100 and so on. */
    private static final double MOST_NINES = 1e6;

    /** In the style sheet, where there are two runs. */
    private static final List<String> SIDES = List.of("a", "b");

    /** In the style sheet. */
    private static final String AFTERWARDS = "afterwards";

    private final List<Run> runs;
    private final double lowMillis;
    private final double highMillis;

    /** A run and what it is called. */
    record Run(String name, Results results, Histogram response) {
        static Run of(String name, Results results) {
            return new Run(name, results, Latencies.decode(results.response().histogram()));
        }

        boolean hasAnswers() {
            return response.getTotalCount() > 0;
        }
    }

    private ResultPlots(List<Run> runs) {
        this.runs = runs;
        double low =
                runs.stream()
                        .filter(Run::hasAnswers)
                        .flatMap(run -> Stream.ofNullable(run.results().response()))
                        .mapToDouble(Results.Latency::minMillis)
                        .min()
                        .orElse(1);
        for (Run run : runs) {
            Results.Latency service = run.results().service();
            if (service != null && service.count() > 0) {
                low = Math.min(low, service.minMillis());
            }
        }
        low = Math.max(1e-3, low);
        double high = runs.stream().mapToDouble(ResultPlots::maxMillis).max().orElse(1);
        this.lowMillis = low * 0.9;
        this.highMillis = Math.max(low * 10, high * 1.1);
    }

    private static double maxMillis(Run run) {
        return Math.max(run.response().getMaxValue() / 1e6, run.results().response().maxMillis());
    }

    static String of(Results results) {
        return new ResultPlots(List.of(Run.of("", results))).single();
    }

    static String of(Run before, Run after) {
        return new ResultPlots(List.of(before, after)).pair();
    }

    private String single() {
        Run run = runs.getFirst();
        Results results = run.results();
        boolean paused = !pauses(results.timeline()).isEmpty();
        StringBuilder plots = new StringBuilder();
        plots.append(StepPlots.of(results));
        if (!results.timeline().isEmpty()) {
            if (run.hasAnswers()) {
                plots.append(
                        HtmlPage.section(
                                "Latency over time",
                                latencyOverTime(),
                                withAfterwards(results, legend(paused, "p50", "p99", "max"))));
            }
            plots.append(
                    HtmlPage.section(
                            "Requests per second over time",
                            rateOverTime(),
                            withAfterwards(results, legend(paused, rateSeries(results)))));
        }
        if (run.hasAnswers()) {
            plots.append(
                    HtmlPage.section(
                            "Latency by percentile",
                            percentiles(),
                            results.service() == null
                                    ? legend(false, "response")
                                    : legend(false, "response", "service")));
            plots.append(
                    HtmlPage.section("Histogram of response times", histogram(run), List.of()));
        }
        return plots.toString();
    }

    static List<HtmlPage.Key> legend(boolean paused, String... series) {
        List<HtmlPage.Key> legend =
                new ArrayList<>(Stream.of(series).map(HtmlPage.Key::of).toList());
        if (paused) {
            legend.add(new HtmlPage.Key("pause", "no answers"));
        }
        return legend;
    }

    private static List<HtmlPage.Key> withAfterwards(Results results, List<HtmlPage.Key> legend) {
        List<HtmlPage.Key> all = new ArrayList<>(legend);
        if (results.timeline().stream().anyMatch(Results.TimelineSlice::afterWindow)) {
            all.add(HtmlPage.Key.of(AFTERWARDS));
        }
        return all;
    }

    private static String[] rateSeries(Results results) {
        Stream<String> series = Stream.of("answered");
        if (offered(results) > 0) {
            series = Stream.concat(series, Stream.of("offered"));
        }
        if (results.requests().errorCount() > 0) {
            series = Stream.concat(series, Stream.of("errors"));
        }
        return series.toArray(String[]::new);
    }

    private String pair() {
        List<HtmlPage.Key> names = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            names.add(new HtmlPage.Key(SIDES.get(i), runs.get(i).name()));
        }
        StringBuilder plots = new StringBuilder();
        boolean answers = runs.stream().allMatch(Run::hasAnswers);
        boolean courses = runs.stream().noneMatch(run -> run.results().timeline().isEmpty());
        if (answers && courses) {
            List<HtmlPage.Key> withMax = new ArrayList<>();
            for (HtmlPage.Key key : names) {
                withMax.add(new HtmlPage.Key(key.series(), key.name() + " p99"));
                withMax.add(new HtmlPage.Key(key.series() + " max", "max"));
            }
            plots.append(
                    HtmlPage.section("Latency over time", latencyOverTime(), withPauses(withMax)));
        }
        if (courses) { // a merged run has none
            plots.append(
                    HtmlPage.section(
                            "Requests per second over time", rateOverTime(), withPauses(names)));
        }
        if (answers) {
            plots.append(HtmlPage.section("Latency by percentile", percentiles(), names));
            plots.append(HtmlPage.section("Histogram of response times", histograms(), names));
        }
        return plots.toString();
    }

    private List<HtmlPage.Key> withPauses(List<HtmlPage.Key> legend) {
        List<HtmlPage.Key> all = new ArrayList<>(legend);
        for (int i = 0; i < runs.size(); i++) {
            if (!pauses(runs.get(i).results().timeline()).isEmpty()) {
                String name = runs.get(i).name() + ", no answers";
                all.add(new HtmlPage.Key(SIDES.get(i) + " pause", name));
            }
        }
        return all;
    }

    private boolean isPair() {
        return runs.size() > 1;
    }

    // ---- Axes ---------------------------------------------------------------------------------

    private SvgPlot.Axis timeAxis() {
        double seconds =
                runs.stream()
                        .filter(run -> !run.results().timeline().isEmpty())
                        .mapToDouble(run -> run.results().timeline().getLast().endSeconds())
                        .max()
                        .orElse(0);
        return upTo(Math.max(0.001, seconds), "seconds");
    }

    static SvgPlot.Axis upTo(double high, String label) {
        return new SvgPlot.Axis(0, high, false, label, Ticks.linear(high), ResultPlots::plain);
    }

    private SvgPlot.Axis latencyAxis() {
        return latencyAxis(lowMillis, highMillis);
    }

    static SvgPlot.Axis latencyAxis(double low, double high) {
        return new SvgPlot.Axis(
                low, high, true, "milliseconds", Ticks.logarithmic(low, high), ResultPlots::plain);
    }

    private static String plain(double value) {
        return value >= 1000
                ? Text.count(value)
                : Text.format("%.4f", value).replaceAll("\\.?0+$", "");
    }

    // ---- The course ---------------------------------------------------------------------------

    private interface SliceFigure {
        /** Not a number where there is nothing to show. */
        double of(Results.TimelineSlice slice);
    }

    private static List<SvgPlot.Point> course(Results results, SliceFigure figure) {
        List<SvgPlot.Point> points = new ArrayList<>();
        for (Results.TimelineSlice slice : results.timeline()) {
            double middle = (slice.beginSeconds() + slice.endSeconds()) / 2;
            points.add(new SvgPlot.Point(middle, figure.of(slice)));
        }
        return points;
    }

    /** The maximum is drawn last and thin: where it is the p99, both are seen. */
    private String latencyOverTime() {
        SvgPlot plot = new SvgPlot("Latency over time", timeAxis(), latencyAxis());
        markAfterwards(plot);
        markPauses(plot);
        for (int i = 0; i < runs.size(); i++) {
            Results results = runs.get(i).results();
            String side = isPair() ? SIDES.get(i) : "";
            if (!isPair()) {
                plot.line("p50", course(results, slice -> orGap(slice.p50Millis())));
            }
            plot.line(isPair() ? side : "p99", course(results, slice -> orGap(slice.p99Millis())));
            plot.line((side + " max").strip(), course(results, slice -> orGap(slice.maxMillis())));
        }
        return plot.finish();
    }

    private static double orGap(@Nullable Double millis) {
        return millis == null ? Double.NaN : millis;
    }

    private static double perSecond(Results.TimelineSlice slice, long count) {
        return count / Math.max(1e-9, slice.endSeconds() - slice.beginSeconds());
    }

    private static double rate(Results.TimelineSlice slice) {
        if (slice.afterWindow()) {
            return Double.NaN; // the last answers, and no requests any more
        }
        return perSecond(slice, slice.answered());
    }

    /** The one rate that requests were due at; 0 if there was none, or several. */
    private static double offered(Results results) {
        List<Double> rates = results.config().ratesPerSecond();
        return rates == null || rates.size() != 1 || !results.steps().isEmpty()
                ? 0
                : rates.getFirst();
    }

    private String rateOverTime() {
        double most = 1;
        for (Run run : runs) {
            for (Results.TimelineSlice slice : run.results().timeline()) {
                most = slice.afterWindow() ? most : Math.max(most, rate(slice));
                most = isPair() ? most : Math.max(most, perSecond(slice, slice.errors()));
            }
            most = isPair() ? most : Math.max(most, offered(run.results()));
        }
        SvgPlot plot =
                new SvgPlot(
                        "Requests per second over time",
                        timeAxis(),
                        upTo(most * 1.05, "requests/sec"));
        markAfterwards(plot);
        markPauses(plot);
        if (!isPair()) {
            Results results = runs.getFirst().results();
            double offered = offered(results);
            if (offered > 0) {
                double end = results.timeline().getLast().endSeconds();
                Double sent = results.config().durationSeconds();
                plot.line(
                        "offered",
                        List.of(
                                new SvgPlot.Point(0, offered),
                                new SvgPlot.Point(sent == null ? end : sent, offered)));
            }
            if (results.requests().errorCount() > 0) {
                plot.line("errors", course(results, slice -> perSecond(slice, slice.errors())));
            }
        }
        for (int i = 0; i < runs.size(); i++) {
            plot.line(
                    isPair() ? SIDES.get(i) : "answered",
                    course(runs.get(i).results(), ResultPlots::rate));
        }
        return plot.finish();
    }

    /** Marks the time that is no part of the total time. */
    private void markAfterwards(SvgPlot plot) {
        for (Run run : runs) {
            for (Results.TimelineSlice slice : run.results().timeline()) {
                if (!isPair() && slice.afterWindow()) {
                    plot.band(
                            AFTERWARDS,
                            slice.beginSeconds(),
                            slice.endSeconds(),
                            "answers were waited for, and the total time was over");
                }
            }
        }
    }

    record Pause(double beginSeconds, double endSeconds) {
        double seconds() {
            return endSeconds - beginSeconds;
        }
    }

    private void markPauses(SvgPlot plot) {
        for (int i = 0; i < runs.size(); i++) {
            for (Pause pause : pauses(runs.get(i).results().timeline())) {
                plot.band(
                        isPair() ? "pause " + SIDES.get(i) : "pause",
                        pause.beginSeconds(),
                        pause.endSeconds(),
                        Text.format(
                                "no answers from %.2f to %.2f s",
                                pause.beginSeconds(), pause.endSeconds()));
            }
        }
    }

    /**
     * Where no answer came though one was waited for: at low rates there are gaps by themselves,
     * and as well in what the end of the total time leaves of a slice.
     */
    static List<Pause> pauses(List<Results.TimelineSlice> timeline) {
        List<Pause> pauses = new ArrayList<>();
        double longest = 0;
        for (Results.TimelineSlice slice : timeline) {
            longest = Math.max(longest, slice.endSeconds() - slice.beginSeconds());
            if (slice.answered() > 0 || slice.inFlight() == 0) {
                continue;
            }
            double begin = slice.beginSeconds();
            if (!pauses.isEmpty() && pauses.getLast().endSeconds() >= begin) {
                begin = pauses.removeLast().beginSeconds();
            }
            pauses.add(new Pause(begin, slice.endSeconds()));
        }
        double least = longest / 2;
        pauses.removeIf(pause -> pause.seconds() < least);
        return pauses;
    }

    // ---- Distributions ------------------------------------------------------------------------

    /** The axis shows how many requests are slower: 1 in 10, 1 in 100; each nine is as wide. */
    private String percentiles() {
        long requests =
                runs.stream().mapToLong(run -> run.response().getTotalCount()).max().orElse(0);
        double most = Math.clamp((double) requests, 100, MOST_NINES);
        SvgPlot.Axis oneIn =
                new SvgPlot.Axis(
                        1,
                        most,
                        true,
                        "percentile",
                        Ticks.logarithmic(1, most).stream()
                                .filter(t -> Math.log10(t) % 1 == 0)
                                .toList(),
                        ResultPlots::percentileName);
        SvgPlot plot = new SvgPlot("Latency by percentile", oneIn, latencyAxis());
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            plot.line(isPair() ? SIDES.get(i) : "response", percentilePoints(run.response(), most));
            Results.Latency service = run.results().service();
            if (!isPair() && service != null) {
                plot.line("service", percentilePoints(Latencies.decode(service.histogram()), most));
            }
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

    private LogBuckets buckets(Run run) {
        return new LogBuckets(run.response(), lowMillis * 1e6, highMillis * 1e6, BARS);
    }

    private static double most(LogBuckets buckets) {
        double most = 0;
        for (int i = 0; i < buckets.size(); i++) {
            most = Math.max(most, buckets.percent(i));
        }
        return most;
    }

    private String histogram(Run run) {
        LogBuckets buckets = buckets(run);
        SvgPlot plot =
                new SvgPlot(
                        "Histogram of response times",
                        latencyAxis(),
                        upTo(most(buckets) * 1.05, "% of requests"));
        for (int i = 0; i < buckets.size(); i++) {
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

    /** As outlines, since bars would hide each other. */
    private String histograms() {
        double most = runs.stream().mapToDouble(run -> most(buckets(run))).max().orElse(100);
        SvgPlot plot =
                new SvgPlot(
                        "Histogram of response times",
                        latencyAxis(),
                        upTo(most * 1.05, "% of requests"));
        for (int side = 0; side < runs.size(); side++) {
            LogBuckets buckets = buckets(runs.get(side));
            List<SvgPlot.Point> outline = new ArrayList<>();
            for (int i = 0; i < buckets.size(); i++) {
                outline.add(new SvgPlot.Point(buckets.beginMillis(i), buckets.percent(i)));
                outline.add(new SvgPlot.Point(buckets.beginMillis(i + 1), buckets.percent(i)));
            }
            plot.line(SIDES.get(side), outline);
        }
        return plot.finish();
    }
}
