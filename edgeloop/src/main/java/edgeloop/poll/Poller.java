package edgeloop.poll;

import edgeloop.sys.Check;
import edgeloop.sys.CheckReturnValue;
import edgeloop.sys.EpollEvents;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;

/**
 * What a reactor sleeps on: one epoll instance, epoll(7), which says which descriptors became
 * ready, each by the key it was registered under; in it an eventfd, by which other threads end the
 * sleep, and a timerfd, by which a point in time does.
 *
 * <p>What it wakes by is registered edge-triggered: an event comes once per change.
 *
 * <p>{@link #wake} is for any thread, all else for the reactor's.
 */
@CheckReturnValue
public final class Poller {
    /** What may fail beside a wait. None keeps the reactor from going on. */
    public enum Failure {
        /** timerfd_settime(2): the wait's timeout takes the timer's place, less precisely. */
        TIMER_NOT_SET,
        /** write(2) of the eventfd: the timerfd has ended the sleep instead, or nothing has. */
        WAKEUP_FAILED,
        /** read(2) of the eventfd. */
        WAKEUP_NOT_READ,
        /** close(2) of one of the three. */
        NOT_CLOSED
    }

    /** The deadline of a sleep that only events and other threads end. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long WAKER_KEY = -1;
    private static final long ALARM_KEY = -2;

    private final Syscalls syscalls;
    private final int epoll;
    private final EpollEvents events;
    private final Alarm alarm;
    private final Waker waker;
    private final ObjIntConsumer<Failure> failures;

    private Poller(
            Syscalls syscalls,
            int epoll,
            EpollEvents events,
            Alarm alarm,
            Waker waker,
            ObjIntConsumer<Failure> failures) {
        this.syscalls = syscalls;
        this.epoll = epoll;
        this.events = events;
        this.alarm = alarm;
        this.waker = waker;
        this.failures = failures;
    }

    /**
     * Opens the three descriptors.
     *
     * @param memory where the events come to lie, {@link EpollEvents#bytesFor} of {@code maxEvents}
     * @param maxEvents the most events one wait answers; what is beyond stays ready for the next
     * @param failures hears of what fails later on, with its errno, on the reactor's thread
     * @param check throws what becomes of one that the kernel refuses; none is left open then
     */
    public static <X extends Exception> Poller open(
            Syscalls syscalls,
            MemorySegment memory,
            int maxEvents,
            ObjIntConsumer<Failure> failures,
            Check<X> check)
            throws X {
        int[] fds = {-1, -1, -1};
        boolean opened = false;
        try {
            fds[0] = check.check("epoll_create1", syscalls.epollCreate());
            fds[1] = check.check("eventfd", syscalls.eventfd());
            fds[2] = check.check("timerfd_create", syscalls.timerfd());
            int interest = EpollEvents.EPOLLIN | EpollEvents.EPOLLET;
            int _ =
                    check.check(
                            "epoll_ctl", syscalls.epollAdd(fds[0], fds[1], interest, WAKER_KEY));
            int _ =
                    check.check(
                            "epoll_ctl", syscalls.epollAdd(fds[0], fds[2], interest, ALARM_KEY));
            opened = true;
        } finally {
            for (int i = 0; !opened && i < fds.length && fds[i] >= 0; i++) {
                int _ = syscalls.close(fds[i]); // what failed first is what is told
            }
        }
        Alarm alarm = new Alarm(syscalls, fds[2]);
        Waker waker = new Waker(syscalls, fds[1], alarm);
        EpollEvents events = new EpollEvents(memory, maxEvents);
        return new Poller(syscalls, fds[0], events, alarm, waker, failures);
    }

    /** Registers {@code fd} for {@code interest}, epoll_ctl(2). 0 or {@code -errno}. */
    public int add(int fd, int interest, long key) {
        return syscalls.epollAdd(epoll, fd, interest, key);
    }

    /** Registers {@code fd} for another interest. 0 or {@code -errno}. */
    public int modify(int fd, int interest, long key) {
        return syscalls.epollModify(epoll, fd, interest, key);
    }

    /**
     * Removes {@code fd}. Closing it would do so too, but only once no duplicate of it is open in a
     * child process, epoll(7) Q6. 0 or {@code -errno}.
     */
    public int remove(int fd) {
        return syscalls.epollDelete(epoll, fd);
    }

    /** Looks for events without waiting; answers their number, or {@code -errno}. */
    public int poll() {
        return syscalls.epollWait(epoll, events, 0);
    }

    /**
     * Sleeps until there are events, somebody wakes this or the deadline has come; answers the
     * number of events, or {@code -errno}.
     *
     * @param deadlineNanos a time on {@link Syscalls#nanoTime}'s clock, or {@link #NEVER}
     * @param hasWork asked once wakeups count: whether there is something to do already
     */
    public int await(long deadlineNanos, BooleanSupplier hasWork) {
        int longestMillis = -1;
        if (deadlineNanos != NEVER) {
            report(Failure.TIMER_NOT_SET, alarm.ensure(deadlineNanos));
            longestMillis = alarm.timeoutMillis();
        }
        waker.announceSleep();
        int result = syscalls.epollWait(epoll, events, hasWork.getAsBoolean() ? 0 : longestMillis);
        waker.announceAwake();
        report(Failure.WAKEUP_FAILED, -waker.takeFailure());
        return result;
    }

    /** Any thread: ends the reactor's sleep, the present one or the one it is about to begin. */
    public void wake() {
        waker.wake();
    }

    /** The mask of event {@code index} of the last wait. */
    public int events(int index) {
        return events.events(index);
    }

    /** The key of event {@code index} of the last wait. */
    public long key(int index) {
        return events.data(index);
    }

    /** Takes note of an event whose key is nobody's: it may be of what this sleeps on. */
    public void ownEvent(long key) {
        if (key == WAKER_KEY) {
            report(Failure.WAKEUP_NOT_READ, waker.drain());
        } else if (key == ALARM_KEY) {
            alarm.expired();
        }
    }

    private void report(Failure failure, int result) {
        if (result < 0) {
            failures.accept(failure, -result);
        }
    }

    /** Closes all three. A wakeup that comes later does nothing. */
    public void close() {
        report(Failure.NOT_CLOSED, waker.close());
        report(Failure.WAKEUP_FAILED, -waker.takeFailure());
        report(Failure.NOT_CLOSED, alarm.close());
        report(Failure.NOT_CLOSED, syscalls.close(epoll));
    }
}
