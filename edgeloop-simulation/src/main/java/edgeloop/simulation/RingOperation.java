package edgeloop.simulation;

import static edgeloop.sys.RingConstants.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import edgeloop.sys.Errno;
import java.lang.foreign.MemorySegment;

/** What a ring has under way at a file: a receive, or a poll. */
final class RingOperation {
    final OpenFile file;
    final long data;

    /** Whether it receives; else it polls. */
    final boolean receives;

    /** What a poll waits for. */
    final int events;

    /** The program kept enough of what it has received when it let this go on. */
    boolean keeps;

    /** It is to end, and has yet to say so. */
    boolean cancelled;

    private RingOperation(OpenFile file, long data, boolean receives, int events) {
        this.file = file;
        this.data = data;
        this.receives = receives;
        this.events = events;
    }

    static RingOperation receive(TcpConnection socket, long data) {
        return new RingOperation(socket, data, true, 0);
    }

    static RingOperation poll(OpenFile file, long data, int events) {
        return new RingOperation(file, data, false, events);
    }

    /**
     * Whether {@code sqe} says what its operation takes, and of that what the library asks for: a
     * receive and a poll go on, and the one is into buffers of the ring. The prep functions of
     * Linux's net.c, poll.c, cancel.c and nop.c refuse the rest, or act upon it.
     */
    static boolean isClean(MemorySegment sqe) {
        int operation = sqe.get(JAVA_BYTE, SQE_OPCODE);
        boolean receives = operation == IORING_OP_RECV;
        boolean sends = operation == IORING_OP_SEND;
        boolean cancels = operation == IORING_OP_ASYNC_CANCEL;
        boolean polls = operation == IORING_OP_POLL_ADD;
        boolean quiet = cancels || operation == IORING_OP_NOP;
        int flags = receives ? IOSQE_BUFFER_SELECT : quiet ? IOSQE_CQE_SKIP_SUCCESS : 0;
        int priority = receives ? IORING_RECV_MULTISHOT : 0;
        int length = polls ? IORING_POLL_ADD_MULTI : 0;
        return sqe.get(JAVA_BYTE, SQE_FLAGS) == flags
                && sqe.get(JAVA_SHORT, SQE_IOPRIO) == priority
                && (sends || cancels || sqe.get(JAVA_LONG, SQE_ADDR) == 0)
                && (sends || sqe.get(JAVA_INT, SQE_LEN) == length)
                && (sends || polls || sqe.get(JAVA_INT, SQE_OP_FLAGS) == 0)
                && sqe.get(JAVA_SHORT, SQE_BUF_GROUP) == 0;
    }

    /** What it could tell now; 0 if nothing. */
    int reportable() {
        if (cancelled) {
            return -1;
        }
        if (file instanceof TcpConnection socket && receives) {
            return socket.receivable(1) == -Errno.EAGAIN ? 0 : 1;
        }
        return file.readiness() & events;
    }
}
