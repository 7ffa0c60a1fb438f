package edgeloop.engine;

import edgeloop.buffer.FilePiece;
import edgeloop.buffer.Piece;
import edgeloop.buffer.Segment;
import edgeloop.buffer.SegmentPool;
import edgeloop.buffer.SegmentQueue;
import edgeloop.sys.Errno;
import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;

/**
 * Hands output to the kernel by send(2), sendmsg(2) and sendfile(2), until it answers EAGAIN: then
 * the stream is not {@linkplain Bits#WRITABLE writable} any more.
 */
final class Sender {
    /**
     * The most bytes of a file that are sent in one call: what takes some 200 µs, so that one large
     * file does not hold up others, and no less, since each call also costs an event when the
     * socket has room again.
     */
    private static final int FILE_CHUNK_BYTES = 1024 * 1024;

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
            if (!taken(stream, n)) {
                break;
            }
            done += Math.max(n, 0);
        }
        return done;
    }

    /** Sends what waits; false if the budget was spent first. */
    boolean send(ByteStream stream) {
        SegmentQueue queue = stream.output;
        int budget = SocketEngine.BUDGET;
        while (queue != null && !queue.isEmpty()) {
            if (budget <= 0) {
                return false;
            }
            int n = sendOnce(stream.fd, queue);
            if (!taken(stream, n)) {
                return true;
            }
            budget -= Math.max(SocketEngine.MIN_COST, n);
        }
        discard(stream);
        return true;
    }

    /**
     * Hands as much to the kernel as it takes in one call, and removes that.
     *
     * @return the bytes sent, or {@code -errno}; {@code -ENODATA} where a file has become shorter
     *     than the range of it that is to be sent, {@code -ENOBUFS} where it is to be read and
     *     there is no memory for that
     */
    int sendOnce(int fd, SegmentQueue queue) {
        Piece first = queue.first();
        if (first instanceof Segment segment) {
            int sent = sendSegments(fd, segment);
            if (sent > 0) {
                queue.remove(segments, sent);
            }
            return sent;
        }
        return first instanceof FilePiece range ? sendFile(fd, queue, range) : 0;
    }

    /** Sends from {@code first} up to the next range of a file. */
    private int sendSegments(int fd, Segment first) {
        Piece second = first.next();
        if (second == null) {
            return syscalls.send(fd, first.memory(), first.start(), first.size());
        }
        if (second instanceof FilePiece) {
            // A head and then a file: the one fills a packet with the other.
            return syscalls.sendMore(fd, first.memory(), first.start(), first.size());
        }
        vector.clear();
        for (Piece p = first; p instanceof Segment s && !vector.isFull(); p = p.next()) {
            vector.add(s.memory(), s.start(), s.size());
        }
        return syscalls.send(fd, vector);
    }

    private int sendFile(int fd, SegmentQueue queue, FilePiece range) {
        if (range.isToBeRead()) {
            return readAndSend(fd, queue, range);
        }
        int length = (int) Math.min(range.left(), FILE_CHUNK_BYTES);
        int sent = syscalls.sendFile(fd, range.descriptor(), range.offset(), length);
        if (sent == 0) {
            return -Errno.ENODATA;
        }
        if (sent > 0) {
            queue.remove(segments, sent);
        } else if (sent == -Errno.EINVAL || sent == -Errno.ENOSYS || sent == -Errno.EOPNOTSUPP) {
            range.read(); // sendfile(2): "applications may wish to fall back"
            return readAndSend(fd, queue, range);
        }
        return sent;
    }

    /**
     * Reads what a segment takes, which then stands before the rest of the range, and sends it.
     * What is not sent now goes out like any bytes.
     */
    private int readAndSend(int fd, SegmentQueue queue, FilePiece range) {
        Segment segment = segments.take();
        if (segment == null) {
            return -Errno.ENOBUFS;
        }
        int length = (int) Math.min(range.left(), segment.space());
        int read = syscalls.read(range.descriptor(), range.offset(), segment.memory(), 0, length);
        if (read <= 0) {
            segments.give(segment);
            // EAGAIN would be taken for the socket's.
            return read == 0 ? -Errno.ENODATA : read == -Errno.EAGAIN ? -Errno.EIO : read;
        }
        queue.remove(segments, read);
        segment.filled(read);
        queue.prepend(segment);
        return sendOnce(fd, queue);
    }

    /** Takes note of what a send of the first piece answered that was made elsewhere. */
    void sent(ByteStream stream, int n) {
        SegmentQueue queue = stream.output;
        if (n > 0 && queue != null) {
            queue.remove(segments, n);
        }
        boolean _ = taken(stream, n);
        if (queue != null && queue.isEmpty()) {
            discard(stream);
        }
    }

    /** Takes note of what a send answered; false if the next one would not be taken. */
    private static boolean taken(ByteStream stream, int n) {
        if (n >= 0) {
            // A short write does not mean that the socket is full: only EAGAIN promises an edge.
            stream.sent(n);
            return true;
        }
        switch (-n) {
            case Errno.EINTR -> {
                return true;
            }
            case Errno.EAGAIN -> stream.bits &= ~Bits.WRITABLE;
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
