package edgeloop.simulation;

import edgeloop.sys.EpollEvents;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a descriptor stands for, and who watches it. */
abstract class OpenFile {
    int fd = -1;

    /** The epoll instance that it is registered with, or the ring that has something under way. */
    @Nullable ReadyList watcher;

    /** Its descriptor is closed, and something is under way that holds it. */
    boolean isClosing;

    /** What of that ring is under way. */
    final List<RingOperation> operations = new ArrayList<>(0);

    int interest;

    /** Registered for one event, which was reported: there is none before the next epoll_ctl. */
    boolean disarmed;

    long data;

    /** Whether this is on the watcher's ready list. */
    boolean queued;

    /** Events of the last wait that the program has not acknowledged yet. */
    int reported;

    /** The event mask that poll(2) would answer now. Looking changes nothing. */
    abstract int readiness();

    boolean isByEdges() {
        return (interest & EpollEvents.EPOLLET) != 0;
    }

    /** Something has changed: whoever watches this is told, once. */
    final void edge() {
        if (watcher != null) {
            watcher.changes++;
            watcher.enqueue(this);
        }
    }

    /** The program acts on an event of this that has told it {@code mask}. */
    void told(int mask) {}

    /** close(2) of the only descriptor. */
    void descriptorClosed() {}

    /** The same, and nothing that is under way holds this any more. */
    void release() {}
}
