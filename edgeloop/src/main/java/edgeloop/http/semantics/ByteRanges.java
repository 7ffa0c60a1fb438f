package edgeloop.http.semantics;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The ranges of a Range header that a representation can satisfy, RFC 9110 section 14.1.2. */
public final class ByteRanges {
    /**
     * More are not answered one by one: each costs a part with its own head, and who asks for many
     * has something else in mind than the content.
     */
    private static final int MAX_RANGES = 16;

    private static final String UNIT = "bytes=";

    /** First and last byte of each. */
    private final long[] bounds;

    private ByteRanges(long[] bounds) {
        this.bounds = bounds;
    }

    /**
     * Reads a Range header.
     *
     * @return what can be satisfied, perhaps nothing; null if the header is to be ignored, because
     *     it is malformed, or asks for more ranges or bytes than it makes sense to
     */
    public static @Nullable ByteRanges parse(String header, long size) {
        if (!header.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return null;
        }
        String[] elements = header.substring(UNIT.length()).split(",", MAX_RANGES + 2);
        long[] bounds = new long[2 * Math.min(elements.length, MAX_RANGES)];
        int count = 0;
        int seen = 0;
        long total = 0;
        for (String element : elements) {
            String range = element.strip();
            if (range.isEmpty()) {
                continue; // section 5.6.1: empty elements of a list do not count
            }
            if (size == 0 && isSuffix(range)) {
                return null; // section 14.1.2: it is longer than the whole, and so means the whole
            }
            if (++seen > MAX_RANGES || !add(range, size, bounds, count)) {
                return null;
            }
            long first = bounds[2 * count];
            long last = bounds[2 * count + 1];
            if (first < size && first <= last) {
                total += last - first + 1;
                count++;
            }
        }
        boolean flood = count > 1 && total > size;
        return seen == 0 || flood ? null : new ByteRanges(Arrays.copyOf(bounds, 2 * count));
    }

    /** Puts a range where it belongs if it is satisfiable; false if it is malformed. */
    private static boolean add(String range, long size, long[] bounds, int index) {
        int dash = range.indexOf('-');
        if (dash < 0) {
            return false;
        }
        String from = range.substring(0, dash);
        String to = range.substring(dash + 1);
        if (!isNumber(from) || !isNumber(to) || (from.isEmpty() && to.isEmpty())) {
            return false;
        }
        if (from.isEmpty()) {
            long suffix = Math.min(number(to), size);
            bounds[2 * index] = size - suffix; // a suffix of 0 begins behind the end
            bounds[2 * index + 1] = size - 1;
            return true;
        }
        long first = number(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        bounds[2 * index] = first;
        bounds[2 * index + 1] = Math.min(last, size - 1);
        return first <= last;
    }

    /** Whether this asks for the last bytes, and not for none. */
    private static boolean isSuffix(String range) {
        return range.startsWith("-")
                && range.length() > 1
                && isNumber(range.substring(1))
                && number(range.substring(1)) > 0;
    }

    private static boolean isNumber(String digits) {
        return digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The number; one beyond {@code long} is beyond every file's end. */
    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    public int count() {
        return bounds.length / 2;
    }

    public long first(int index) {
        return bounds[2 * index];
    }

    public long length(int index) {
        return bounds[2 * index + 1] - bounds[2 * index] + 1;
    }

    /** The value of a Content-Range header, section 14.4. */
    public String contentRange(int index, long size) {
        return "bytes " + bounds[2 * index] + "-" + bounds[2 * index + 1] + "/" + size;
    }
}
