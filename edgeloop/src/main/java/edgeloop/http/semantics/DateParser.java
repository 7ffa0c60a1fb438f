package edgeloop.http.semantics;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads dates in the three formats of RFC 9110 section 5.6.7. */
public final class DateParser {
    /** No date, or none that can be read: the header is as if it were not there. */
    public static final long NONE = Long.MIN_VALUE;

    private static final String TIME = "(?<h>\\d\\d):(?<m>\\d\\d):(?<s>\\d\\d)";

    private static final Pattern FIXDATE =
            Pattern.compile("\\w{3}, (?<d>\\d\\d) (?<mon>\\w{3}) (?<y>\\d{4}) " + TIME + " GMT");

    private static final Pattern RFC850 =
            Pattern.compile("\\w{6,9}, (?<d>\\d\\d)-(?<mon>\\w{3})-(?<y>\\d\\d) " + TIME + " GMT");

    private static final Pattern ASCTIME =
            Pattern.compile("\\w{3} (?<mon>\\w{3}) (?<d>[ \\d]\\d) " + TIME + " (?<y>\\d{4})");

    private DateParser() {}

    /** Seconds since 1970, or {@link #NONE}. */
    public static long parse(String text) {
        for (Pattern format : new Pattern[] {FIXDATE, RFC850, ASCTIME}) {
            Matcher matcher = format.matcher(text);
            if (matcher.matches()) {
                return seconds(matcher);
            }
        }
        return NONE;
    }

    private static long seconds(Matcher date) {
        int year = number(date, "y");
        if (year < 100) {
            year += year < 70 ? 2000 : 1900;
        }
        int second = Math.min(number(date, "s"), 59); // 60 is a leap second's
        try {
            return LocalDateTime.of(
                            year,
                            HttpDate.month(date.group("mon")),
                            number(date, "d"),
                            number(date, "h"),
                            number(date, "m"),
                            second)
                    .toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return NONE; // such as 31 February, or month 0
        }
    }

    private static int number(Matcher date, String group) {
        return Integer.parseInt(date.group(group).strip());
    }
}
