package edgeloop.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads times such as {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}; without a unit, seconds.
 */
public final class DurationConverter implements ITypeConverter<Duration> {
    /** The longest that the library's timeouts can be. */
    static final Duration MAX = Duration.ofDays(24);

    private static final int MAX_DIGITS = 12;

    @Override
    public Duration convert(String text) {
        int digits = 0;
        while (digits < text.length() && isDigit(text.charAt(digits))) {
            digits++;
        }
        if (digits == 0) {
            throw notATime();
        }
        long millisPerUnit =
                switch (text.substring(digits)) {
                    case "ms" -> 1;
                    case "", "s" -> 1_000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> throw notATime();
                };
        if (digits > MAX_DIGITS) {
            throw tooLong();
        }
        // No overflow: 10^12 hours are 3.6 * 10^18 ms.
        Duration duration =
                Duration.ofMillis(Long.parseLong(text.substring(0, digits)) * millisPerUnit);
        if (duration.compareTo(MAX) > 0) {
            throw tooLong();
        }
        return duration;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static TypeConversionException notATime() {
        return new TypeConversionException("must be a time such as 500ms, 5s, 2m or 1h");
    }

    private static TypeConversionException tooLong() {
        return new TypeConversionException("must be at most 24 days (576h)");
    }
}
