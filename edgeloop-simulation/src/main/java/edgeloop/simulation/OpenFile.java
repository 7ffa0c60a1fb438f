package edgeloop.simulation;

import edgeloop.sys.EpollEvents;
import org.jspecify.annotations.Nullable;

/** What a descriptor stands for, and its registration in an epoll instance. */
abstract class OpenFile {
    int fd = -1;

    @Nullable EpollInstance epoll;
    int interest;

    /** Registered for one event, which was reported: there is none before the next epoll_ctl. */
    boolean disarmed;

    long data;

    /** Whether this is on the epoll instance's ready list. */
    boolean queued;

    /** Events of the last wait that the program has not acknowledged yet. */
    int reported;

    /** The event mask that poll(2) would answer now. Looking changes nothing. */
    abstract int readiness();

    boolean isByEdges() {
        return (interest & EpollEvents.EPOLLET) != 0;
    }

    /** Something has changed: epoll reports it, once. */
    final void edge() {
        if (epoll != null) {
            epoll.changes++;
            epoll.enqueue(this);
        }
    }

    /** The program acts on an event of this that has told it {@code mask}. */
    void told(int mask) {}

    /** close(2) of the only descriptor. */
    void release() {}
}
