package edgeloop.cli.load.engine;

import edgeloop.Reactor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the engines' threads tell the main thread, in the order in which they do. */
final class Mailbox {
    private final Queue<Letter> letters = new ArrayDeque<>();

    /** Whom the main thread waits with while there is no letter. */
    private @Nullable CompletableFuture<Letter> waiter;

    /**
     * An event and who tells of it.
     *
     * @param engine its number, from 0
     */
    record Letter(int engine, EngineEvent event) {}

    synchronized void tell(int engine, EngineEvent event) {
        Letter letter = new Letter(engine, event);
        if (waiter == null) {
            letters.add(letter);
        } else {
            waiter.complete(letter);
            waiter = null;
        }
    }

    /**
     * The next letter; waits for it.
     *
     * @param reactor an engine's
     */
    Letter next(Reactor reactor) throws InterruptedException {
        return reactor.await(future());
    }

    private synchronized CompletableFuture<Letter> future() {
        Letter letter = letters.poll();
        if (letter != null) {
            return CompletableFuture.completedFuture(letter);
        }
        waiter = new CompletableFuture<>();
        return waiter;
    }
}
