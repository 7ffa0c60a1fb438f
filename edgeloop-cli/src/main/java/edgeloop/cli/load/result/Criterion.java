package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StageRecord;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

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

    /** The figures that conditions are about. */
    public record Figures(
            Histogram response,
            double meanMillis,
            long scheduled,
            long errors,
            long unsent,
            double requestsPerSecond) {

        public static Figures of(Results results) {
            return new Figures(
                    Latencies.decode(results.response().histogram()),
                    results.response().meanMillis(),
                    results.requests().scheduled(),
                    results.errorCount(),
                    results.requests().unsent(),
                    results.requestsPerSecond());
        }

        public static Figures of(StageRecord stage) {
            StageOutcome outcome = stage.outcome();
            return new Figures(
                    stage.response,
                    stage.responseSumNanos / 1e6 / Math.max(1, outcome.answered()),
                    outcome.scheduled(),
                    outcome.errorCount(),
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

    private double figure(Figures figures) {
        return switch (metric) {
            case "mean", "avg" -> figures.meanMillis();
            case "max" -> figures.response().getMaxValue() / 1e6;
            case "errors" -> figures.errors();
            case "unsent" -> figures.unsent();
            case "rate" -> figures.requestsPerSecond();
            default ->
                    Latencies.percentileMillis(
                            figures.response(), Double.parseDouble(metric.substring(1)));
        };
    }
}
