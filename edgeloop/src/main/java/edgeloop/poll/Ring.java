package edgeloop.poll;

import static edgeloop.sys.RingConstants.CQE_BYTES;
import static edgeloop.sys.RingConstants.CQE_FLAGS;
import static edgeloop.sys.RingConstants.CQE_RES;
import static edgeloop.sys.RingConstants.CQE_USER_DATA;
import static edgeloop.sys.RingConstants.CQ_OFF_CQES;
import static edgeloop.sys.RingConstants.CQ_OFF_HEAD;
import static edgeloop.sys.RingConstants.CQ_OFF_TAIL;
import static edgeloop.sys.RingConstants.IORING_CQE_BUFFER_SHIFT;
import static edgeloop.sys.RingConstants.IORING_OFF_SQES;
import static edgeloop.sys.RingConstants.IORING_OFF_SQ_RING;
import static edgeloop.sys.RingConstants.IORING_OP_ASYNC_CANCEL;
import static edgeloop.sys.RingConstants.IORING_OP_NOP;
import static edgeloop.sys.RingConstants.IORING_OP_POLL_ADD;
import static edgeloop.sys.RingConstants.IORING_OP_RECV;
import static edgeloop.sys.RingConstants.IORING_OP_SEND;
import static edgeloop.sys.RingConstants.IORING_POLL_ADD_MULTI;
import static edgeloop.sys.RingConstants.IORING_RECV_MULTISHOT;
import static edgeloop.sys.RingConstants.IORING_REGISTER_ENABLE_RINGS;
import static edgeloop.sys.RingConstants.IORING_SETUP_CLAMP;
import static edgeloop.sys.RingConstants.IORING_SETUP_CQSIZE;
import static edgeloop.sys.RingConstants.IORING_SETUP_DEFER_TASKRUN;
import static edgeloop.sys.RingConstants.IORING_SETUP_R_DISABLED;
import static edgeloop.sys.RingConstants.IORING_SETUP_SINGLE_ISSUER;
import static edgeloop.sys.RingConstants.IORING_SETUP_SUBMIT_ALL;
import static edgeloop.sys.RingConstants.IOSQE_BUFFER_SELECT;
import static edgeloop.sys.RingConstants.IOSQE_CQE_SKIP_SUCCESS;
import static edgeloop.sys.RingConstants.PARAMS_BYTES;
import static edgeloop.sys.RingConstants.PARAMS_CQ_ENTRIES;
import static edgeloop.sys.RingConstants.PARAMS_CQ_OFF;
import static edgeloop.sys.RingConstants.PARAMS_FLAGS;
import static edgeloop.sys.RingConstants.PARAMS_SQ_ENTRIES;
import static edgeloop.sys.RingConstants.PARAMS_SQ_OFF;
import static edgeloop.sys.RingConstants.SQE_ADDR;
import static edgeloop.sys.RingConstants.SQE_BUF_GROUP;
import static edgeloop.sys.RingConstants.SQE_BYTES;
import static edgeloop.sys.RingConstants.SQE_FD;
import static edgeloop.sys.RingConstants.SQE_FLAGS;
import static edgeloop.sys.RingConstants.SQE_IOPRIO;
import static edgeloop.sys.RingConstants.SQE_LEN;
import static edgeloop.sys.RingConstants.SQE_OPCODE;
import static edgeloop.sys.RingConstants.SQE_OP_FLAGS;
import static edgeloop.sys.RingConstants.SQE_USER_DATA;
import static edgeloop.sys.RingConstants.SQ_OFF_ARRAY;
import static edgeloop.sys.RingConstants.SQ_OFF_TAIL;
import static edgeloop.sys.SocketConstants.MSG_DONTWAIT;
import static edgeloop.sys.SocketConstants.MSG_NOSIGNAL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import edgeloop.sys.Check;
import edgeloop.sys.CheckReturnValue;
import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;
import edgeloop.sys.RingSyscalls;
import edgeloop.sys.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;

