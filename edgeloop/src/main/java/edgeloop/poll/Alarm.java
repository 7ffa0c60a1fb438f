package edgeloop.poll;

import edgeloop.sys.CheckReturnValue;
import edgeloop.sys.Syscalls;

/**
 * Ends a reactor's wait at a point in time, by one timerfd(2) in its epoll instance, whatever the
 * number of timers behind it.
 *
 * <p>It is set only for a deadline earlier than the one it stands at. A deadline that has gone away
 * costs one wakeup that finds nothing due, which is cheaper than a system call at each change.
 *
 * <p>Where the kernel refuses to set it, {@link #timeoutMillis} bounds the wait instead, until it
 * can be set again, which is tried before each wait.
 */
@CheckReturnValue
final class Alarm {
    private static final long UNSET = Long.MAX_VALUE;

    private final Syscalls syscalls;
    private final int timerfd;
    private long setForNanos = UNSET;

    /** A deadline that the timerfd could not be set for. */
    private long refusedNanos = UNSET;

    /**
     * @param timerfd a timerfd, closed with this object
     */
    Alarm(Syscalls syscalls, int timerfd) {
        this.syscalls = syscalls;
        this.timerfd = timerfd;
    }

    /**
     * Sees to it that the reactor wakes no later than {@code deadlineNanos}, if it waits no longer
     * than {@link #timeoutMillis}.
     *
     * @param deadlineNanos a time on {@link Syscalls#nanoTime}'s clock
     * @return 0, or {@code -errno} where the timerfd could not be set
     */
    int ensure(long deadlineNanos) {
        refusedNanos = UNSET;
        if (setForNanos != UNSET && setForNanos - deadlineNanos <= 0) {
            return 0;
        }
        // From the present time: a handler, or the machine, may have taken long in this turn.
        // 0 would disarm; an overdue deadline expires at once instead.
        int result = syscalls.armTimerfd(timerfd, Math.max(1, deadlineNanos - syscalls.nanoTime()));
        if (result < 0) {
            refusedNanos = deadlineNanos; // and it stands where it stood
        } else {
            setForNanos = deadlineNanos;
        }
        return result;
    }

    /** The longest that a wait may take, epoll_wait(2): -1 where the timerfd will end it. */
    int timeoutMillis() {
        if (refusedNanos == UNSET) {
            return -1;
        }
        long left = Math.max(0, refusedNanos - syscalls.nanoTime());
        return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(left, 1_000_000L));
    }

    /**
     * The reactor saw the timerfd's event. Its count of expirations is left unread: an edge is
     * reported once in any case, and {@link #ensure} sets the count to 0, timerfd_create(2).
     */
    void expired() {
        setForNanos = UNSET;
    }

    /** Ends the reactor's wait. Any thread may call this. 0, or {@code -errno}. */
    int expireNow() {
        return syscalls.expireTimerfd(timerfd);
    }

    /** Closes the timerfd. 0 or {@code -errno}. */
    int close() {
        return syscalls.close(timerfd);
    }
}
