package edgeloop.buffer;

import java.lang.foreign.MemorySegment;

/**
 * {@value #BYTES} bytes of native memory and the part of them that holds data: {@code start} to
 * {@code end}.
 *
 * <p>The size weighs waste against work: a connection that holds ten bytes holds a whole segment,
 * and a connection that holds 64 KiB holds a chain that one sendmsg(2) must describe.
 */
public final class Segment extends Piece {
    public static final int BYTES = 8 * 1024;

    final SegmentPool.Slab slab;
    final MemorySegment memory;
    int start;
    int end;

    Segment(SegmentPool.Slab slab, MemorySegment memory) {
        this.slab = slab;
        this.memory = memory;
    }

    /** The memory, all of it. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where in the memory the data begins. */
    public int start() {
        return start;
    }

    /** The bytes of data. */
    public int size() {
        return end - start;
    }

    /** That {@code bytes} have come behind the data. */
    public void filled(int bytes) {
        end += bytes;
    }

    /** The bytes that fit behind the data. */
    public int space() {
        return BYTES - end;
    }
}
