package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Results;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A table and a plot of steps, or of the trials of a search. */
final class StepPlots {
    private StepPlots() {}

    static String of(Results results) {
        if (results.steps().isEmpty()) {
            return "";
        }
        String title = results.search() == null ? "Steps" : "Trials";
        return HtmlPage.section(
                title,
                stepTable(results.steps()) + stepPlot(results.steps()),
                ResultPlots.legend(false, "p50", "p99", "max"));
    }

    private static String stepTable(List<Results.Step> steps) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("rate", "answered/s", "p50", "p90", "p99", "max", "errors", "unsent", ""));
        for (Results.Step step : steps) {
            rows.add(
                    List.of(
                            Text.rate(step.ratePerSecond()),
                            Text.rate(step.requestsPerSecond()),
                            TextReport.figure(step, "p50", step.p50Millis()),
                            TextReport.figure(step, "p90", step.p90Millis()),
                            TextReport.figure(step, "p99", step.p99Millis()),
                            TextReport.figure(step, "max", step.maxMillis()),
                            Text.count(step.errors()),
                            Text.count(step.unsent()),
                            step.limited().isEmpty() ? "" : "client limited"));
        }
        return HtmlPage.table(rows);
    }

    private static String stepPlot(List<Results.Step> steps) {
        List<Results.Step> answered =
                steps.stream()
                        .filter(step -> step.answered() > 0)
                        .sorted(Comparator.comparingDouble(Results.Step::ratePerSecond))
                        .toList();
        if (answered.isEmpty()) {
            return "";
        }
        double low = answered.stream().mapToDouble(Results.Step::p50Millis).min().orElse(1);
        double high = answered.stream().mapToDouble(Results.Step::maxMillis).max().orElse(1);
        low = Math.max(1e-3, low) * 0.9;
        SvgPlot plot =
                new SvgPlot(
                        "Latency by rate",
                        ResultPlots.upTo(
                                answered.getLast().ratePerSecond() * 1.05, "requests/sec due"),
                        ResultPlots.latencyAxis(low, Math.max(low * 10, high * 1.1)));
        return plot.line("p50", byRate(answered, Results.Step::p50Millis))
                .line("p99", byRate(answered, Results.Step::p99Millis))
                .line("max", byRate(answered, Results.Step::maxMillis))
                .dots("p50", byRate(answered, Results.Step::p50Millis))
                .dots("p99", byRate(answered, Results.Step::p99Millis))
                .dots("max", byRate(answered, Results.Step::maxMillis))
                .finish();
    }

    private interface StepFigure {
        double of(Results.Step step);
    }

    private static List<SvgPlot.Point> byRate(List<Results.Step> steps, StepFigure figure) {
        return steps.stream()
                .map(step -> new SvgPlot.Point(step.ratePerSecond(), figure.of(step)))
                .toList();
    }
}