/**
 * What a reactor sleeps on where it goes by completions: an io_uring, io_uring(7). What it asks for
 * is written into a ring of submissions, what became of it is read from a ring of completions, and
 * one call for both, io_uring_enter(2), comes once a turn.
 *
 * <p>Completions appear within that call and at no other time ({@code IORING_SETUP_DEFER_TASKRUN},
 * Linux 6.1), so a turn sees what it has collected, as with epoll. An eventfd that the ring polls
 * lets other threads end the sleep, and a timerfd does where the eventfd refuses.
 *
 * <p>{@link #wake} is for any thread, all else for the reactor's; opening may be another's.
 */
@CheckReturnValue
public final class Ring {
    /** As {@link Poller#NEVER}. */
    public static final long NEVER = RingSyscalls.NO_TIMEOUT;

    /** How many buffers there are for input, which all share. */
    public static final int BUFFERS = BufferRing.COUNT;

    /** The size of each, in bytes. */
    public static final int BUFFER_BYTES = BufferRing.BUFFER_BYTES;

    /** What submissions carry of which nobody wants to hear. */
    private static final long NOBODY = 0;

    private static final long WAKER_DATA = 1;
    private static final long ALARM_DATA = 2;

    private static final int SUBMISSIONS = 1024;
    private static final int COMPLETIONS = 8 * SUBMISSIONS;

    private static final int SETUP_FLAGS =
            IORING_SETUP_R_DISABLED
                    | IORING_SETUP_SINGLE_ISSUER
                    | IORING_SETUP_DEFER_TASKRUN
                    | IORING_SETUP_CQSIZE
                    | IORING_SETUP_CLAMP
                    | IORING_SETUP_SUBMIT_ALL;

    /** How often what finds no memory is tried again at once, where there is no going on. */
    private static final int MOST_TRIES = 1000;

    /** The longest sleep while there is something to submit and no memory for it. */
    private static final long SHORTAGE_NANOS = 10_000_000;

    private static final VarHandle INT = JAVA_INT.varHandle();

    private final Syscalls syscalls;
    private final int fd;
    private final Alarm alarm;
    private final Waker waker;
    private final int eventfd;
    private final int timerfd;
    private final ObjIntConsumer<Poller.Failure> failures;
    private final BufferRing buffers;

    private final MemorySegment rings;
    private final MemorySegment submissions;
    private final long tailOffset;
    private final int submissionMask;
    private final long headOffset;
    private final long completedOffset;
    private final long completionsOffset;
    private final int completionMask;

    private boolean enabled;

    /** Behind the last submission that was written. */
    private int tail;

    /** Behind the last one that the kernel has taken. */
    private int taken;

    /** The next completion. */
    private int head;

    private Ring(
            Syscalls syscalls,
            int fd,
            int eventfd,
            int timerfd,
            BufferRing buffers,
            MemorySegment params,
            ObjIntConsumer<Poller.Failure> failures) {
        this.syscalls = syscalls;
        this.fd = fd;
        this.eventfd = eventfd;
        this.timerfd = timerfd;
        this.alarm = new Alarm(syscalls, timerfd);
        this.waker = new Waker(syscalls, eventfd, alarm);
        this.buffers = buffers;
        this.failures = failures;
        int entries = params.get(JAVA_INT, PARAMS_SQ_ENTRIES);
        int completions = params.get(JAVA_INT, PARAMS_CQ_ENTRIES);
        this.submissionMask = entries - 1;
        this.completionMask = completions - 1;
        this.tailOffset = params.get(JAVA_INT, PARAMS_SQ_OFF + SQ_OFF_TAIL);
        this.headOffset = params.get(JAVA_INT, PARAMS_CQ_OFF + CQ_OFF_HEAD);
        this.completedOffset = params.get(JAVA_INT, PARAMS_CQ_OFF + CQ_OFF_TAIL);
        this.completionsOffset = params.get(JAVA_INT, PARAMS_CQ_OFF + CQ_OFF_CQES);
        long array = params.get(JAVA_INT, PARAMS_SQ_OFF + SQ_OFF_ARRAY);
        long bytes =
                Math.max(
                        array + (long) entries * Integer.BYTES,
                        completionsOffset + (long) completions * CQE_BYTES);
        this.rings = syscalls.mapRing(fd, IORING_OFF_SQ_RING, bytes);
        this.submissions = mapSubmissions(entries);
        for (int i = 0; i < entries; i++) {
            rings.set(JAVA_INT, array + (long) i * Integer.BYTES, i);
        }
        poll(eventfd, EpollEvents.EPOLLIN, WAKER_DATA);
        poll(timerfd, EpollEvents.EPOLLIN, ALARM_DATA);
    }

