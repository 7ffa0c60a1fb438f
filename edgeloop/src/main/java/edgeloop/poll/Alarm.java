package edgeloop.poll;

import edgeloop.sys.Syscalls;

/**
 * Ends a reactor's wait at a point in time, by one timerfd(2) in its epoll instance, whatever the
 * number of timers behind it.
 *
 * <p>It is set only for a deadline earlier than the one it stands at. A deadline that has gone away
 * costs one wakeup that finds nothing due, which is cheaper than a system call at each change.
 */
public final class Alarm implements AutoCloseable {
    private static final long UNSET = Long.MAX_VALUE;

    private final Syscalls syscalls;
    private final int timerfd;
    private long setForNanos = UNSET;

    /**
     * @param timerfd a timerfd, closed with this object
     */
    public Alarm(Syscalls syscalls, int timerfd) {
        this.syscalls = syscalls;
        this.timerfd = timerfd;
    }

    public int fd() {
        return timerfd;
    }

    /**
     * Sees to it that the reactor wakes no later than {@code deadlineNanos}.
     *
     * @param deadlineNanos a time on {@link Syscalls#nanoTime}'s clock
     */
    public void ensure(long deadlineNanos) {
        if (setForNanos != UNSET && setForNanos - deadlineNanos <= 0) {
            return;
        }
        setForNanos = deadlineNanos;
        // From the present time: a handler, or the machine, may have taken long in this turn.
        // 0 would disarm; an overdue deadline expires at once instead.
        syscalls.armTimerfd(timerfd, Math.max(1, deadlineNanos - syscalls.nanoTime()));
    }

    /**
     * The reactor saw the timerfd's event. Its count of expirations is left unread: an edge is
     * reported once in any case, and {@link #ensure} sets the count to 0, timerfd_create(2).
     */
    public void expired() {
        setForNanos = UNSET;
    }

    @Override
    public void close() {
        syscalls.close(timerfd);
    }
}
