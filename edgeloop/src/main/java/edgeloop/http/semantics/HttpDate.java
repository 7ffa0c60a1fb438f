package edgeloop.http.semantics;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Dates as HTTP writes them: IMF-fixdate, RFC 9110 section 5.6.7. Written by hand, since
 * java.time's formatter loads a locale's data before it writes the first one, and its RFC 1123
 * format has days of one digit.
 */
public final class HttpDate {
    private static final List<String> DAYS =
            List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    private static final List<String> MONTHS =
            List.of(
                    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                    "Dec");

    private HttpDate() {}

    /** {@return such as {@code Sun, 06 Nov 1994 08:49:37 GMT}} */
    public static String format(long epochSecond) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
        var text = new StringBuilder(29);
        text.append(DAYS.get(time.getDayOfWeek().getValue() - 1)).append(", ");
        twoDigits(text, time.getDayOfMonth()).append(' ');
        text.append(MONTHS.get(time.getMonthValue() - 1)).append(' ');
        twoDigits(text, time.getYear() / 100);
        twoDigits(text, time.getYear() % 100).append(' ');
        twoDigits(text, time.getHour()).append(':');
        twoDigits(text, time.getMinute()).append(':');
        return twoDigits(text, time.getSecond()).append(" GMT").toString();
    }

    /** {@return 1 to 12; 0 for what is no month's name} */
    public static int month(String name) {
        return MONTHS.indexOf(name) + 1;
    }

    private static StringBuilder twoDigits(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
