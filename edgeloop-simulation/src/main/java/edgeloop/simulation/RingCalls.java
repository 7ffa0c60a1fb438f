package edgeloop.simulation;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLEXCLUSIVE;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;
import static edgeloop.sys.Errno.EAGAIN;
import static edgeloop.sys.Errno.EBADFD;
import static edgeloop.sys.Errno.ECANCELED;
import static edgeloop.sys.Errno.ECONNRESET;
import static edgeloop.sys.Errno.EHOSTUNREACH;
import static edgeloop.sys.Errno.EINTR;
import static edgeloop.sys.Errno.EINVAL;
import static edgeloop.sys.Errno.ENOBUFS;
import static edgeloop.sys.Errno.ENOENT;
import static edgeloop.sys.Errno.ENOMEM;
import static edgeloop.sys.Errno.ETIME;
import static edgeloop.sys.Errno.ETIMEDOUT;
import static edgeloop.sys.RingConstants.*;
import static edgeloop.sys.SocketConstants.MSG_DONTWAIT;
import static edgeloop.sys.SocketConstants.MSG_NOSIGNAL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgeloop.sys.RingSyscalls;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The system calls of a {@link SimulatedKernel} about rings, and what a ring does when it is
 * entered: it carries out what the program has written into shared memory, and tells what came of
 * that and of what was under way. As Linux's io_uring.c, net.c, poll.c and cancel.c go about it; in
 * any order in which they may, and with whatever may go wrong.
 */
final class RingCalls implements RingSyscalls {
    private static final int SETUP_FLAGS =
            IORING_SETUP_R_DISABLED
                    | IORING_SETUP_SINGLE_ISSUER
                    | IORING_SETUP_DEFER_TASKRUN
                    | IORING_SETUP_CQSIZE
                    | IORING_SETUP_CLAMP
                    | IORING_SETUP_SUBMIT_ALL;

    /** MULTISHOT_MAX_RETRY of net.c: then others have their turn. */
    private static final int MOST_IN_A_ROW = 32;

    private static final long MOST_REST_NANOS = 10_000_000;

    private final SimulatedKernel kernel;
    private final KernelCalls calls;
    private final Choices choices;
    private final Faults faults;

    RingCalls(SimulatedKernel kernel, KernelCalls calls) {
        this.kernel = kernel;
        this.calls = calls;
        this.choices = kernel.choices();
        this.faults = kernel.faults();
    }

    // ---- Setting up ---------------------------------------------------------------------------

    @Override
    public int ringSetup(int entries, MemorySegment params) {
        if (params.get(JAVA_INT, PARAMS_FLAGS) != SETUP_FLAGS) {
            kernel.enter();
            return kernel.answer(Call.RING_SETUP, -1, -EINVAL);
        }
        boolean small = faults.strikes(Fault.RING_SMALL);
        int submissions = small ? 1 << choices.between(1, 4) : entries;
        int completions =
                small ? 1 << choices.between(1, 5) : params.get(JAVA_INT, PARAMS_CQ_ENTRIES);
        RingInstance ring = new RingInstance(submissions, completions);
        int result = calls.open(Call.RING_SETUP, ring);
        params.set(JAVA_INT, PARAMS_SQ_ENTRIES, submissions);
        params.set(JAVA_INT, PARAMS_CQ_ENTRIES, completions);
        params.set(JAVA_INT, PARAMS_SQ_OFF + SQ_OFF_TAIL, RingInstance.SQ_TAIL);
        params.set(JAVA_INT, PARAMS_SQ_OFF + SQ_OFF_ARRAY, ring.arrayOffset());
        params.set(JAVA_INT, PARAMS_CQ_OFF + CQ_OFF_HEAD, RingInstance.CQ_HEAD);
        params.set(JAVA_INT, PARAMS_CQ_OFF + CQ_OFF_TAIL, RingInstance.CQ_TAIL);
        params.set(JAVA_INT, PARAMS_CQ_OFF + CQ_OFF_CQES, RingInstance.CQES);
        return result;
    }

    @Override
    public MemorySegment mapRing(int fd, long offset, long bytes) {
        RingInstance ring = calls.file(Call.MMAP, fd, RingInstance.class);
        MemorySegment memory = calls.map(bytes);
        if (offset == IORING_OFF_SQ_RING) {
            ring.mapRings(memory);
        } else {
            ring.mapSubmissions(memory);
        }
        return memory;
    }

