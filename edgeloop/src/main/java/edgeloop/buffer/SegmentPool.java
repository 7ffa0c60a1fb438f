package edgeloop.buffer;

import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A reactor's segments. They are cut from slabs of {@value #SLAB_SEGMENTS}, or fewer where the
 * budget is small, which are mapped when needed and unmapped when a second one lies wholly free: a
 * burst of slow peers takes memory from the kernel, and gives it back when it is over.
 *
 * <p>The segment given back last is taken first, while it is still in the CPU's cache; and the
 * first slab with a free segment serves until it is full, so that the others run empty.
 */
public final class SegmentPool implements AutoCloseable {
    static final int SLAB_SEGMENTS = 128;

    /** A share of a budget is of so many slabs at least, so that one does not hold all there is. */
    private static final int LEAST_SLABS = 16;

    private final Syscalls syscalls;
    private final MemoryBudget budget;
    private final IntConsumer unmapFailed;
    private final int slabSegments;

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

    /**
     * @param budget bounds what is mapped
     * @param unmapFailed told of the errno of a munmap(2) that failed; the memory is lost
     */
    public SegmentPool(Syscalls syscalls, MemoryBudget budget, IntConsumer unmapFailed) {
        this.syscalls = syscalls;
        this.budget = budget;
        this.unmapFailed = unmapFailed;
        long part = Long.highestOneBit(budget.share() / LEAST_SLABS / Segment.BYTES);
        this.slabSegments = Math.clamp(part, 1, SLAB_SEGMENTS);
    }

    /** Segments in use. */
    public int taken() {
        return taken;
    }

    /** Native memory held, free or in use. */
    public long mappedBytes() {
        return slabs * slabBytes();
    }

    private long slabBytes() {
        return (long) slabSegments * Segment.BYTES;
    }

    /** The segments that the memory held is cut into. */
    public int mappedSegments() {
        return slabs * slabSegments;
    }

    /** An empty segment; null where the budget is spent, or the kernel has no memory. */
    public @Nullable Segment take() {
        Slab slab = firstAvailable;
        if (slab == null) {
            slab = map();
            if (slab == null) {
                return null;
            }
            slabs++;
            emptySlabs++;
            link(slab);
        }
        if (slab.used == 0) {
            emptySlabs--;
        }
        Segment segment = slab.take();
        if (slab.used == slabSegments) {
            unlink(slab);
        }
        taken++;
        if (leaks != null) {
            leaks.taken(segment);
        }
        return segment;
    }

    private @Nullable Slab map() {
        if (!budget.take(slabBytes())) {
            return null;
        }
        try {
            return new Slab(syscalls.map(slabBytes()));
        } catch (OutOfMemoryError e) {
            budget.giveBack(slabBytes());
            return null;
        }
    }

    public void give(Segment segment) {
        if (leaks != null) {
            leaks.given(segment);
        }
        Slab slab = segment.slab;
        if (slab.used == slabSegments) {
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
        // Not by a switch over types, which is linked when it is first come to.
        if (piece instanceof Segment segment) {
            give(segment);
        } else {
            give((FilePiece) piece);
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
        unmap(slab);
    }

    private void unmap(Slab slab) {
        int result = syscalls.unmap(slab.memory);
        if (result < 0) {
            unmapFailed.accept(-result);
        } else {
            budget.giveBack(slabBytes());
        }
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
            unmap(slab);
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
