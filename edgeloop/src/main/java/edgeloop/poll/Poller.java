package edgeloop.poll;

import edgeloop.sys.CheckReturnValue;
import edgeloop.sys.EpollEvents;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;

/**
 * One epoll instance, epoll(7): says which descriptors became ready, each by the key it was
 * registered under.
 *
 * <p>Registration is edge-triggered: an event comes once per change, and the receiver goes on until
 * the kernel answers EAGAIN.
 */
@CheckReturnValue
public final class Poller {
    private final Syscalls syscalls;
    private final int epoll;
    private final EpollEvents events;

    /**
     * @param epoll an epoll descriptor, closed with this object
     * @param memory where the events come to lie, {@link EpollEvents#bytesFor} of {@code maxEvents}
     * @param maxEvents the most events one wait answers; what is beyond stays ready for the next
     */
    public Poller(Syscalls syscalls, int epoll, MemorySegment memory, int maxEvents) {
        this.syscalls = syscalls;
        this.epoll = epoll;
        this.events = new EpollEvents(memory, maxEvents);
    }

    /** Registers {@code fd} for {@code interest}, edge-triggered. 0 or {@code -errno}. */
    public int add(int fd, int interest, long key) {
        return syscalls.epollAdd(epoll, fd, interest | EpollEvents.EPOLLET, key);
    }

    /**
     * Removes {@code fd}. Closing it would do so too, but only once no duplicate of it is open in a
     * child process, epoll(7) Q6. 0 or {@code -errno}.
     */
    public int remove(int fd) {
        return syscalls.epollDelete(epoll, fd);
    }

    /** Waits for events; answers their number, or {@code -errno}. */
    public int await(int timeoutMillis) {
        return syscalls.epollWait(epoll, events, timeoutMillis);
    }

    /** The mask of event {@code index} of the last wait. */
    public int events(int index) {
        return events.events(index);
    }

    /** The key of event {@code index} of the last wait. */
    public long key(int index) {
        return events.data(index);
    }

    /** Closes the epoll instance. 0 or {@code -errno}. */
    public int close() {
        return syscalls.close(epoll);
    }
}
