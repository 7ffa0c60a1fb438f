package edgeloop.buffer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Bytes for queues, and what is in them. */
public final class QueuedBytes {
    private QueuedBytes() {}

    /** Any bytes, the same for each length. */
    public static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** A copy of all bytes of {@code queue}. */
    public static byte[] of(SegmentQueue queue) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Math.max(1, queue.size()));
            queue.copyTo(copy);
            return copy.asSlice(0, queue.size()).toArray(JAVA_BYTE);
        }
    }
}
