package edgeloop.engine;

import edgeloop.buffer.SegmentPool;
import edgeloop.buffer.SegmentQueue;
import edgeloop.sys.Errno;
import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;

/**
 * Hands output to the kernel by send(2), writev(2) and sendfile(2), until it answers EAGAIN: then
 * the stream is not {@linkplain ReadinessEngine#WRITABLE writable} any more.
 */
final class Sender {
    private final Syscalls syscalls;
    private final SegmentPool segments;
    private final IoVector vector;

    Sender(Syscalls syscalls, SegmentPool segments, IoVector vector) {
        this.syscalls = syscalls;
        this.segments = segments;
        this.vector = vector;
    }

    /** Sends from where the bytes lie; answers how many were sent. */
    int send(ByteStream stream, MemorySegment source, int offset, int length) {
        int done = 0;
        while (done < length) {
            int n = syscalls.send(stream.fd, source, offset + done, length - done);
            if (!sent(stream, n)) {
                break;
            }
            done += Math.max(n, 0);
        }
        return done;
    }

    /** Sends what waits; false if the budget was spent first. */
    boolean send(ByteStream stream) {
        SegmentQueue queue = stream.output;
        int budget = ReadinessEngine.BUDGET;
        while (queue != null && !queue.isEmpty()) {
            if (budget <= 0) {
                return false;
            }
            int n = queue.sendTo(syscalls, stream.fd, vector, segments);
            if (!sent(stream, n)) {
                return true;
            }
            budget -= Math.max(ReadinessEngine.MIN_COST, n);
        }
        discard(stream);
        return true;
    }

    /** Takes note of what a send answered; false if the next one would not be taken. */
    private static boolean sent(ByteStream stream, int n) {
        if (n >= 0) {
            // A short write does not mean that the socket is full: only EAGAIN promises an edge.
            stream.sent(n);
            return true;
        }
        switch (-n) {
            case Errno.EINTR -> {
                return true;
            }
            case Errno.EAGAIN -> stream.bits &= ~ReadinessEngine.WRITABLE;
            default -> {
                SegmentQueue queue = stream.output;
                boolean ofFile = queue != null && queue.beginsWithFile();
                stream.failed(ofFile ? Engine.Failure.SENDING_FILE : Engine.Failure.SENDING, -n);
            }
        }
        return false;
    }

    /** Gives back what waits, and the queue. */
    void discard(ByteStream stream) {
        SegmentQueue queue = stream.output;
        if (queue != null) {
            segments.give(queue);
            stream.output = null;
        }
    }
}
