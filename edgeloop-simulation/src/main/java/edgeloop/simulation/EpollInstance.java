package edgeloop.simulation;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;

import edgeloop.sys.EpollEvents;
import java.util.Arrays;

/**
 * An epoll instance, epoll(7): a list of files at which something has changed since they were last
 * reported. A file is there at most once, and reported with the state it is in then; one that is
 * registered by its level stays there until there is nothing to report of it.
 */
final class EpollInstance extends OpenFile {
    /** What there is to report. */
    static final int EVENTS =
            EpollEvents.EPOLLIN
                    | EpollEvents.EPOLLPRI
                    | EpollEvents.EPOLLOUT
                    | EpollEvents.EPOLLRDHUP;

    private static final int REMEMBERED = 4;

    private OpenFile[] ready = new OpenFile[16];
    private int first;

    /** How often something has changed at one of the files. */
    int changes;

    /** Whether a thread sleeps in a wait, and nobody has woken it yet. */
    boolean sleeper;

    private int size;

    /** What was registered with files that are gone. */
    private final long[] stale = new long[REMEMBERED];

    private int staleCount;

    @Override
    int readiness() {
        return 0;
    }

    void add(OpenFile file, int interest, long data) {
        file.epoll = this;
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

    @SuppressWarnings("ReferenceEquality") // a file is itself alone
    void remove(OpenFile file) {
        if (file.queued) {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                OpenFile each = at(i);
                if (each != file) {
                    ready[first + kept++ & ready.length - 1] = each;
                }
            }
            size = kept;
            file.queued = false;
        }
        file.epoll = null;
        file.reported = 0;
        stale[staleCount++ % REMEMBERED] = file.data;
    }

    void enqueue(OpenFile file) {
        if (file.queued) {
            return;
        }
        sleeper = false;
        if (size == ready.length) {
            rotate(0);
            ready = Arrays.copyOf(ready, 2 * size);
        }
        ready[first + size++ & ready.length - 1] = file;
        file.queued = true;
    }

    private OpenFile at(int index) {
        return ready[first + index & ready.length - 1];
    }

    /** Puts the last {@code count} files first, and the whole list to the start of its array. */
    void rotate(int count) {
        OpenFile[] rotated = new OpenFile[ready.length];
        for (int i = 0; i < size; i++) {
            rotated[i] = at((i + size - count) % size);
        }
        ready = rotated;
        first = 0;
    }

    int size() {
        return size;
    }

    /** Whether a wait would find something; forgets the edges that came to nothing. */
    boolean isReady() {
        while (size > 0 && reportable(at(0)) == 0) {
            take();
        }
        return size > 0;
    }

    /** The same for a thread that sleeps on if it would not. */
    boolean wakes() {
        sleeper = !isReady();
        return !sleeper;
    }

    /** The mask to report for the first file on the list, which leaves it; 0 if there is none. */
    int firstMask() {
        return size == 0 ? 0 : reportable(at(0));
    }

    OpenFile take() {
        OpenFile file = at(0);
        first = first + 1 & ready.length - 1;
        size--;
        file.queued = false;
        return file;
    }

    /** What was registered with one of the last files removed; 0 if none was. */
    long stale(Choices choices) {
        int known = Math.min(staleCount, REMEMBERED);
        return known == 0 ? 0 : stale[choices.below(known)];
    }

    private static int reportable(OpenFile file) {
        return file.disarmed ? 0 : file.readiness() & (file.interest | EPOLLERR | EPOLLHUP);
    }
}
