package edgeloop.simulation;

import static edgeloop.sys.Errno.EINTR;
import static edgeloop.sys.Errno.EIO;
import static edgeloop.sys.Errno.ENOMEM;
import static edgeloop.sys.Errno.ENOSPC;

import edgeloop.sys.EpollEvents;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of a {@link SimulatedKernel} by which a program waits: epoll, and the eventfd
 * and the timerfd that end a wait.
 */
final class WaitCalls {
    /** Waits in a row that do not wait, while nothing moves or changes: the program spins. */
    private static final int MAX_IDLE_POLLS = 64;

    private final SimulatedKernel kernel;
    private final KernelCalls calls;
    private final Choices choices;
    private final Faults faults;
    private final List<Counter> timers = new ArrayList<>();
    private @Nullable Counter wakeup;
    private int idlePolls;
    private int changesSeen;
    private long turnNanos;
    private long lastTurnNanos;
    private boolean asleep;

    /**
     * Another thread of the program has something to do now, before time passes: no wait sleeps.
     */
    boolean mainHasWork;

    WaitCalls(SimulatedKernel kernel, KernelCalls calls) {
        this.kernel = kernel;
        this.calls = calls;
        this.choices = kernel.choices();
        this.faults = kernel.faults();
    }

    boolean isAsleep() {
        return asleep;
    }

    /** When the last wait ended. */
    long turnNanos() {
        return turnNanos;
    }

    /** When the wait before it ended. */
    long lastTurnNanos() {
        return lastTurnNanos;
    }

    boolean isWakeupPending() {
        return (wakeup != null && wakeup.queued) || isTimerDue();
    }

    boolean isTimerDue() {
        return nextExpiry() <= kernel.elapsedNanos();
    }

    /** When the next timerfd expires. */
    long nextExpiry() {
        long next = World.NEVER;
        for (Counter timer : timers) {
            next = Math.min(next, timer.expiry);
        }
        return next;
    }

    void expireTimers() {
        for (Counter timer : timers) {
            timer.expireAt(kernel.elapsedNanos());
        }
    }

    /** A call was made that may move something: the program does not spin. */
    void progress() {
        idlePolls = 0;
    }

    /** A descriptor is closed: if it is a timer, it expires no more. */
    void closed(OpenFile file) {
        if (file instanceof Counter timer) {
            timers.remove(timer);
        }
    }

    // ---- epoll --------------------------------------------------------------------------------

    int epollCreate() {
        return calls.open(Call.EPOLL_CREATE, new EpollInstance());
    }

    int epollAdd(int epoll, int fd, int events, long data) {
        kernel.enter();
        EpollInstance instance = calls.file(Call.EPOLL_ADD, epoll, EpollInstance.class);
        OpenFile file = calls.file(Call.EPOLL_ADD, fd, OpenFile.class);
        if (file.watcher != null) {
            throw kernel.violation("epoll_ctl: EEXIST, %d is registered already", fd);
        }
        if (file instanceof TcpConnection connection) {
            connection.served = true;
        }
        if (faults.strikes(Fault.REGISTER_REFUSED)) {
            if (file instanceof TcpConnection connection && connection.local != null) {
                calls.connects.registrationsRefused++;
            }
            if (file instanceof Listener listener) {
                listener.lastNanos = kernel.elapsedNanos();
            }
            return kernel.answer(
                    Call.EPOLL_ADD, fd, -faults.errno(Fault.REGISTER_REFUSED, ENOSPC, ENOMEM));
        }
        instance.add(file, events, data);
        return kernel.answer(Call.EPOLL_ADD, fd, 0);
    }

    int epollModify(int epoll, int fd, int events, long data) {
        kernel.enter();
        EpollInstance instance = calls.file(Call.EPOLL_MOD, epoll, EpollInstance.class);
        OpenFile file = calls.file(Call.EPOLL_MOD, fd, OpenFile.class);
        if (file.watcher == null) {
            throw kernel.violation("epoll_ctl: ENOENT, %d is not registered", fd);
        }
        if (!file.disarmed && file.interest == events && file.data == data) {
            throw kernel.violation("epoll_ctl: %d is registered so already", fd);
        }
        instance.modify(file, events, data);
        return kernel.answer(Call.EPOLL_MOD, fd, 0);
    }

