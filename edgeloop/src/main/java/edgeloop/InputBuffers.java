package edgeloop;

import java.lang.foreign.MemorySegment;

/**
 * The buffers in which handlers see what a reactor has received: {@value #COUNT} of them, which
 * take turns over the engine's memory. So one that a handler has kept stays dead for a while, and
 * does not come to life in the next callback with what another peer has sent. In debug mode each
 * callback has a buffer of its own, and a dead one stays dead for ever.
 */
final class InputBuffers {
    static final int COUNT = 64;

    private final IoBuffer[] buffers;
    private final boolean reused;
    private int next;

    InputBuffers(boolean reused) {
        this.reused = reused;
        this.buffers = new IoBuffer[reused ? COUNT : 0];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = new IoBuffer();
        }
    }

    /** A buffer for one callback, in which the first {@code length} bytes of memory are unread. */
    IoBuffer take(MemorySegment memory, int length) {
        IoBuffer buffer = reused ? buffers[next++ & COUNT - 1] : new IoBuffer();
        buffer.reset(memory, length);
        return buffer;
    }
}