    @Override
    public int ringRegister(int fd, int operation, MemorySegment argument, int count) {
        kernel.enter();
        RingInstance ring = calls.file(Call.RING_REGISTER, fd, RingInstance.class);
        if (operation == IORING_REGISTER_ENABLE_RINGS) {
            if (ring.enabled) {
                throw kernel.violation("io_uring_register: EBADFD, the ring is enabled");
            }
            ring.enabled = true;
        } else if (faults.strikes(Fault.SETUP_REFUSED)) {
            return kernel.answer(
                    Call.RING_REGISTER, fd, -faults.errno(Fault.SETUP_REFUSED, ENOMEM, EINVAL));
        } else {
            int entries = argument.get(JAVA_INT, BUF_REG_RING_ENTRIES);
            long address = argument.get(JAVA_LONG, BUF_REG_RING_ADDR);
            ring.registerBuffers(calls.memoryAt(address, entries * BUF_BYTES), entries);
        }
        return kernel.answer(Call.RING_REGISTER, fd, 0);
    }

    // ---- Entering -----------------------------------------------------------------------------

    @Override
    public int ringSubmit(int fd, int count) {
        if (count == 0 && !calls.file(Call.RING_ENTER, fd, RingInstance.class).enabled) {
            return -EBADFD; // the question whether it may be entered: a filter would answer first
        }
        kernel.enter();
        RingInstance ring = entered(fd);
        int submitted = submit(ring, count);
        return kernel.answer(
                Call.RING_ENTER, fd, submitted == 0 && count > 0 ? -EAGAIN : submitted);
    }

    @Override
    public int ringEnter(int fd, int submit, int await, long timeoutNanos) {
        // Before a pause: see armTimerfd.
        long limit = World.NEVER;
        if (await > 0 && timeoutNanos != NO_TIMEOUT) {
            limit = kernel.elapsedNanos() + timeoutNanos;
        }
        boolean isTurn = await > 0 || timeoutNanos != 0;
        kernel.enter();
        RingInstance ring = entered(fd);
        WaitCalls waits = calls.waits;
        waits.begin();
        long entered = kernel.elapsedNanos();
        int completed = ring.completed; // what waited for room counts, too
        int submitted = submit(ring, submit);
        if (submitted < submit) {
            return answer(ring, submitted > 0 ? submitted : -EAGAIN, isTurn);
        }
        ring.checkKept();
        calls.sockets.arrive();
        kernel.happen();
        int failure = collect(ring, await > 0, limit);
        waits.end(ring, kernel.elapsedNanos() == entered && ring.completed == completed);
        return answer(ring, submitted > 0 ? submitted : failure, isTurn);
    }

    /** By a look at what there is no turn begins: a timeout of 0 where nothing is awaited. */
    private int answer(RingInstance ring, int result, boolean isTurn) {
        if (isTurn) {
            calls.waits.turned();
        }
        ring.tellOfSends();
        return kernel.answer(Call.RING_ENTER, ring.fd, result);
    }

    private RingInstance entered(int fd) {
        RingInstance ring = calls.file(Call.RING_ENTER, fd, RingInstance.class);
        if (!ring.enabled || !ring.isMapped()) {
            throw kernel.violation("io_uring_enter(%d): EBADFD, it is not enabled", fd);
        }
        int wrong = ring.lookForBuffers();
        if (wrong >= 0) {
            throw kernel.violation("buffer %d is given back, and the ring has it already", wrong);
        }
        return ring;
    }

    /** Waits for completions if it is to; 0, or {@code -errno}. */
    private int collect(RingInstance ring, boolean waits, long limit) {
        while (true) {
            run(ring);
            ring.flushOverflow();
            if (!waits || ring.unseen() > 0) {
                return 0;
            }
            if (calls.waits.mainHasWork || faults.strikes(Fault.WAIT_INTERRUPTED)) {
                return -EINTR;
            }
            if (kernel.elapsedNanos() >= limit) {
                return -ETIME;
            }
            if (ring.waiting() > 0) {
                restOnce(limit); // there was no memory to submit: a rest in which nothing is told
                continue;
            }
            if (ring.freeBuffers() != ring.buffers()) {
                throw kernel.violation(
                        "the program sleeps, and keeps %d of the ring's buffers",
                        ring.buffers() - ring.freeBuffers());
            }
            if (!calls.waits.sleep(ring, limit)) {
                return -EINTR;
            }
        }
    }