    int epollDelete(int epoll, int fd) {
        calls.enterToRelease(fd);
        EpollInstance instance = calls.file(Call.EPOLL_DEL, epoll, EpollInstance.class);
        OpenFile file = calls.file(Call.EPOLL_DEL, fd, OpenFile.class);
        if (file.watcher == null) {
            throw kernel.violation("epoll_ctl: ENOENT, %d is not registered", fd);
        }
        instance.forget(file);
        if (file instanceof Listener listener) {
            listener.lastNanos = kernel.elapsedNanos();
        }
        return kernel.answer(Call.EPOLL_DEL, fd, 0);
    }

    int epollWait(int epoll, EpollEvents events, int timeoutMillis) {
        // Before a pause: see armTimerfd.
        long limit = World.NEVER;
        if (timeoutMillis > 0) {
            limit = kernel.elapsedNanos() + timeoutMillis * 1_000_000L;
        }
        kernel.enter();
        EpollInstance instance = calls.file(Call.EPOLL_WAIT, epoll, EpollInstance.class);
        long entered = kernel.elapsedNanos();
        begin();
        calls.sockets.arrive();
        kernel.happen();
        if (faults.strikes(Fault.WAIT_INTERRUPTED)) {
            return answerWait(epoll, -EINTR);
        }
        if (timeoutMillis != 0 && mainHasWork && !instance.isReady()) {
            return answerWait(epoll, -EINTR);
        }
        if (timeoutMillis != 0 && !sleep(instance, limit)) {
            return answerWait(epoll, -EINTR);
        }
        if (faults.strikes(Fault.WAIT_REORDERED) && instance.size() > 1) {
            instance.rotate(1 + choices.below(instance.size() - 1));
        }
        int room = events.capacity();
        if (room > 1 && faults.strikes(Fault.WAIT_PARTIAL)) {
            room = faults.cut(Fault.WAIT_PARTIAL, Math.min(room - 1, 8));
        }
        int n = report(instance, events, room);
        n = invent(instance, events, n);
        end(instance, kernel.elapsedNanos() == entered);
        return answerWait(epoll, n);
    }

    private int answerWait(int epoll, int result) {
        turned();
        return kernel.answer(Call.EPOLL_WAIT, epoll, result);
    }

    // ---- What all waits have in common --------------------------------------------------------

    /** A wait begins. */
    void begin() {
        asleep = false;
        if (calls.sockets.listener != null) {
            calls.sockets.listener.turnEnds(turnNanos, lastTurnNanos, kernel.elapsedNanos());
        }
    }

    /** Waits; false if nothing will ever happen. */
    boolean sleep(ReadyList list, long limit) {
        SimulatedThreads threads = kernel.threads();
        if (threads != null) {
            threads.sleepUntil(list::wakes, limit);
            list.sleeper = false;
            return true;
        }
        while (!list.isReady()) {
            if (kernel.elapsedNanos() >= limit) {
                return true;
            }
            if (!kernel.sleep(limit)) {
                asleep = true;
                return false;
            }
        }
        return true;
    }

    /** It has ended. */
    void end(ReadyList list, boolean atOnce) {
        boolean idle = atOnce && list.changes == changesSeen;
        changesSeen = list.changes;
        idlePolls = idle ? idlePolls + 1 : 0;
        if (idlePolls > MAX_IDLE_POLLS) {
            throw kernel.violation(
                    "%d waits in a row that did not wait, and moved nothing", idlePolls);
        }
    }

    /** A turn begins with what the wait has told. */
    void turned() {
        lastTurnNanos = turnNanos;
        turnNanos = kernel.elapsedNanos();
    }

    // ---- What it answers ----------------------------------------------------------------------

    private int report(EpollInstance instance, EpollEvents events, int room) {
        int n = 0;
        // What is told of again by its level is put behind those that are there now.
        for (int left = instance.size(); n < room && left > 0; left--) {
            int mask = instance.firstMask();
            OpenFile file = instance.take();
            if (mask != 0) {
                file.reported++;
                event(events, n++, mask, file.data, file.fd);
                instance.reported(file);
            }
        }
        return n;
    }

