package edgeloop;

import edgeloop.timer.Timer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task that a reactor runs once, at a deadline. Made by {@link Reactor#schedule} and {@link
 * Connection#schedule}; to be used on the reactor's thread alone.
 */
public final class Timeout extends Timer {
    private final Reactor reactor;
    private final Runnable task;

    /** The connection that this dies with, and its neighbours among those that do. */
    private final @Nullable Connection owner;

    private @Nullable Timeout previousOfOwner;
    private @Nullable Timeout nextOfOwner;

    Timeout(Reactor reactor, @Nullable Connection owner, Runnable task) {
        this.reactor = reactor;
        this.owner = owner;
        this.task = Objects.requireNonNull(task);
    }

    /** {@return whether the task is still to run} */
    public boolean isPending() {
        return isSet();
    }

    /**
     * Keeps the task from running.
     *
     * @return false if it has run, is running or was cancelled before
     */
    public boolean cancel() {
        reactor.checkThread();
        if (!isPending()) {
            return false;
        }
        reactor.timers.wheel().remove(this);
        if (owner != null) {
            owner.forget(this);
        }
        return true;
    }

    /** The list of one owner's timeouts that begins at {@code first}, with {@code added} ahead. */
    static Timeout with(@Nullable Timeout first, Timeout added) {
        added.nextOfOwner = first;
        if (first != null) {
            first.previousOfOwner = added;
        }
        return added;
    }

    /** The same list without {@code gone}, at the same cost however long it is. */
    static @Nullable Timeout without(@Nullable Timeout first, Timeout gone) {
        Timeout previous = gone.previousOfOwner;
        Timeout next = gone.nextOfOwner;
        gone.previousOfOwner = null;
        gone.nextOfOwner = null;
        if (next != null) {
            next.previousOfOwner = previous;
        }
        if (previous == null) {
            return next;
        }
        previous.nextOfOwner = next;
        return first;
    }

    /** Runs the task. What it throws closes its connection, or is logged where it has none. */
    @Override
    protected void expire() {
        if (owner == null) {
            reactor.runTask(task);
            return;
        }
        owner.forget(this);
        owner.reactor.closer.guard(owner, task);
    }
}
