package edgeloop.cli;

/**
 * Counts the lines of the access log that are lost for one cause, and says so while it happens: at
 * once, and then once a second at most. Any thread may call any method.
 */
final class LostLines {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final LineWriter err;
    private long count;
    private long lastSaidNanos;

    LostLines(LineWriter err) {
        this.err = err;
    }

    /** Counts {@code lines} more, at least one. */
    synchronized void add(int lines, String cause) {
        long now = System.nanoTime();
        boolean first = count == 0;
        count += lines;
        if (first || now - lastSaidNanos >= INTERVAL_NANOS) {
            lastSaidNanos = now;
            err.print(
                    Diagnostics.oneLine(
                            ServerCommand.NAME
                                    + ": "
                                    + count
                                    + " lines of the access log are lost by now: "
                                    + cause));
        }
    }

    synchronized long count() {
        return count;
    }
}
