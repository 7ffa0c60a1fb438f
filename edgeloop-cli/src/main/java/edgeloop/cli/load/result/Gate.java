package edgeloop.cli.load.result;

import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a run beside an earlier one: {@code p99>+10%}, {@code rate<-5%}; of errors and
 * unsent requests, {@code errors>+0.1%}, it is the difference of their shares. One without a sign,
 * {@code p99>5ms}, is about the second run alone.
 *
 * <p>A change that may be noise holds nothing: the whole interval of the change has to be beyond
 * the limit, not just the change. Where there is no interval, the change itself decides.
 */
public final class Gate {
    private static final Pattern FORM =
            Pattern.compile(
                    "\\s*(p\\d{1,2}(?:\\.\\d+)?|mean|avg|max|errors|unsent|rate)\\s*"
                            + "([<>])(=?)\\s*([+-]\\d+(?:\\.\\d+)?)\\s*%\\s*");

    private final String text;

    /** Null where the condition is about the change. */
    private final @Nullable Criterion absolute;

    private final String metric;
    private final boolean above;
    private final boolean inclusive;
    private final double limit;

    private Gate(String text, Criterion absolute) {
        this.text = text;
        this.absolute = absolute;
        this.metric = absolute.metric();
        this.above = absolute.above();
        this.inclusive = absolute.inclusive();
        this.limit = absolute.limit();
    }

    private Gate(String text, Matcher form) {
        this.text = text;
        this.absolute = null;
        this.metric = form.group(1);
        this.above = form.group(2).equals(">");
        this.inclusive = !form.group(3).isEmpty();
        this.limit = Double.parseDouble(form.group(4)) / 100;
    }

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException if it is none; the message says what one looks like
     */
    public static Gate parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (form.matches()) {
            return new Gate(text.strip(), form);
        }
        try {
            return new Gate(text.strip(), Criterion.parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a condition: write 'p99>+10%', 'rate<-5%' or 'p99>5ms'",
                    e);
        }
    }

    /**
     * What comes of a condition.
     *
     * @param holds whether it does
     * @param maybe whether it would if the change were no noise
     * @param text the condition, and what was found
     */
    public record Finding(boolean holds, boolean maybe, String text) {}

    /**
     * Looks whether the condition holds.
     *
     * @throws CannotRunException if the first run has no such figure
     */
    public Finding find(Results before, Results after, Comparison comparison)
            throws CannotRunException {
        if (absolute != null) {
            return new Finding(absolute.holds(Criterion.Figures.of(after)), false, text);
        }
        if (metric.equals("errors") || metric.equals("unsent")) {
            double change = share(after) - share(before);
            return new Finding(
                    isBeyond(change), false, text + Text.format(": it is %+.2f%%", 100 * change));
        }
        Comparison.Difference difference = comparison.difference(metric);
        if (Double.isNaN(difference.change())) {
            throw new CannotRunException(
                    text + " has nothing to go by: too little of the first run was answered");
        }
        if (Double.isInfinite(difference.change())) {
            return new Finding(isBeyond(difference.change()), false, text + ": it has no bound");
        }
        String found = Text.format(": it is %+.1f%%", 100 * difference.change());
        boolean beyond = isBeyond(difference.change());
        if (!comparison.hasEnough()) {
            return new Finding(beyond, false, text + found + ", perhaps by noise");
        }
        String interval = Comparison.interval(difference);
        boolean wholly = isBeyond(above ? difference.low() : difference.high());
        return new Finding(beyond && wholly, beyond, text + found + " (" + interval + ")");
    }

    private double share(Results results) {
        Criterion.Figures figures = Criterion.Figures.of(results);
        long count = metric.equals("errors") ? figures.errors() : figures.unsent();
        return (double) count / Math.max(1, figures.scheduled());
    }

    private boolean isBeyond(double change) {
        return (inclusive && change == limit) || (above ? change > limit : change < limit);
    }
}
