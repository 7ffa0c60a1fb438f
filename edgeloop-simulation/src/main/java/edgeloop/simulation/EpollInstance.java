package edgeloop.simulation;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;

import edgeloop.sys.EpollEvents;

/**
 * An epoll instance, epoll(7). A file that is registered by its level stays on the list until there
 * is nothing to report of it.
 */
final class EpollInstance extends ReadyList {
    private static final int REMEMBERED = 4;

    /** What was registered with files that are gone. */
    private final long[] stale = new long[REMEMBERED];

    private int staleCount;

    void add(OpenFile file, int interest, long data) {
        file.watcher = this;
        file.reported = 0;
        modify(file, interest, data);
    }

    void modify(OpenFile file, int interest, long data) {
        file.interest = interest;
        file.data = data;
        file.disarmed = false;
        if (reportable(file) != 0) {
            enqueue(file);
        }
    }

    /** {@code file} was reported: as ep_send_events of Linux's eventpoll.c goes on with it. */
    void reported(OpenFile file) {
        if ((file.interest & EpollEvents.EPOLLONESHOT) != 0) {
            file.disarmed = true;
        } else if (!file.isByEdges()) {
            enqueue(file);
        }
    }

    @Override
    void forget(OpenFile file) {
        withdraw(file);
        file.watcher = null;
        file.reported = 0;
        stale[staleCount++ % REMEMBERED] = file.data;
    }

    /** What was registered with one of the last files removed; 0 if none was. */
    long stale(Choices choices) {
        int known = Math.min(staleCount, REMEMBERED);
        return known == 0 ? 0 : stale[choices.below(known)];
    }

    @Override
    int reportable(OpenFile file) {
        return file.disarmed ? 0 : file.readiness() & (file.interest | EPOLLERR | EPOLLHUP);
    }

    /** ep_poll_callback of Linux's eventpoll.c: it is, if somebody sleeps here. */
    @Override
    boolean takesAlone(OpenFile file) {
        return (file.interest & EpollEvents.EPOLLEXCLUSIVE) != 0 && sleeper;
    }
}