    /** Events that nothing has caused, or that come too late. */
    private int invent(EpollInstance instance, EpollEvents events, int count) {
        int n = count;
        if (n < events.capacity() && faults.strikes(Fault.WAIT_SPURIOUS)) {
            OpenFile file = calls.files.anyWatched(instance, choices);
            int mask = file == null ? 0 : anyMask(file);
            if (file != null && mask != 0) {
                file.reported++;
                event(events, n++, mask, file.data, file.fd);
                instance.reported(file);
            }
        }
        if (n < events.capacity() && faults.strikes(Fault.WAIT_STALE)) {
            long data = instance.stale(choices);
            if (data != 0) {
                event(events, n++, anyMask(null), data, -1);
            }
        }
        return n;
    }

    private int anyMask(@Nullable OpenFile file) {
        // Of a connect's end there is no other sign than these: Linux does not give them too early.
        boolean connecting = file instanceof TcpConnection tcp && tcp.connecting;
        int ends = EpollEvents.EPOLLOUT | EpollEvents.EPOLLERR | EpollEvents.EPOLLHUP;
        int bits = EpollEvents.EPOLLIN | EpollEvents.EPOLLRDHUP | (connecting ? 0 : ends);
        if (file != null && !file.isByEdges()) {
            bits &= file.disarmed ? 0 : file.interest; // of what is asked for anew each time
        }
        return 1 + choices.below(0xFFFF) & bits;
    }

    private void event(EpollEvents events, int index, int mask, long data, int fd) {
        events.set(index, mask, data);
        if (kernel.isTraced()) {
            kernel.note("  event %s of %s", EpollEvents.describe(mask), fd < 0 ? "none" : fd);
        }
    }

    // ---- eventfd, timerfd ---------------------------------------------------------------------

    int eventfd() {
        Counter counter = new Counter(false);
        wakeup = counter;
        return calls.open(Call.EVENTFD, counter);
    }

    int timerfd() {
        Counter timer = new Counter(true);
        int fd = calls.open(Call.TIMERFD, timer);
        if (fd >= 0) {
            timers.add(timer);
        }
        return fd;
    }

    // In the next three the program may hold a lock, see Waker.

    int signalEventfd(int fd) {
        kernel.enterAlone();
        Counter counter = calls.file(Call.EVENTFD_WRITE, fd, Counter.class);
        if (faults.strikes(Fault.WAKEUP_REFUSED)) {
            return kernel.answer(Call.EVENTFD_WRITE, fd, -EIO);
        }
        if (faults.strikes(Fault.COUNTER_FULL)) {
            counter.fill();
        }
        return kernel.answer(Call.EVENTFD_WRITE, fd, counter.signal());
    }

    int armTimerfd(int fd, long delayNanos) {
        // Before a pause: the caller has looked at the clock, and can't be stopped between.
        long expiry = kernel.elapsedNanos() + delayNanos;
        kernel.enter();
        Counter timer = calls.file(Call.TIMERFD_SETTIME, fd, Counter.class);
        if (delayNanos < 1) {
            throw kernel.violation("timerfd_settime(%d): %d ns would disarm it", fd, delayNanos);
        }
        if (timer.expiry <= expiry && timer.expiry > kernel.elapsedNanos() && timer.reported == 0) {
            throw kernel.violation(
                    "timerfd_settime(%d): it would have expired %d ns earlier",
                    fd, expiry - timer.expiry);
        }
        if (faults.strikes(Fault.TIMER_REFUSED)) {
            return kernel.answer(Call.TIMERFD_SETTIME, fd, -ENOMEM);
        }
        timer.expiry = expiry;
        timer.count = 0;
        timer.reported = 0;
        return kernel.answer(Call.TIMERFD_SETTIME, fd, 0);
    }

    int expireTimerfd(int fd) {
        kernel.enterAlone();
        calls.file(Call.TIMERFD_SETTIME, fd, Counter.class).expiry = kernel.elapsedNanos();
        return kernel.answer(Call.TIMERFD_SETTIME, fd, 0);
    }

    int drainCounter(int fd) {
        kernel.enterAlone();
        Counter counter = calls.file(Call.COUNTER_READ, fd, Counter.class);
        return kernel.answer(Call.COUNTER_READ, fd, counter.drain());
    }
}
