package edgeloop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A reactor, the thread that turns it, and the end of both. Any thread may call any method. */
final class ReactorThread {
    /** How long a log that takes nothing may hold up the end of a reactor. */
    private static final Duration LOG_TIMEOUT = Duration.ofSeconds(1);

    private final Reactor reactor;
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    ReactorThread(Reactor reactor) {
        this.reactor = reactor;
    }

    void start(String name) {
        Thread thread = Thread.ofPlatform().name(name).unstarted(this::run);
        // Before it runs: the caller must not be taken for the reactor's thread meanwhile.
        reactor.assignTo(thread);
        thread.start();
        LogThread.SHARED.start();
    }

    private void run() {
        try {
            reactor.run();
            awaitLog();
            ended.complete(null);
        } catch (Throwable e) {
            reactor.problems.report(Problem.REACTOR_FAILED, e); // perhaps nobody joins
            awaitLog();
            ended.completeExceptionally(e);
        }
    }

    /** What was reported comes out before the end is known, after which the process may end. */
    private static void awaitLog() {
        LogThread.SHARED.awaitWritten(LOG_TIMEOUT);
    }

    /** Has the reactor run {@code task}, whatever else waits; does nothing if it has stopped. */
    void control(Runnable task) {
        control(reactor, task);
    }

    static void control(Reactor reactor, Runnable task) {
        try {
            reactor.control(task);
        } catch (RejectedExecutionException e) {
            // It has come to its end, which is all that is ever asked of it in this way.
        }
    }

    /** Waits for the end; see {@link Server#join}. */
    void join() throws InterruptedException {
        if (reactor.isCurrent()) {
            throw new IllegalStateException("the reactor's thread would wait for itself");
        }
        try {
            ended.get();
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        }
    }

    /** Waits for the end, whatever comes; on the reactor's own thread it goes on instead. */
    void awaitElsewhere() {
        if (reactor.isCurrent()) {
            return;
        }
        try {
            ended.join();
        } catch (CompletionException e) {
            throw failed(e.getCause());
        }
    }

    private static IllegalStateException failed(@Nullable Throwable cause) {
        return new IllegalStateException("the reactor failed", cause);
    }
}
