package edgeloop;

import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that threads hand to a reactor: any thread adds, the reactor's takes. Bounded.
 *
 * <p>What is added is run or refused, also while the queue is being closed: the reactor closes it
 * first and empties it then, and who adds looks afterwards whether it was closed meanwhile. A task
 * that is still there by then is taken out again and refused; one that is not has been taken to be
 * run.
 */
final class TaskQueue {
    private final Queue<Runnable> tasks;
    private final AtomicInteger size = new AtomicInteger();
    private final int capacity;
    private volatile boolean closed;

    /**
     * @param tasks an empty queue that any thread may add to
     */
    TaskQueue(int capacity, Queue<Runnable> tasks) {
        this.capacity = capacity;
        this.tasks = tasks;
    }

    /**
     * Adds a task.
     *
     * @throws RejectedExecutionException if the queue is full or closed
     */
    void add(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("the reactor has stopped");
        }
        if (size.incrementAndGet() > capacity) {
            size.decrementAndGet();
            throw new RejectedExecutionException(capacity + " tasks wait already");
        }
        tasks.add(task);
        // A close in between may have emptied the queue before the task was in it. Whoever takes
        // the task out decides.
        if (closed && tasks.remove(task)) {
            size.decrementAndGet();
            throw new RejectedExecutionException("the reactor has stopped");
        }
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** The tasks that are there now; a task that adds another does not make this turn longer. */
    int size() {
        return size.get();
    }

    @Nullable Runnable poll() {
        Runnable task = tasks.poll();
        if (task != null) {
            size.decrementAndGet();
        }
        return task;
    }

    boolean isClosed() {
        return closed;
    }

    /** Takes no more tasks. Those that are there are then to be polled until there are none. */
    void close() {
        closed = true;
    }
}
