package edgeloop.cli.load.engine;

import edgeloop.Reactor;
import edgeloop.cli.load.measure.Interval;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the engine's thread hands to the main thread, and the intervals that come back. */
final class Mailbox {
    private static final int SPARE_INTERVALS = 3;

    private final Reactor reactor;
    private final Queue<EngineEvent> events = new ArrayDeque<>();
    private final BlockingQueue<Interval> spares = new ArrayBlockingQueue<>(SPARE_INTERVALS);

    /** Whom the main thread waits with while there is no event. */
    private @Nullable CompletableFuture<EngineEvent> waiter;

    /**
     * @param reactor the engine's
     */
    Mailbox(Reactor reactor) {
        this.reactor = reactor;
        for (int i = 0; i < SPARE_INTERVALS; i++) {
            spares.add(new Interval());
        }
    }

    synchronized void tell(EngineEvent event) {
        if (waiter == null) {
            events.add(event);
        } else {
            waiter.complete(event);
            waiter = null;
        }
    }

    /** The next event; waits for it. */
    EngineEvent next() throws InterruptedException {
        return reactor.await(future());
    }

    private synchronized CompletableFuture<EngineEvent> future() {
        EngineEvent event = events.poll();
        if (event != null) {
            return CompletableFuture.completedFuture(event);
        }
        waiter = new CompletableFuture<>();
        return waiter;
    }

    /** Gives an interval back whose content has been used. */
    void recycle(Interval interval) {
        interval.clear();
        boolean _ = spares.offer(interval);
    }

    /** An empty interval; null if the main thread has them all yet. */
    @Nullable Interval spare() {
        return spares.poll();
    }
}
