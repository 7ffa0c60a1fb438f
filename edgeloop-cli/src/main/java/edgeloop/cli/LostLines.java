package edgeloop.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Counts the lines of the access log that are lost for one cause, and says so while it happens: at
 * once, and then once a second at most. Any thread may call any method.
 */
final class LostLines {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final LineWriter err;
    private long count;
    private long saidCount;
    private long lastSaidNanos;
    private boolean saysLater;

    LostLines(LineWriter err) {
        this.err = err;
    }

    /** Counts {@code lines} more, at least one. */
    synchronized void add(int lines, String cause) {
        long elapsed = System.nanoTime() - lastSaidNanos;
        boolean first = count == 0;
        count += lines;
        if (first || elapsed >= INTERVAL_NANOS) {
            say(cause);
        } else if (!saysLater) {
            saysLater = true; // perhaps no other line is lost for hours
            CompletableFuture.delayedExecutor(INTERVAL_NANOS - elapsed, TimeUnit.NANOSECONDS)
                    .execute(() -> sayRest(cause));
        }
    }

    private synchronized void sayRest(String cause) {
        saysLater = false;
        if (count > saidCount) {
            say(cause);
        }
    }

    private void say(String cause) {
        lastSaidNanos = System.nanoTime();
        saidCount = count;
        err.print(
                Diagnostics.oneLine(
                        ServerCommand.NAME
                                + ": "
                                + (count == 1
                                        ? "1 line of the access log is"
                                        : count + " lines of the access log are")
                                + " lost by now: "
                                + cause));
    }

    synchronized long count() {
        return count;
    }
}
