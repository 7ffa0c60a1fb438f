package edgeloop.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for another process, which has no way to tell when it is done. */
final class Waiting {
    /** Looks at another process. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    private static final Duration INTERVAL = Duration.ofMillis(10);

    private Waiting() {}

    /** Looks again and again until {@code condition} holds; answers how long that took. */
    static Duration until(Condition condition) throws Exception {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            Duration waited = Duration.ofNanos(System.nanoTime() - begin);
            if (waited.compareTo(ServerProcess.PATIENCE) > 0) {
                throw new AssertionError("waited too long");
            }
            pass(INTERVAL);
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Lets time pass where that is what is being tested. */
    static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        long left;
        while ((left = end - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }
}
