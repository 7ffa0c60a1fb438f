package edgeloop.simulation;

import static edgeloop.sys.RingConstants.*;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
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

    /** Whether it goes on when it has told something. */
    final boolean multishot;

    /** The program kept enough of what it has received when it let this go on. */
    boolean keeps;

    /** It is to end, and has yet to say so. */
    boolean cancelled;

    private RingOperation(
            OpenFile file, long data, boolean receives, int events, boolean multishot) {
        this.file = file;
        this.data = data;
        this.receives = receives;
        this.events = events;
        this.multishot = multishot;
    }

    static RingOperation receive(TcpConnection socket, long data) {
        return new RingOperation(socket, data, true, 0, true);
    }

    static RingOperation poll(OpenFile file, long data, int events, boolean multishot) {
        return new RingOperation(file, data, false, events, multishot);
    }

    /**
     * Whether what {@code sqe} says is what its operation takes: the prep functions of Linux's
     * net.c, poll.c, cancel.c and nop.c refuse the rest, or act upon it.
     */
    static boolean isClean(MemorySegment sqe) {
        int operation = sqe.get(JAVA_BYTE, SQE_OPCODE);
        boolean receives = operation == IORING_OP_RECV;
        boolean sends = operation == IORING_OP_SEND;
        boolean cancels = operation == IORING_OP_ASYNC_CANCEL;
        boolean polls = operation == IORING_OP_POLL_ADD;
        boolean quiet = cancels || operation == IORING_OP_NOP;
        int flags = receives ? IOSQE_BUFFER_SELECT : quiet ? IOSQE_CQE_SKIP_SUCCESS : 0;
        return sqe.get(JAVA_BYTE, SQE_FLAGS) == flags
                && (receives || sqe.get(JAVA_SHORT, SQE_IOPRIO) == 0)
                && (sends || cancels || sqe.get(JAVA_LONG, SQE_ADDR) == 0)
                && (sends || polls || sqe.get(JAVA_LONG, SQE_LEN) == 0) // and SQE_OP_FLAGS
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
