package edgeloop.buffer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgeloop.sys.Errno;
import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in order, appended at the tail and taken from the head: those in memory in a chain of
 * pooled segments, and between them ranges of files, which stay where they are until they are sent.
 */
public final class SegmentQueue {
    /**
     * The most bytes of a file that are sent in one call: what takes some 200 µs, so that one large
     * file does not hold up others, and no less, since each call also costs an event when the
     * socket has room again.
     */
    private static final int FILE_CHUNK_BYTES = 1024 * 1024;

    /** The pool's next free queue, while this one is free too. */
    @Nullable SegmentQueue nextFree;

    private @Nullable Piece head;
    private @Nullable Piece tail;
    private long size;
    private int segments;

    /** The bytes in the queue. */
    public long size() {
        return size;
    }

    /** The segments of memory in the queue: ranges of files take none. */
    public int segments() {
        return segments;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /**
     * Appends a copy of {@code length} bytes of {@code source} from {@code offset}.
     *
     * @return the bytes appended: fewer where there is no memory for more
     */
    public int append(SegmentPool pool, MemorySegment source, int offset, int length) {
        int copied = 0;
        while (copied < length) {
            Segment segment = tailWithSpace(pool);
            if (segment == null) {
                break;
            }
            int n = Math.min(length - copied, segment.space());
            MemorySegment.copy(source, (long) offset + copied, segment.memory, segment.end, n);
            segment.end += n;
            copied += n;
        }
        size += copied;
        return copied;
    }

    /**
     * Appends a copy of {@code length} bytes of {@code source} from {@code offset}.
     *
     * @return the bytes appended: fewer where there is no memory for more
     */
    public int append(SegmentPool pool, byte[] source, int offset, int length) {
        int copied = 0;
        while (copied < length) {
            Segment segment = tailWithSpace(pool);
            if (segment == null) {
                break;
            }
            int n = Math.min(length - copied, segment.space());
            MemorySegment.copy(source, offset + copied, segment.memory, JAVA_BYTE, segment.end, n);
            segment.end += n;
            copied += n;
        }
        size += copied;
        return copied;
    }

    /**
     * Appends {@code length} bytes of {@code file} from {@code offset}. The descriptor is kept open
     * until they are sent, or removed.
     */
    public void append(SegmentPool pool, SharedDescriptor file, long offset, long length) {
        link(pool.take(file, offset, length));
        size += length;
    }

    private @Nullable Segment tailWithSpace(SegmentPool pool) {
        if (tail instanceof Segment last && last.space() > 0) {
            return last;
        }
        Segment fresh = pool.take();
        if (fresh != null) {
            link(fresh);
            segments++;
        }
        return fresh;
    }

    private void link(Piece piece) {
        Piece last = tail;
        if (last == null) {
            head = piece;
        } else {
            last.next = piece;
        }
        tail = piece;
    }

    /** Whether what is sent next comes out of a file. */
    public boolean beginsWithFile() {
        return head instanceof FilePiece;
    }

    /** Copies all bytes to the start of {@code target} and leaves them in the queue; no files. */
    public void copyTo(MemorySegment target) {
        long offset = 0;
        for (Piece piece = head; piece != null; piece = piece.next) {
            Segment segment = (Segment) piece;
            MemorySegment.copy(segment.memory, segment.start, target, offset, segment.size());
            offset += segment.size();
        }
    }

    /**
     * Hands as much to the kernel as it takes in one call, and removes that.
     *
     * @return the bytes sent, or {@code -errno}; {@code -ENODATA} where a file has become shorter
     *     than the range of it that is to be sent, {@code -ENOBUFS} where it is to be read and
     *     there is no memory for that
     */
    public int sendTo(Syscalls syscalls, int fd, IoVector vector, SegmentPool pool) {
        if (head instanceof Segment first) {
            int sent =
                    first.next == null
                            ? syscalls.send(fd, first.memory, first.start, first.size())
                            : sendSegments(syscalls, fd, vector, first, first.next);
            if (sent > 0) {
                remove(pool, sent);
            }
            return sent;
        }
        return head instanceof FilePiece piece ? sendFile(syscalls, fd, vector, piece, pool) : 0;
    }

    /** Sends from {@code first} up to the next range of a file. */
    private static int sendSegments(
            Syscalls syscalls, int fd, IoVector vector, Segment first, Piece second) {
        if (second instanceof FilePiece) {
            // A head and then a file: the one fills a packet with the other.
            return syscalls.sendMore(fd, first.memory, first.start, first.size());
        }
        vector.clear();
        for (Piece p = first; p instanceof Segment s && !vector.isFull(); p = p.next) {
            vector.add(s.memory, s.start, s.size());
        }
        return syscalls.send(fd, vector);
    }

    private int sendFile(
            Syscalls syscalls, int fd, IoVector vector, FilePiece piece, SegmentPool pool) {
        if (piece.toBeRead) {
            return readAndSend(syscalls, fd, vector, piece, pool);
        }
        int length = (int) Math.min(piece.left, FILE_CHUNK_BYTES);
        int sent = syscalls.sendFile(fd, piece.file().fd(), piece.offset, length);
        if (sent == 0) {
            return -Errno.ENODATA;
        }
        if (sent > 0) {
            size -= sent;
            taken(piece, sent, pool);
        } else if (sent == -Errno.EINVAL || sent == -Errno.ENOSYS || sent == -Errno.EOPNOTSUPP) {
            piece.toBeRead = true; // sendfile(2): "applications may wish to fall back"
            return readAndSend(syscalls, fd, vector, piece, pool);
        }
        return sent;
    }

    /**
     * Reads what a segment takes, which then stands before the rest of the range, and sends it.
     * What is not sent now goes out like any bytes.
     */
    private int readAndSend(
            Syscalls syscalls, int fd, IoVector vector, FilePiece piece, SegmentPool pool) {
        Segment segment = pool.take();
        if (segment == null) {
            return -Errno.ENOBUFS;
        }
        int length = (int) Math.min(piece.left, segment.space());
        int read = syscalls.read(piece.file().fd(), piece.offset, segment.memory, 0, length);
        if (read <= 0) {
            pool.give(segment);
            // EAGAIN would be taken for the socket's.
            return read == 0 ? -Errno.ENODATA : read == -Errno.EAGAIN ? -Errno.EIO : read;
        }
        segment.end = read;
        taken(piece, read, pool);
        segment.next = head;
        head = segment;
        if (tail == null) {
            tail = segment;
        }
        segments++;
        return sendTo(syscalls, fd, vector, pool);
    }

    /** The first {@code bytes} of a range, the first in the queue, are taken out of it. */
    private void taken(FilePiece piece, int bytes, SegmentPool pool) {
        piece.offset += bytes;
        piece.left -= bytes;
        if (piece.left == 0) {
            removeFirst(piece);
            pool.give(piece);
        }
    }

    /** Removes the first {@code length} bytes, which are in segments. */
    private void remove(SegmentPool pool, int length) {
        size -= length;
        int rest = length;
        while (head instanceof Segment first) {
            if (rest < first.size()) {
                first.start += rest;
                return;
            }
            rest -= first.size();
            segments--;
            removeFirst(first);
            pool.give(first);
        }
    }

    private void removeFirst(Piece first) {
        head = first.next;
        first.next = null;
        if (head == null) {
            tail = null;
        }
    }

    /** Removes all bytes. */
    void clear(SegmentPool pool) {
        size = 0;
        segments = 0;
        for (Piece first = head; first != null; first = head) {
            removeFirst(first);
            pool.give(first);
        }
    }
}