    private void restOnce(long limit) {
        long nanos = limit - kernel.elapsedNanos();
        if (nanos > MOST_REST_NANOS) {
            throw kernel.violation("the program sleeps, and has something to submit");
        }
        kernel.advance(nanos);
        kernel.happen();
    }

    /** Sees to what has come about at files at which something is under way. */
    private void run(RingInstance ring) {
        int left = ring.size();
        if (left > 1 && faults.strikes(Fault.WAIT_REORDERED)) {
            ring.rotate(1 + choices.below(left - 1));
        }
        if (left > 1 && faults.strikes(Fault.WAIT_PARTIAL)) {
            left = faults.cut(Fault.WAIT_PARTIAL, Math.min(left - 1, 8));
        }
        while (left > 0 && ring.size() > 0) {
            OpenFile file = ring.take();
            long before = ring.completions;
            for (RingOperation operation : List.copyOf(file.operations)) {
                progress(ring, operation);
            }
            left -= ring.completions > before ? 1 : 0;
        }
    }

    // ---- Submissions --------------------------------------------------------------------------

    private int submit(RingInstance ring, int count) {
        if (count > ring.waiting()) {
            throw kernel.violation("%d are submitted, and %d wait", count, ring.waiting());
        }
        ring.noteKept();
        int most = count;
        if (count > 0 && faults.strikes(Fault.RING_EXHAUSTED)) {
            most = choices.below(count);
        }
        for (int i = 0; i < most; i++) {
            long sqe = ring.nextSubmission();
            carryOut(ring, ring.submissions().asSlice(sqe, SQE_BYTES));
        }
        return most;
    }

    private void carryOut(RingInstance ring, MemorySegment sqe) {
        int operation = sqe.get(JAVA_BYTE, SQE_OPCODE);
        int fd = sqe.get(JAVA_INT, SQE_FD);
        long data = sqe.get(JAVA_LONG, SQE_USER_DATA);
        if (!RingOperation.isClean(sqe)) {
            throw kernel.violation(
                    "EINVAL: operation %d of a ring has more than it takes", operation);
        }
        switch (operation) {
            case IORING_OP_NOP -> kernel.note("  nop");
            case IORING_OP_SEND -> send(ring, calls.file(Call.RING_SEND, fd, TCP), sqe, data);
            case IORING_OP_RECV ->
                    begin(ring, RingOperation.receive(calls.file(Call.RING_RECV, fd, TCP), data));
            case IORING_OP_POLL_ADD -> {
                int events = sqe.get(JAVA_INT, SQE_OP_FLAGS);
                if ((events & EPOLLEXCLUSIVE) != 0) {
                    throw kernel.violation("an exclusive poll, which one busy ring takes from all");
                }
                OpenFile file = calls.file(Call.RING_POLL, fd, OpenFile.class);
                int mask = events | EPOLLERR | EPOLLHUP | EPOLLRDHUP; // IO_POLL_UNMASK
                begin(ring, RingOperation.poll(file, data, mask));
            }
            case IORING_OP_ASYNC_CANCEL -> cancel(ring, sqe.get(JAVA_LONG, SQE_ADDR), data);
            default -> throw kernel.violation("operation %d of a ring is not known", operation);
        }
    }

    private static final Class<TcpConnection> TCP = TcpConnection.class;

    private void begin(RingInstance ring, RingOperation operation) {
        OpenFile file = operation.file;
        if (operation.receives
                && file.operations.stream().anyMatch(each -> each.receives && !each.cancelled)) {
            throw kernel.violation("two receives on %d: which is first is open", file.fd);
        }
        if (file instanceof TcpConnection connection) {
            connection.served = true;
            connection.ring = ring;
        }
        ring.begin(operation);
        if (operation.receives || operation.reportable() != 0) {
            progress(ring, operation);
        }
    }

