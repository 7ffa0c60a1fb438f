package edgeloop.buffer;

import edgeloop.sys.Syscalls;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The native memory that all connections of a server may hold together, whatever the number of its
 * reactors: each takes from it a slab at a time, so that no request touches what they share. Any
 * thread may call.
 */
public final class MemoryBudget {
    /** The least bound that can be asked for: a segment of input and one of output. */
    public static final long MIN_BYTES = 2 * Segment.BYTES;

    /** The least that is taken for the bound where none was asked for. */
    private static final long LEAST_DEFAULT_BYTES = 16 * 1024 * 1024;

    private final long limit;
    private final int pools;
    private final AtomicLong taken = new AtomicLong();

    /**
     * @param limit in bytes, from {@link #MIN_BYTES}
     */
    public MemoryBudget(long limit) {
        this(limit, 1);
    }

    private MemoryBudget(long limit, int pools) {
        this.limit = limit;
        this.pools = pools;
    }

    /**
     * A budget of {@code bytes} or, where that is 0, of what suits the machine: a quarter of the
     * memory that the process may use, and no more than twice the Java heap, since each segment may
     * stand for a connection with 2 KiB of objects.
     *
     * @param pools how many share it; each has {@link #MIN_BYTES} in any case
     */
    public static MemoryBudget of(long bytes, Syscalls syscalls, int pools) {
        long limit =
                bytes > 0
                        ? bytes
                        : defaultBytes(syscalls.memoryLimit(), Runtime.getRuntime().maxMemory());
        return new MemoryBudget(Math.max(limit, pools * MIN_BYTES), pools);
    }

    static long defaultBytes(long memory, long heap) {
        long twiceHeap = heap > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : 2 * heap;
        return Math.max(LEAST_DEFAULT_BYTES, Math.min(memory / 4, twiceHeap));
    }

    /** What is left for each where all pools have as much. */
    long share() {
        return limit / pools;
    }

    /** Takes {@code bytes}, unless that would be more than there is. */
    boolean take(long bytes) {
        long before = taken.get();
        while (before + bytes <= limit) {
            if (taken.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = taken.get();
        }
        return false;
    }

    void giveBack(long bytes) {
        long left = taken.addAndGet(-bytes);
        assert left >= 0 : left;
    }
}
