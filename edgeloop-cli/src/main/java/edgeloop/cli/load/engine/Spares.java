package edgeloop.cli.load.engine;

import edgeloop.cli.load.measure.Interval;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** The intervals of an engine that are not in use: the main thread gives them back. */
final class Spares {
    private static final int COUNT = 3;

    private final BlockingQueue<Interval> empty = new ArrayBlockingQueue<>(COUNT);

    Spares() {
        for (int i = 0; i < COUNT; i++) {
            empty.add(new Interval());
        }
    }

    /** Gives an interval back whose content has been used. */
    void recycle(Interval interval) {
        interval.clear();
        boolean _ = empty.offer(interval);
    }

    /** An empty interval; null if the main thread has them all yet. */
    @Nullable Interval take() {
        return empty.poll();
    }
}