    private MemorySegment mapSubmissions(int entries) {
        boolean mapped = false;
        try {
            long bytes = (long) entries * SQE_BYTES;
            MemorySegment memory = syscalls.mapRing(fd, IORING_OFF_SQES, bytes);
            mapped = true;
            return memory;
        } finally {
            if (!mapped) {
                int _ = syscalls.unmap(rings); // what failed first is what is told
            }
        }
    }

    /**
     * Opens a ring, with its buffers and three descriptors.
     *
     * @param failures hears of what fails later on, with its errno, on the reactor's thread
     * @param check throws what becomes of one that the kernel refuses; none is left open then
     * @throws OutOfMemoryError if it refuses the memory
     */
    public static <X extends Exception> Ring open(
            Syscalls syscalls, ObjIntConsumer<Poller.Failure> failures, Check<X> check) throws X {
        int[] fds = {-1, -1, -1};
        BufferRing buffers = BufferRing.map(syscalls);
        boolean opened = false;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(PARAMS_BYTES, 8);
            params.set(JAVA_INT, PARAMS_FLAGS, SETUP_FLAGS);
            params.set(JAVA_INT, PARAMS_CQ_ENTRIES, COMPLETIONS);
            fds[0] = check.check("io_uring_setup", syscalls.ringSetup(SUBMISSIONS, params));
            fds[1] = check.check("eventfd", syscalls.eventfd());
            fds[2] = check.check("timerfd_create", syscalls.timerfd());
            int _ = check.check("io_uring_register", buffers.register(fds[0]));
            // A filter may forbid this alone. One that is yet to be enabled says that it may be.
            int entered = syscalls.ringSubmit(fds[0], 0);
            int _ = check.check("io_uring_enter", entered == -Errno.EBADFD ? 0 : entered);
            Ring ring = new Ring(syscalls, fds[0], fds[1], fds[2], buffers, params, failures);
            opened = true;
            return ring;
        } finally {
            if (!opened) { // what failed first is what is told
                for (int i = 0; i < fds.length && fds[i] >= 0; i++) {
                    int _ = syscalls.close(fds[i]);
                }
                int _ = buffers.unmap();
            }
        }
    }

    // ---- What is asked for --------------------------------------------------------------------

    /** Receives into the ring's buffers again and again, until it fails or is cancelled. */
    public void receive(int socket, long data) {
        long sqe = next(IORING_OP_RECV, socket, data);
        submissions.set(JAVA_BYTE, sqe + SQE_FLAGS, (byte) IOSQE_BUFFER_SELECT);
        submissions.set(JAVA_SHORT, sqe + SQE_IOPRIO, (short) IORING_RECV_MULTISHOT);
        submissions.set(JAVA_SHORT, sqe + SQE_BUF_GROUP, (short) BufferRing.GROUP);
    }

    /**
     * send(2) with {@code MSG_NOSIGNAL} and {@code MSG_DONTWAIT}: it is over when the next call
     * returns, and until then the bytes must lie where they are.
     */
    public void send(int socket, MemorySegment source, int offset, int length, long data) {
        long sqe = next(IORING_OP_SEND, socket, data);
        submissions.set(JAVA_LONG, sqe + SQE_ADDR, source.address() + offset);
        submissions.set(JAVA_INT, sqe + SQE_LEN, length);
        submissions.set(JAVA_INT, sqe + SQE_OP_FLAGS, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    /**
     * Tells of {@code events} each time that one comes about, as edges do; and of EPOLLERR,
     * EPOLLHUP and EPOLLRDHUP, which Linux's poll.c adds to all.
     */
    public void poll(int descriptor, int events, long data) {
        long sqe = next(IORING_OP_POLL_ADD, descriptor, data);
        submissions.set(JAVA_INT, sqe + SQE_LEN, IORING_POLL_ADD_MULTI);
        submissions.set(JAVA_INT, sqe + SQE_OP_FLAGS, events);
    }

    /** Ends what was asked for with {@code data}, if it goes on: it completes with ECANCELED. */
    public void cancel(long data) {
        long sqe = next(IORING_OP_ASYNC_CANCEL, -1, NOBODY);
        submissions.set(JAVA_BYTE, sqe + SQE_FLAGS, (byte) IOSQE_CQE_SKIP_SUCCESS);
        submissions.set(JAVA_LONG, sqe + SQE_ADDR, data);
    }

    /**
     * Takes back what was asked for with {@code data}, if the kernel has yet to hear of it: nobody
     * is told of it any more.
     *
     * @return whether it was
     */
    public boolean takeBack(long data) {
        for (int i = taken; i != tail; i++) {
            long sqe = (i & submissionMask) * (long) SQE_BYTES;
            if (submissions.get(JAVA_LONG, sqe + SQE_USER_DATA) == data) {
                clear(sqe);
                submissions.set(JAVA_BYTE, sqe + SQE_FLAGS, (byte) IOSQE_CQE_SKIP_SUCCESS);
                submissions.set(JAVA_BYTE, sqe + SQE_OPCODE, (byte) IORING_OP_NOP);
                return true;
            }
        }
        return false;
    }

    /** Whether the kernel has heard of all that was asked for. */
    public boolean hasTakenAll() {
        return taken == tail;
    }

    private long next(int operation, int descriptor, long data) {
        if (tail - taken > submissionMask) {
            submit();
        }
        long sqe = (tail++ & submissionMask) * (long) SQE_BYTES;
        clear(sqe);
        submissions.set(JAVA_BYTE, sqe + SQE_OPCODE, (byte) operation);
        submissions.set(JAVA_INT, sqe + SQE_FD, descriptor);
        submissions.set(JAVA_LONG, sqe + SQE_USER_DATA, data);
        return sqe;
    }

    private void clear(long sqe) {
        for (long offset = sqe; offset < sqe + SQE_BYTES; offset += Long.BYTES) {
            submissions.set(JAVA_LONG, offset, 0);
        }
    }

    /** There is no more room: the kernel takes what waits in the middle of a turn. */
    private void submit() {
        int result = enable();
        for (int i = 0; result >= 0 && tail - taken > submissionMask; i++) {
            publish();
            result = syscalls.ringSubmit(fd, tail - taken);
            if (result > 0) {
                taken += result;
            } else if (result == -Errno.EAGAIN && i < MOST_TRIES) {
                result = 0;
            }
        }
        if (result < 0) {
            throw new IllegalStateException("io_uring_enter: " + Errno.name(-result));
        }
    }

    // ---- The call -----------------------------------------------------------------------------

    /** Submits, and collects without waiting; how many completions there are, or {@code -errno}. */
    public int collect() {
        return collected(enter(0, NEVER));
    }

    /** The same in the middle of a turn. */
    public int look() {
        return collected(enter(0, 0));
    }

    /**
     * Submits, and sleeps until there are completions, somebody wakes this or the deadline has
     * come; how many completions there are, or {@code -errno}.
     *
     * @param deadlineNanos a time on {@link Syscalls#nanoTime}'s clock, or {@link #NEVER}
     * @param hasWork asked once wakeups count: whether there is something to do already
     */
    public int await(long deadlineNanos, BooleanSupplier hasWork) {
        waker.announceSleep();
        int result = hasWork.getAsBoolean() ? enter(0, NEVER) : sleep(deadlineNanos);
        waker.announceAwake();
        report(Poller.Failure.WAKEUP_FAILED, -waker.takeFailure());
        return collected(result);
    }

    private int collected(int result) {
        int completions = (int) INT.getAcquire(rings, completedOffset) - head;
        // The time is up, there is no memory to submit, or what the kernel has in store has no room
        // yet; io_uring_enter(2).
        boolean failed =
                result < 0
                        && result != -Errno.ETIME
                        && result != -Errno.EAGAIN
                        && result != -Errno.EBUSY;
        return completions == 0 && failed ? result : completions;
    }

    private int sleep(long deadlineNanos) {
        long timeoutNanos = NEVER;
        if (deadlineNanos != NEVER) {
            timeoutNanos = Math.max(0, deadlineNanos - syscalls.nanoTime()); // as late as can be
        }
        int result = enter(1, timeoutNanos);
        if (result != -Errno.EAGAIN) {
            return result;
        }
        // There was no memory to submit, which may pass: io_uring_enter(2).
        return syscalls.ringEnter(fd, 0, 1, Math.clamp(timeoutNanos, 1, SHORTAGE_NANOS));
    }

    private int enter(int await, long timeoutNanos) {
        int enabling = enable();
        if (enabling < 0) {
            return enabling;
        }
        publish();
        int result = syscalls.ringEnter(fd, tail - taken, await, timeoutNanos);
        if (result > 0) {
            taken += result;
        }
        return result;
    }

    /** By the thread that turns the reactor, which the ring is then for. */
    private int enable() {
        int result = 0;
        if (!enabled) {
            result = syscalls.ringRegister(fd, IORING_REGISTER_ENABLE_RINGS, MemorySegment.NULL, 0);
            enabled = result >= 0;
        }
        return result;
    }

    /** Lets the kernel see what was asked for. */
    private void publish() {
        INT.setRelease(rings, tailOffset, tail);
    }

    /** Any thread: ends the reactor's sleep, the present one or the one it is about to begin. */
    public void wake() {
        waker.wake();
    }

    /** For how many completions there is room. */
    public int completionEntries() {
        return completionMask + 1;
    }

    // ---- What has come ------------------------------------------------------------------------

    private long completion(int index) {
        return completionsOffset + (head + index & completionMask) * (long) CQE_BYTES;
    }

    /** What was asked with, of completion {@code index} of those collected. */
    public long data(int index) {
        return rings.get(JAVA_LONG, completion(index) + CQE_USER_DATA);
    }

    /** What came of it: {@code n >= 0} or {@code -errno}. */
    public int result(int index) {
        return rings.get(JAVA_INT, completion(index) + CQE_RES);
    }

    /** {@code IORING_CQE_F_} of RingConstants. */
    public int flags(int index) {
        return rings.get(JAVA_INT, completion(index) + CQE_FLAGS);
    }

    /** Takes note of a completion that is nobody's: it may be of what this sleeps on. */
    public void ownCompletion(long data, boolean isLast) {
        if (isLast && data == WAKER_DATA) {
            poll(eventfd, EpollEvents.EPOLLIN, WAKER_DATA);
        } else if (isLast && data == ALARM_DATA) {
            poll(timerfd, EpollEvents.EPOLLIN, ALARM_DATA);
        }
    }

    /** The buffer in which input lies. */
    public MemorySegment buffer(int flags) {
        return buffers.buffer(flags >>> IORING_CQE_BUFFER_SHIFT);
    }

    /** Gives it back; see {@link #seen}. */
    public void giveBack(int flags) {
        buffers.giveBack(flags >>> IORING_CQE_BUFFER_SHIFT);
    }

    /** That the first {@code completions} were dealt with: their room and buffers are free. */
    public void seen(int completions) {
        head += completions;
        INT.setRelease(rings, headOffset, head);
        buffers.publish();
    }

    private void report(Poller.Failure failure, int result) {
        if (result < 0) {
            failures.accept(failure, -result);
        }
    }

    /**
     * Has the kernel end what was cancelled last: until then its sockets are open, of which it does
     * some 20 in a call. Where that fails, closing the ring does it, a little later.
     */
    private void finish() {
        int found = 1;
        for (int i = 0; i < COMPLETIONS && found > 0; i++) {
            found = collected(enter(0, NEVER));
            if (found > 0) {
                seen(found);
            }
        }
    }

    /**
     * Has the kernel hear of what was asked for last, and closes all. A wakeup that comes later
     * does nothing.
     *
     * @return what munmap(2) answers
     */
    public int close() {
        finish();
        report(Poller.Failure.NOT_CLOSED, waker.close());
        report(Poller.Failure.WAKEUP_FAILED, -waker.takeFailure());
        report(Poller.Failure.NOT_CLOSED, alarm.close());
        report(Poller.Failure.NOT_CLOSED, syscalls.close(fd));
        int result = syscalls.unmap(rings);
        result = Math.min(result, syscalls.unmap(submissions));
        return Math.min(result, buffers.unmap());
    }
}
