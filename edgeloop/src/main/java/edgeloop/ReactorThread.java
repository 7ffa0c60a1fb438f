package edgeloop;

import edgeloop.buffer.SegmentPool;
import edgeloop.platform.Loop;
import edgeloop.platform.Platform;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A reactor that its platform turns, on a thread as a rule, and the end of both. Any thread may
 * call any method that is not {@link Loop}'s.
 */
final class ReactorThread implements Loop {
    /** In the place of a processor. */
    static final int ANY = -1;

    /** How long a log that takes nothing may hold up the end of a reactor. */
    private static final Duration LOG_TIMEOUT = Duration.ofSeconds(1);

    private final Platform platform;
    private final Reactor reactor;
    private final int processor;
    private final Runnable onFailure;
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    /**
     * @param processor the one it runs on alone, or {@link #ANY}
     * @param onFailure is to be done where the reactor fails, when it has ended
     */
    ReactorThread(Platform platform, Reactor reactor, int processor, Runnable onFailure) {
        this.platform = platform;
        this.reactor = reactor;
        this.processor = processor;
        this.onFailure = onFailure;
    }

    void start(String name) {
        platform.start(name, this);
    }

    // ---- What the platform does ---------------------------------------------------------------

    @Override
    public void assignTo(Thread owner) {
        reactor.assignTo(owner);
    }

    @Override
    public void run() {
        try {
            reactor.run(processor);
            awaitLog();
            ended.complete(null);
        } catch (Throwable e) {
            try {
                reactor.problems.report(Problem.REACTOR_FAILED, e); // perhaps nobody joins
                onFailure.run();
                awaitLog();
            } finally {
                ended.completeExceptionally(e); // also where memory has run out
            }
        }
    }

    /** What was reported comes out before the end is known, after which the process may end. */
    private void awaitLog() {
        platform.awaitLogged(LOG_TIMEOUT);
    }

    @Override
    public void turn() {
        reactor.turn();
    }

    @Override
    public boolean isRunning() {
        return reactor.isRunning();
    }

    @Override
    public void end() {
        reactor.terminate();
        ended.complete(null);
    }

    @Override
    public SegmentPool segments() {
        return reactor.segments;
    }

    // ---- What others ask ----------------------------------------------------------------------

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

    /** Waits for the end, on another thread. */
    void await() throws InterruptedException {
        platform.await(ended);
    }

    /** Waits for the end, on another thread and whatever comes. */
    void awaitUninterruptibly() {
        boolean interrupted = false;
        while (!ended.isDone()) {
            try {
                platform.await(ended);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws {@link IllegalStateException} if it has ended by a failure, its cause. */
    void checkEnd() {
        try {
            ended.getNow(null);
        } catch (CompletionException e) {
            throw new IllegalStateException("the reactor failed", e.getCause());
        }
    }
}
