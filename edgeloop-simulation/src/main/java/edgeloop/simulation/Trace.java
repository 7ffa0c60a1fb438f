package edgeloop.simulation;

import java.util.Arrays;

/** A readable log of what a simulation did, line by line. */
public final class Trace {
    private static final int LIMIT = 4 << 20;
    private final StringBuilder text = new StringBuilder();
    private int omitted;

    /** An empty trace. */
    public Trace() {}

    void add(long elapsedNanos, String line) {
        if (text.length() > LIMIT) {
            omitted++;
            return;
        }
        text.append(
                String.format(
                        "%4d.%06d  %s%n",
                        elapsedNanos / 1_000_000_000, elapsedNanos / 1_000 % 1_000_000, line));
    }

    /** The last lines, at most {@code count}. */
    String tail(int count) {
        String[] lines = toString().split("\n", -1);
        int first = Math.max(0, lines.length - 1 - count);
        String tail = String.join("\n", Arrays.copyOfRange(lines, first, lines.length));
        return first == 0 ? tail : first + " lines before\n" + tail;
    }

    @Override
    public String toString() {
        return omitted == 0 ? text.toString() : text + "... and " + omitted + " more lines\n";
    }
}