    private void send(RingInstance ring, TcpConnection socket, MemorySegment sqe, long data) {
        if (sqe.get(JAVA_INT, SQE_OP_FLAGS) != (MSG_NOSIGNAL | MSG_DONTWAIT)) {
            throw kernel.violation("a send that may wait, or raise a signal");
        }
        int length = sqe.get(JAVA_INT, SQE_LEN);
        MemorySegment memory = calls.memoryAt(sqe.get(JAVA_LONG, SQE_ADDR), length);
        int n = calls.sockets.sendable(socket, length);
        if (n > 0) {
            socket.output.write(memory, 0, n);
        }
        tell(ring, Call.RING_SEND, socket, data, calls.sockets.sentByRing(socket, n), 0);
        if (n > 0) {
            ring.noteSent(socket, n);
        }
    }

    private void cancel(RingInstance ring, long target, long data) {
        RingOperation found = ring.find(target);
        if (found == null) {
            ring.complete(data, kernel.answer(Call.RING_CANCEL, -1, -ENOENT), 0);
            return;
        }
        found.cancelled = true;
        if (found.file instanceof Listener listener) {
            listener.lastNanos = kernel.elapsedNanos();
        }
        ring.enqueue(found.file);
    }

    // ---- Completions --------------------------------------------------------------------------

    private void tell(
            RingInstance ring, Call call, OpenFile file, long data, int result, int flags) {
        if (!file.isClosing) {
            file.reported++;
        }
        ring.complete(data, kernel.answer(call, file.fd, result), flags);
    }

    private void finish(RingInstance ring, RingOperation operation, int result, int flags) {
        Call call = operation.receives ? Call.RING_RECV : Call.RING_POLL;
        tell(ring, call, operation.file, operation.data, result, flags);
        ring.end(operation);
    }

    private void progress(RingInstance ring, RingOperation operation) {
        if (operation.cancelled) {
            finish(ring, operation, -ECANCELED, 0);
        } else if (operation.receives) {
            receive(ring, operation, (TcpConnection) operation.file);
        } else if (operation.reportable() != 0) {
            poll(ring, operation);
        }
    }

    private void poll(RingInstance ring, RingOperation operation) {
        int mask = operation.reportable();
        if (!ring.isFull() && !faults.strikes(Fault.MULTISHOT_ENDS)) {
            tell(ring, Call.RING_POLL, operation.file, operation.data, mask, IORING_CQE_F_MORE);
        } else {
            finish(ring, operation, mask, 0);
        }
    }

    private void receive(RingInstance ring, RingOperation operation, TcpConnection socket) {
        calls.waits.progress();
        for (int i = 0; i < MOST_IN_A_ROW; i++) {
            if (!ring.hasBuffer() || faults.strikes(Fault.RING_NO_BUFFER)) {
                finish(ring, operation, -ENOBUFS, 0);
                return;
            }
            int result = socket.receivable(ring.bufferLength());
            if (faults.strikes(Fault.RECV_INTERRUPTED)) {
                finish(ring, operation, -EINTR, 0);
                return;
            }
            if (result == -EAGAIN && faults.strikes(Fault.RECV_FAILED)) {
                socket.breakWith(
                        faults.errno(Fault.RECV_FAILED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH));
                result = socket.receivable(1);
            }
            if (result == -EAGAIN) {
                return;
            }
            if (result <= 0) {
                socket.endArrived(result);
                finish(ring, operation, result, 0);
                return;
            }
            if (!receive(ring, operation, socket, result)) {
                return;
            }
        }
        ring.enqueue(socket);
    }

    /** A piece of input; whether the receive goes on. */
    private boolean receive(
            RingInstance ring, RingOperation operation, TcpConnection socket, int receivable) {
        int length = receivable;
        if (length > 1 && faults.strikes(Fault.RECV_SHORT)) {
            length = faults.cut(Fault.RECV_SHORT, length - 1);
        }
        MemorySegment buffer = calls.memoryAt(ring.bufferAddress(), ring.bufferLength());
        socket.input.read(buffer, 0, length);
        socket.arrived(length);
        int flags = ring.takeBuffer() << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER;
        if (socket.input.size() > 0 || socket.peerFinished) { // tcp_inq_hint counts the end
            flags |= IORING_CQE_F_SOCK_NONEMPTY;
        }
        if (ring.isFull() || faults.strikes(Fault.MULTISHOT_ENDS)) {
            finish(ring, operation, length, flags);
            return false;
        }
        tell(ring, Call.RING_RECV, socket, operation.data, length, flags | IORING_CQE_F_MORE);
        return true;
    }
}
