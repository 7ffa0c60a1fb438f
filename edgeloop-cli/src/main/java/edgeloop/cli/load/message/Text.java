package edgeloop.cli.load.message;

import com.google.errorprone.annotations.FormatMethod;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers as people read them. */
public final class Text {
    private static final MathContext DIGITS = new MathContext(3);

    private Text() {}

    @FormatMethod
    public static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** With commas: {@code 42,735}. */
    public static String count(double value) {
        return format("%,.0f", value);
    }

    public static String count(long value) {
        return format("%,d", value);
    }

    /** A rate per second: whole where it is high, to the third digit where it is low. */
    public static String rate(double perSecond) {
        return perSecond >= 100 || perSecond == Math.rint(perSecond)
                ? count(perSecond)
                : format("%s", new BigDecimal(perSecond).round(DIGITS).toPlainString());
    }

    /** Counts by name: {@code 2xx 1,000, 4xx 3}. */
    public static String counts(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(count -> count.getKey() + ' ' + count(count.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Two digits that matter in the range people look at: {@code 0.23}, {@code 1.2}. */
    public static String shortMillis(double millis) {
        return format(millis < 1 ? "%.2f" : "%.1f", millis);
    }

    /** To the microsecond: {@code 1.234 ms}. */
    public static String millis(double millis) {
        return format("%,.3f ms", millis);
    }

    public static String percent(double fraction) {
        return format(fraction < 0.1 ? "%.1f%%" : "%.0f%%", 100 * fraction);
    }
}
