package edgeloop;

import java.util.Objects;

/**
 * A timer that is set to points in time instead of ticks: its task runs in the first turn of the
 * reactor after the deadline, which the kernel begins some microseconds late if the reactor sleeps.
 * Setting it allocates nothing and makes no system call: the reactor sets its alarm before it
 * sleeps. Made by {@link Reactor#preciseTimer}; to be used on the reactor's thread alone.
 */
public final class PreciseTimer {
    private final Reactor reactor;
    private final Runnable task;
    private long deadlineNanos;
    private boolean set;

    PreciseTimer(Reactor reactor, Runnable task) {
        this.reactor = reactor;
        this.task = Objects.requireNonNull(task);
    }

    /**
     * Has the task run once, at {@code deadline}; in the place of the deadline set before, if that
     * is still to come.
     *
     * @param deadline in nanoseconds on {@link System#nanoTime}'s clock; one that has passed counts
     *     as now
     */
    public void set(long deadline) {
        reactor.checkThread();
        deadlineNanos = deadline;
        set = true;
    }

    /** Keeps the task from running; does nothing if it is not set. */
    public void cancel() {
        reactor.checkThread();
        set = false;
    }

    boolean isSet() {
        return set;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    void expireIfDue(long nowNanos) {
        if (set && deadlineNanos - nowNanos <= 0) {
            set = false;
            reactor.runTask(task);
        }
    }
}
