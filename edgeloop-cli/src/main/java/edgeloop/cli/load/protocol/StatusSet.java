package edgeloop.cli.load.protocol;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HTTP statuses as {@code --expect-status} names them: {@code 200}, {@code 2xx}, {@code 200-204},
 * several of them separated by commas.
 *
 * @param text as the user wrote it
 * @param statuses those that are in it
 */
public record StatusSet(String text, BitSet statuses) {
    public static final String DEFAULT = "2xx,3xx";

    private static final Pattern FORM =
            Pattern.compile("([1-5])xx|([1-5]\\d\\d)(?:-([1-5]\\d\\d))?");

    /**
     * Reads a set.
     *
     * @throws IllegalArgumentException if it is none; the message says what one looks like
     */
    public static StatusSet parse(String text) {
        BitSet statuses = new BitSet(600);
        for (String part : text.split(",", -1)) {
            Matcher form = FORM.matcher(part.strip());
            if (!form.matches()) {
                throw new IllegalArgumentException(
                        "'" + part + "' is not a status: write 200, 2xx, 200-204 or 200,404");
            }
            if (form.group(1) != null) {
                int first = 100 * Integer.parseInt(form.group(1));
                statuses.set(first, first + 100);
            } else {
                int first = Integer.parseInt(form.group(2));
                int last = form.group(3) == null ? first : Integer.parseInt(form.group(3));
                if (last < first) {
                    throw new IllegalArgumentException("'" + part + "' ends before it begins");
                }
                statuses.set(first, last + 1);
            }
        }
        return new StatusSet(text, statuses);
    }

    boolean contains(int status) {
        return statuses.get(status);
    }
}
