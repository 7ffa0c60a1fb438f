package edgeloop.simulation;

import java.util.AbstractQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A queue between simulated threads: others may go on before something is in it, and before
 * somebody has looked. So what is added comes as late as it may.
 */
final class HandOver<T> extends AbstractQueue<T> {
    private final Deque<T> items = new ArrayDeque<>();
    private final SimulatedThreads threads;

    HandOver(SimulatedThreads threads) {
        this.threads = threads;
    }

    @Override
    public boolean offer(T item) {
        threads.pass();
        items.addLast(item);
        threads.pass();
        return true;
    }

    @Override
    public @Nullable T poll() {
        threads.pass();
        return items.pollFirst();
    }

    @Override
    public @Nullable T peek() {
        return items.peekFirst();
    }

    @Override
    public boolean isEmpty() {
        threads.pass();
        return items.isEmpty();
    }

    @Override
    public boolean remove(@Nullable Object item) {
        threads.pass();
        return items.remove(item);
    }

    @Override
    public Iterator<T> iterator() {
        return items.iterator();
    }

    @Override
    public int size() {
        return items.size();
    }
}
