package edgeloop.buffer;

import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A reactor's segments. They are cut from slabs of {@value #SLAB_SEGMENTS}, which are mapped when
 * needed and unmapped when a second one lies wholly free: a burst of slow peers takes memory from
 * the kernel, and gives it back when it is over.
 *
 * <p>The segment given back last is taken first, while it is still in the CPU's cache; and the
 * first slab with a free segment serves until it is full, so that the others run empty.
 */
public final class SegmentPool implements AutoCloseable {
    static final int SLAB_SEGMENTS = 128;

    private final Syscalls syscalls;

    /**
     * The slabs with at least one free segment, chained: one leaves at no more cost than another.
     */
    private @Nullable Slab firstAvailable;

    private @Nullable Slab lastAvailable;

    private final @Nullable LeakDetector<Segment> leaks = LeakDetector.ifDebug();

    /** Free ones, chained. As many as were in use at once, and each of a few words. */
    private @Nullable FilePiece freeFilePieces;

    /** Likewise. */
    private @Nullable SegmentQueue freeQueues;

    private int slabs;
    private int emptySlabs;
    private int taken;

    public SegmentPool(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /** Segments in use. */
    public int taken() {
        return taken;
    }

    /** Native memory held, free or in use. */
    public long mappedBytes() {
        return (long) slabs * SLAB_SEGMENTS * Segment.BYTES;
    }

    Segment take() {
        Slab slab = firstAvailable;
        if (slab == null) {
            slab = new Slab(syscalls.map((long) SLAB_SEGMENTS * Segment.BYTES));
            slabs++;
            emptySlabs++;
            link(slab);
        }
        if (slab.used == 0) {
            emptySlabs--;
        }
        Segment segment = slab.take();
        if (slab.used == SLAB_SEGMENTS) {
            unlink(slab);
        }
        taken++;
        if (leaks != null) {
            leaks.taken(segment);
        }
        return segment;
    }

    void give(Segment segment) {
        if (leaks != null) {
            leaks.given(segment);
        }
        Slab slab = segment.slab;
        if (slab.used == SLAB_SEGMENTS) {
            link(slab);
        }
        slab.give(segment);
        taken--;
        if (slab.used == 0 && ++emptySlabs > 1) {
            emptySlabs--;
            release(slab);
        }
    }

    FilePiece take(SharedDescriptor file, long offset, long length) {
        FilePiece piece = freeFilePieces;
        if (piece == null) {
            piece = new FilePiece();
        } else {
            freeFilePieces = (FilePiece) piece.next;
            piece.next = null;
        }
        piece.hold(file, offset, length);
        return piece;
    }

    void give(FilePiece piece) {
        piece.letGo();
        piece.next = freeFilePieces;
        freeFilePieces = piece;
    }

    void give(Piece piece) {
        switch (piece) {
            case Segment segment -> give(segment);
            case FilePiece filePiece -> give(filePiece);
        }
    }

    /** An empty queue, for as long as something waits: most connections have none. */
    public SegmentQueue takeQueue() {
        SegmentQueue queue = freeQueues;
        if (queue == null) {
            return new SegmentQueue();
        }
        freeQueues = queue.nextFree;
        queue.nextFree = null;
        return queue;
    }

    /** Takes back a queue, and what is still in it. */
    public void give(SegmentQueue queue) {
        queue.clear(this);
        queue.nextFree = freeQueues;
        freeQueues = queue;
    }

    private void release(Slab slab) {
        unlink(slab);
        slabs--;
        syscalls.unmap(slab.memory);
    }

    /** Puts a slab behind the others that are available. */
    private void link(Slab slab) {
        Slab last = lastAvailable;
        slab.previous = last;
        if (last == null) {
            firstAvailable = slab;
        } else {
            last.next = slab;
        }
        lastAvailable = slab;
    }

    private void unlink(Slab slab) {
        Slab previous = slab.previous;
        Slab next = slab.next;
        if (previous == null) {
            firstAvailable = next;
        } else {
            previous.next = next;
        }
        if (next == null) {
            lastAvailable = previous;
        } else {
            next.previous = previous;
        }
        slab.previous = null;
        slab.next = null;
    }

    /** In debug mode, passes on each segment in use and where it was taken. */
    public void reportLeaks(BiConsumer<Object, Throwable> leak) {
        if (leaks != null) {
            leaks.report(leak);
        }
    }

    /** Unmaps every slab. All segments must have been given back. */
    @Override
    public void close() {
        assert taken == 0 : taken + " segments were not given back";
        for (Slab slab = firstAvailable; slab != null; slab = slab.next) {
            syscalls.unmap(slab.memory);
        }
        firstAvailable = null;
        lastAvailable = null;
        slabs = 0;
    }

    /** One mapping, cut into segments. */
    static final class Slab {
        private final MemorySegment memory;
        private @Nullable Segment free;
        private int cut;
        private int used;

        /** Neighbours among those that are available. */
        private @Nullable Slab previous;

        private @Nullable Slab next;

        private Slab(MemorySegment memory) {
            this.memory = memory;
        }

        private Segment take() {
            used++;
            Segment segment = free;
            if (segment == null) {
                segment =
                        new Segment(
                                this, memory.asSlice((long) cut * Segment.BYTES, Segment.BYTES));
                cut++;
            } else {
                free = (Segment) segment.next;
                segment.next = null;
            }
            return segment;
        }

        private void give(Segment segment) {
            used--;
            segment.start = 0;
            segment.end = 0;
            segment.next = free;
            free = segment;
        }
    }
}
