package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StageRecord;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on a run's figures: {@code p99<5ms}, {@code mean>=1ms}, {@code errors>0}, {@code
 * errors>0.1%}, {@code rate<1000}.
 *
 * @param text as the user wrote it
 * @param metric p followed by a percentile, mean, max, errors, unsent or rate
 * @param above whether the figure is to be above the limit, or else below
 * @param inclusive whether the limit itself will do
 * @param limit in milliseconds for a time; a fraction of the scheduled requests if relative
 */
public record Criterion(
        String text,
        String metric,
        boolean above,
        boolean inclusive,
        double limit,
        boolean relative) {

    private static final Pattern FORM =
            Pattern.compile(
                    "\\s*(p\\d{1,2}(?:\\.\\d+)?|mean|avg|max|errors|unsent|rate)\\s*"
                            + "([<>]=?)\\s*(\\d+(?:\\.\\d+)?)\\s*(us|ms|s|%|k|)\\s*");

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException if it is none; the message says what one looks like
     */
    public static Criterion parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (form.matches()) {
            String metric = form.group(1);
            String unit = form.group(4);
            boolean time = metric.matches("p.*|mean|avg|max");
            boolean count = metric.equals("errors") || metric.equals("unsent");
            boolean fits =
                    switch (unit) {
                        case "us", "ms", "s" -> time;
                        case "%" -> count;
                        case "k" -> !time;
                        default -> !time;
                    };
            if (fits) {
                String comparison = form.group(2);
                return new Criterion(
                        text.strip(),
                        metric,
                        comparison.startsWith(">"),
                        comparison.endsWith("="),
                        Double.parseDouble(form.group(3)) * factor(unit),
                        unit.equals("%"));
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a condition: write 'p99>5ms', 'mean<1ms' or 'errors>0'");
    }

    private static double factor(String unit) {
        return switch (unit) {
            case "us" -> 1e-3;
            case "s", "k" -> 1e3;
            case "%" -> 1e-2;
            default -> 1;
        };
    }

    /**
     * The figures that conditions are about.
     *
     * @param errors requests that failed, were never sent or are on their way yet, and connections
     */
    public record Figures(
            Censored response,
            double meanMillis,
            long scheduled,
            long errors,
            long unsent,
            double requestsPerSecond) {

        public static Figures of(Results results) {
            Results.Latency response = results.response();
            String unanswered = response.unansweredHistogram();
            Results.Requests requests = results.requests();
            return new Figures(
                    new Censored(
                            Latencies.decode(response.histogram()),
                            unanswered == null
                                    ? Interval.newHistogram()
                                    : Latencies.decode(unanswered),
                            results.silentShare()),
                    response.meanMillis(),
                    requests.scheduled(),
                    results.errorCount() + requests.unsent() + requests.inFlight(),
                    requests.unsent(),
                    results.requestsPerSecond());
        }

        public static Figures of(StageRecord stage) {
            StageOutcome outcome = stage.outcome();
            Censored response = new Censored(stage.response, stage.unanswered);
            return new Figures(
                    response,
                    (stage.responseSumNanos + stage.unansweredSumNanos)
                            / 1e6
                            / Math.max(1, response.total()),
                    outcome.scheduled(),
                    outcome.errorCount() + outcome.unsent() + outcome.inFlight(),
                    outcome.unsent(),
                    outcome.requestsPerSecond());
        }
    }

    public boolean holds(Figures figures) {
        double figure = figure(figures);
        if (relative) {
            figure /= Math.max(1, figures.scheduled());
        }
        return (inclusive && figure == limit) || (above ? figure > limit : figure < limit);
    }

    /** The figure; infinite where requests without an answer hide it, or there is none at all. */
    private double figure(Figures figures) {
        return switch (metric) {
            case "mean", "avg" ->
                    figures.response().isMeanKnown()
                            ? figures.meanMillis()
                            : Double.POSITIVE_INFINITY;
            case "max" -> percentile(figures, 100);
            case "errors" -> figures.errors();
            case "unsent" -> figures.unsent();
            case "rate" -> figures.requestsPerSecond();
            default -> percentile(figures, Double.parseDouble(metric.substring(1)));
        };
    }

    private static double percentile(Figures figures, double percentile) {
        Censored response = figures.response();
        return response.isKnown(percentile)
                ? response.atLeastNanos(percentile) / 1e6
                : Double.POSITIVE_INFINITY;
    }
}
