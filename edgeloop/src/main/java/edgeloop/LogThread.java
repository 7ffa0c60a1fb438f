package edgeloop;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands lines over to a {@code System.Logger} on a thread of its own, of which a process has one: a
 * logger that waits, for a pipe that nobody reads or for a disk, makes that thread wait and never a
 * reactor. What is lost, as the logger was too slow or failed, is counted and said with the next
 * line that it takes.
 *
 * <p>Any thread may call any method, and none of them throws.
 */
final class LogThread implements BiConsumer<String, @Nullable Throwable> {
    /** Of all reactors, which log as {@code System.Logger} "edgeloop". */
    static final LogThread SHARED = new LogThread(() -> System.getLogger("edgeloop"));

    /** Lines that may wait. A reactor has a few in a second at most, one of each kind. */
    static final int CAPACITY = 1024;

    private final Supplier<System.Logger> loggers;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean started;
    private int lost;

    /** Of the thread alone. */
    private System.@Nullable Logger logger;

    /**
     * @param loggers asked for the logger on the thread; once, unless it fails
     */
    LogThread(Supplier<System.Logger> loggers) {
        this.loggers = loggers;
    }

    /**
     * Starts the thread, which loads what error paths need and looks its logger up; does nothing if
     * it has been started.
     */
    synchronized void start() {
        if (started) {
            return;
        }
        try {
            Thread.ofPlatform().name("edgeloop-log").daemon().start(this::run);
            started = true;
        } catch (Throwable e) {
            lost++; // no memory for a thread; the next line tries again
        }
    }

    /** Takes a line to be logged as a warning, and the cause if there is one. Does not wait. */
    @Override
    public synchronized void accept(String text, @Nullable Throwable cause) {
        start();
        if (waiting.size() >= CAPACITY) {
            lost++;
            return;
        }
        waiting.addLast(() -> log(text, cause));
        notifyAll();
    }

    /** Waits until the lines taken so far are with the logger, or {@code timeout} has passed. */
    void awaitWritten(Duration timeout) {
        CountDownLatch written = new CountDownLatch(1);
        synchronized (this) {
            if (!started) {
                return;
            }
            waiting.addLast(written::countDown);
            notifyAll();
        }
        try {
            boolean _ = written.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            Rehearsal.run();
            findLogger();
        } catch (Throwable e) {
            // The first line tries again, and counts as lost if that fails as well.
        }
        try {
            while (true) {
                take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // which nobody does
        }
    }

    private synchronized Runnable take() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        return waiting.removeFirst();
    }

    private System.Logger findLogger() {
        System.Logger found = logger;
        if (found == null) {
            found = loggers.get();
            logger = found;
        }
        return found;
    }

    private void log(String text, @Nullable Throwable cause) {
        int lostBefore = takeLost();
        String line =
                lostBefore == 0 ? text : text + " (before it " + lostBefore + " lines were lost)";
        try {
            findLogger().log(System.Logger.Level.WARNING, line, cause);
        } catch (Throwable e) {
            addLost(lostBefore + 1);
        }
    }

    private synchronized int takeLost() {
        int taken = lost;
        lost = 0;
        return taken;
    }

    private synchronized void addLost(int lines) {
        lost += lines;
    }
}
