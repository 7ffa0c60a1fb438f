package edgeloop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A reactor, the thread that turns it, and the end of both. Any thread may call any method. */
final class ReactorThread {
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
    }

    private void run() {
        try {
            reactor.run();
            ended.complete(null);
        } catch (Throwable e) {
            reactor.problems().report("The reactor failed", e); // perhaps nobody joins
            ended.completeExceptionally(e);
        }
    }

    /** Has the reactor run {@code task}; does nothing if it has stopped. */
    void executeUnlessEnded(Runnable task) {
        try {
            reactor.execute(task);
        } catch (RejectedExecutionException e) {
            if (!reactor.hasStopped()) {
                throw e; // too many tasks wait
            }
        }
    }

    /**
     * Has the reactor answer a question; answers it here if the reactor has stopped.
     *
     * @throws IllegalStateException if the reactor failed, or when called on its thread
     */
    <T> T ask(Supplier<T> question) {
        if (reactor.isCurrent()) {
            throw new IllegalStateException("a handler must not wait for its own reactor");
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        executeUnlessEnded(() -> answer.complete(question.get()));
        // A task that the reactor did not come to before it ended is never run.
        await(CompletableFuture.anyOf(answer, ended));
        return answer.isDone() ? answer.join() : question.get();
    }

    /** Waits for the end; see {@link Server#join}. */
    void join() throws InterruptedException {
        try {
            ended.get();
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        }
    }

    /** Waits for the end, whatever comes. */
    void await() {
        await(ended);
    }

    private static void await(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            throw failed(e.getCause());
        }
    }

    private static IllegalStateException failed(@Nullable Throwable cause) {
        return new IllegalStateException("the reactor failed", cause);
    }
}
