package edgeloop.tls.jdk;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that do what would keep a loop from turning: the arithmetic of handshakes. As many as
 * there are processors; they end when nothing is to be done. What waits is bounded by the number of
 * handshakes, as each has one task at a time.
 */
final class TaskPool {
    private static final int SECONDS_KEPT = 10;

    private static final class Holder {
        static final Executor POOL = make();
    }

    private TaskPool() {}

    static Executor shared() {
        return Holder.POOL;
    }

    private static Executor make() {
        int threads = Runtime.getRuntime().availableProcessors();
        AtomicInteger made = new AtomicInteger();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        SECONDS_KEPT,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread =
                                    new Thread(task, "edgeloop-tls-" + made.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
