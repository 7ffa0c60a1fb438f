package edgeloop.buffer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in order, appended at the tail and taken from the head: those in memory in a chain of
 * pooled segments, and between them ranges of files, which stay where they are until they are sent.
 */
public final class SegmentQueue {
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
     * Moves the first bytes, at most {@code length} of them, to {@code target}; no files.
     *
     * @return how many
     */
    public int moveTo(SegmentPool pool, MemorySegment target, int offset, int length) {
        int moved = 0;
        while (moved < length && head instanceof Segment first) {
            int n = Math.min(length - moved, first.size());
            MemorySegment.copy(first.memory, first.start, target, (long) offset + moved, n);
            remove(pool, n);
            moved += n;
        }
        return moved;
    }

    /** What is to be sent first, or null. It stays in the queue. */
    public @Nullable Piece first() {
        return head;
    }

    /** Puts bytes before all others. */
    public void prepend(Segment segment) {
        segment.next = head;
        head = segment;
        if (tail == null) {
            tail = segment;
        }
        size += segment.size();
        segments++;
    }

    /** Removes the first {@code length} bytes, which are in segments or are all of one file. */
    public void remove(SegmentPool pool, int length) {
        size -= length;
        if (head instanceof FilePiece piece) {
            piece.offset += length;
            piece.left -= length;
            if (piece.left == 0) {
                removeFirst(piece);
                pool.give(piece);
            }
            return;
        }
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
