package edgeloop.poll;

import edgeloop.sys.CheckReturnValue;
import edgeloop.sys.Errno;
import edgeloop.sys.Syscalls;

/**
 * Ends a reactor's wait from another thread, by an eventfd(2) in its epoll instance, and costs a
 * system call only if the reactor sleeps.
 *
 * <p>Both sides announce first and look second: the reactor says that it will sleep and then looks
 * for tasks; another thread queues its task and then looks whether the reactor sleeps. The volatile
 * accesses are sequentially consistent, so at least one of the two sees the other, and no wakeup is
 * lost.
 *
 * <p>Where the kernel refuses to signal the eventfd, the alarm's timerfd ends the wait.
 */
@CheckReturnValue
final class Waker {
    private final Syscalls syscalls;
    private final int eventfd;
    private final Alarm alarm;
    private volatile boolean sleeping;
    private volatile int failure;
    private boolean closed;

    /**
     * @param eventfd an eventfd, closed with this object
     * @param alarm of the same reactor, closed after this object
     */
    Waker(Syscalls syscalls, int eventfd, Alarm alarm) {
        this.syscalls = syscalls;
        this.eventfd = eventfd;
        this.alarm = alarm;
    }

    /** The reactor is about to sleep. It must look for tasks once more after this. */
    void announceSleep() {
        sleeping = true;
    }

    /** The reactor is awake: until it sleeps again, wakeups cost nothing. */
    void announceAwake() {
        sleeping = false;
    }

    /** Any thread: ends the reactor's wait, the present one or the one it is about to begin. */
    void wake() {
        if (sleeping) {
            signal();
        }
    }

    /** The lock keeps a late wakeup from reaching a descriptor that by then is someone else's. */
    private synchronized void signal() {
        if (closed || !sleeping) {
            return;
        }
        sleeping = false;
        int result = syscalls.signalEventfd(eventfd);
        if (result == -Errno.EAGAIN) {
            // The counter is at its maximum; eventfd(2). Empty it, then it takes one more.
            int _ = syscalls.drainCounter(eventfd); // if it can't be, the next line finds out
            result = syscalls.signalEventfd(eventfd);
        }
        if (result < 0) {
            failure = -result;
            if (alarm.expireNow() < 0) {
                sleeping = true; // the next to wake tries both again
            }
        }
    }

    /** Why the eventfd could not be signalled since this was last asked, as an errno; or 0. */
    int takeFailure() {
        int taken = failure;
        if (taken != 0) {
            failure = 0;
        }
        return taken;
    }

    /**
     * The reactor saw the eventfd's event: sets its counter back to zero. 0 or {@code -errno},
     * after which the next signal is a new edge all the same.
     */
    int drain() {
        int result = syscalls.drainCounter(eventfd);
        boolean failed = result < 0 && result != -Errno.EAGAIN && result != -Errno.EINTR;
        return failed ? result : 0; // EAGAIN: zero already
    }

    /** Closes the eventfd. 0 or {@code -errno}. */
    synchronized int close() {
        closed = true;
        return syscalls.close(eventfd);
    }
}
