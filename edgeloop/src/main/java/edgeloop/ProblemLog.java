package edgeloop;

import edgeloop.sys.Syscalls;
import org.jspecify.annotations.Nullable;

/**
 * Logs what should not happen, as {@code System.Logger} "edgeloop", at most one line a second: a
 * problem that comes with every request must not become a second one. What is left out is counted
 * and said with the next line.
 */
final class ProblemLog {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final Syscalls syscalls;
    private long nextNanos;
    private boolean started;
    private int suppressed;

    ProblemLog(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    void report(String what, @Nullable Throwable cause) {
        long now = syscalls.nanoTime();
        if (started && now - nextNanos < 0) {
            suppressed++;
            return;
        }
        String line = suppressed == 0 ? what : what + " (" + suppressed + " more not shown)";
        started = true;
        nextNanos = now + INTERVAL_NANOS;
        suppressed = 0;
        // Looked up only now: a program without problems never loads the logging classes.
        System.Logger logger = System.getLogger("edgeloop");
        if (cause == null) {
            logger.log(System.Logger.Level.WARNING, line);
        } else {
            logger.log(System.Logger.Level.WARNING, line, cause);
        }
    }
}
