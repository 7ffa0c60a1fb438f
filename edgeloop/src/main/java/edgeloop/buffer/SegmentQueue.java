package edgeloop.buffer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Bytes in order, in a chain of pooled segments: appended at the tail, taken from the head. */
public final class SegmentQueue {
    private @Nullable Segment head;
    private @Nullable Segment tail;
    private int size;

    /** The bytes in the queue. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Appends a copy of {@code length} bytes of {@code source} from {@code offset}. */
    public void append(SegmentPool pool, MemorySegment source, int offset, int length) {
        int copied = 0;
        while (copied < length) {
            Segment segment = tailWithSpace(pool);
            int n = Math.min(length - copied, segment.space());
            MemorySegment.copy(source, (long) offset + copied, segment.memory, segment.end, n);
            segment.end += n;
            copied += n;
            size += n; // at each step: the pool may throw for want of memory
        }
    }

    /** Appends a copy of {@code length} bytes of {@code source} from {@code offset}. */
    public void append(SegmentPool pool, byte[] source, int offset, int length) {
        int copied = 0;
        while (copied < length) {
            Segment segment = tailWithSpace(pool);
            int n = Math.min(length - copied, segment.space());
            MemorySegment.copy(source, offset + copied, segment.memory, JAVA_BYTE, segment.end, n);
            segment.end += n;
            copied += n;
            size += n; // at each step: the pool may throw for want of memory
        }
    }

    private Segment tailWithSpace(SegmentPool pool) {
        Segment last = tail;
        if (last != null && last.space() > 0) {
            return last;
        }
        Segment fresh = pool.take();
        if (last == null) {
            head = fresh;
        } else {
            last.next = fresh;
        }
        tail = fresh;
        return fresh;
    }

    /** Copies all bytes to the start of {@code target} and leaves them in the queue. */
    public void copyTo(MemorySegment target) {
        long offset = 0;
        for (Segment segment = head; segment != null; segment = segment.next) {
            MemorySegment.copy(segment.memory, segment.start, target, offset, segment.size());
            offset += segment.size();
        }
    }

    /**
     * Hands as much to the kernel as it takes in one call, and removes that.
     *
     * @return the bytes sent, or {@code -errno}
     */
    public int sendTo(Syscalls syscalls, int fd, IoVector vector, SegmentPool pool) {
        Segment first = head;
        if (first == null) {
            return 0;
        }
        int sent;
        if (first.next == null) {
            sent = syscalls.send(fd, first.memory, first.start, first.size());
        } else {
            vector.clear();
            for (Segment s = first; s != null && !vector.isFull(); s = s.next) {
                vector.add(s.memory, s.start, s.size());
            }
            sent = syscalls.send(fd, vector);
        }
        if (sent > 0) {
            remove(pool, sent);
        }
        return sent;
    }

    /** Removes the first {@code length} bytes. */
    private void remove(SegmentPool pool, int length) {
        size -= length;
        int rest = length;
        Segment first = head;
        while (first != null && rest >= first.size()) {
            rest -= first.size();
            Segment next = first.next;
            pool.give(first);
            first = next;
        }
        head = first;
        if (first == null) {
            tail = null;
        } else {
            first.start += rest;
        }
    }

    /** Removes all bytes. */
    public void clear(SegmentPool pool) {
        remove(pool, size);
    }
}
