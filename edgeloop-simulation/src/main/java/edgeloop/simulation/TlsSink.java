package edgeloop.simulation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgeloop.layer.Sink;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** What the layers of peers make: it is kept until the one whose layer it was takes it. */
final class TlsSink implements Sink {
    private byte[] bytes = new byte[1_024];
    private int length;

    @Override
    public void put(MemorySegment memory, int offset, int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * (length + count));
        }
        MemorySegment.copy(memory, JAVA_BYTE, offset, bytes, length, count);
        length += count;
    }

    /** All that was put since this was called last. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        length = 0;
        return taken;
    }

    @Override
    public Runnable continuation() {
        throw new AssertionError("OpenSSL leaves nothing to others");
    }

    @Override
    public long nanoTime() {
        return 0;
    }
}
