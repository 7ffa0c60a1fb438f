package edgeloop.simulation;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory of simulated kernels, which one kernel hands on to the next: mappings, and buffers of
 * sockets.
 *
 * <p>An unmapped segment can't be touched any more. Unlike mmap(2)'s, the memory of a mapping is
 * not zeroed, which would take longer than the rest of a short run; it holds bytes of earlier ones.
 */
final class Memory {
    private static final int SIZES = 24;

    /** Blocks of native memory that are free, by their size. */
    private final Map<Long, Deque<MemorySegment>> blocks = new HashMap<>();

    private boolean shared;

    /** Free arrays, by the logarithm of their length. */
    private final List<Deque<byte[]>> arrays = new ArrayList<>();

    Memory() {
        for (int i = 0; i < SIZES; i++) {
            arrays.add(new ArrayDeque<>());
        }
    }

    /** A mapping: what the program got, and what it is made of. */
    static final class Mapping {
        final MemorySegment memory;
        private final MemorySegment block;
        private final Arena arena;

        @SuppressWarnings({"restricted", "MustBeClosed"}) // unmap closes the arena
        private Mapping(MemorySegment block, boolean shared) {
            this.block = block;
            this.arena = shared ? Arena.ofShared() : Arena.ofConfined();
            this.memory = block.reinterpret(block.byteSize(), arena, null);
        }
    }

    /** What is mapped from now on is for several threads, each of them simulated. */
    void share() {
        shared = true;
    }

    /** For one again. */
    void unshare() {
        shared = false;
    }

    Mapping map(long bytes) {
        MemorySegment block = free(bytes).pollLast();
        return new Mapping(block != null ? block : Arena.global().allocate(bytes, 64), shared);
    }

    void unmap(Mapping mapping) {
        mapping.arena.close();
        free(mapping.block.byteSize()).addLast(mapping.block);
    }

    private Deque<MemorySegment> free(long bytes) {
        return blocks.computeIfAbsent(bytes, _ -> new ArrayDeque<>());
    }

    ByteRing ring(int capacity) {
        int log = Integer.SIZE - Integer.numberOfLeadingZeros(capacity - 1);
        byte[] bytes = arrays.get(log).pollLast();
        return new ByteRing(bytes != null ? bytes : new byte[1 << log], capacity);
    }

    void giveBack(ByteRing ring) {
        arrays.get(Integer.numberOfTrailingZeros(ring.bytes().length)).addLast(ring.bytes());
    }
}
