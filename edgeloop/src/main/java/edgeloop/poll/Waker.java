package edgeloop.poll;

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
 */
public final class Waker implements AutoCloseable {
    private final Syscalls syscalls;
    private final int eventfd;
    private volatile boolean sleeping;
    private boolean closed;

    /**
     * @param eventfd an eventfd, closed with this object
     */
    public Waker(Syscalls syscalls, int eventfd) {
        this.syscalls = syscalls;
        this.eventfd = eventfd;
    }

    public int fd() {
        return eventfd;
    }

    /** The reactor is about to sleep. It must look for tasks once more after this. */
    public void announceSleep() {
        sleeping = true;
    }

    /** The reactor is awake: until it sleeps again, wakeups cost nothing. */
    public void announceAwake() {
        sleeping = false;
    }

    /** Any thread: ends the reactor's wait, the present one or the one it is about to begin. */
    public void wake() {
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
        if (syscalls.signalEventfd(eventfd) == -Errno.EAGAIN) {
            // The counter is at its maximum; eventfd(2). Empty it, then it takes one more.
            syscalls.drainCounter(eventfd);
            syscalls.signalEventfd(eventfd);
        }
    }

    /** The reactor saw the eventfd's event: sets its counter back to zero. */
    public void drain() {
        syscalls.drainCounter(eventfd);
    }

    @Override
    public synchronized void close() {
        closed = true;
        syscalls.close(eventfd);
    }
}
