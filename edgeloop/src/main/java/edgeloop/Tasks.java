package edgeloop;

import edgeloop.platform.Platform;
import java.util.function.Consumer;

/**
 * What threads hand to a reactor to be run. The library's own tasks have a queue of theirs and go
 * first, so that no queue of the users' is in the way of a server's end.
 */
final class Tasks {
    /** Tasks of users that may wait to be run. */
    private static final int CAPACITY = 1 << 16;

    private final TaskQueue users;
    private final TaskQueue control;
    private final Consumer<Runnable> runner;

    /**
     * @param runner runs a task; must not throw
     */
    Tasks(Platform platform, Consumer<Runnable> runner) {
        this.users = new TaskQueue(CAPACITY, platform.queue());
        this.control = new TaskQueue(Integer.MAX_VALUE, platform.queue());
        this.runner = runner;
    }

    /** Any thread: adds one, or throws where it is refused; see {@link Reactor#execute}. */
    void add(Runnable task) {
        users.add(task);
    }

    /** Any thread: adds one of the library's own. Their number must have a bound of its own. */
    void addControl(Runnable task) {
        control.add(task);
    }

    /** Whether any waits. */
    boolean hasWork() {
        return !(users.isEmpty() && control.isEmpty());
    }

    /** Whether no more tasks of users are taken. Any thread may ask. */
    boolean isClosed() {
        return users.isClosed();
    }

    /** Runs those that are there. */
    void run() {
        runControl();
        for (int n = users.size(); n > 0; n--) {
            Runnable task = users.poll();
            if (task == null) {
                return; // counted, but its thread has yet to link it
            }
            runner.accept(task);
            runControl();
        }
    }

    void runControl() {
        runAll(control);
    }

    /** Runs those that are there: a connection that fails and is tried again may add another. */
    private void runAll(TaskQueue queue) {
        for (int n = queue.size(); n > 0; n--) {
            Runnable task = queue.poll();
            if (task == null) {
                return;
            }
            runner.accept(task);
        }
    }

    /** The users' are refused from now on; those that were not are run. */
    void close() {
        users.close();
        runAll(users);
    }

    /** So are the library's own. */
    void closeControl() {
        control.close();
        runControl();
    }
}
