package edgeloop.cli.load.engine;

import edgeloop.cli.load.measure.Interval;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** What the engine's thread hands to the main thread, and the intervals that come back. */
final class Mailbox {
    private static final int SPARE_INTERVALS = 3;

    private final BlockingQueue<EngineEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Interval> spares = new ArrayBlockingQueue<>(SPARE_INTERVALS);

    Mailbox() {
        for (int i = 0; i < SPARE_INTERVALS; i++) {
            spares.add(new Interval());
        }
    }

    void tell(EngineEvent event) {
        events.add(event);
    }

    /** The next event; waits for it. */
    EngineEvent next() throws InterruptedException {
        return events.take();
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
