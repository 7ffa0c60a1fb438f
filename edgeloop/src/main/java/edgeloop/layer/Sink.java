package edgeloop.layer;

import java.lang.foreign.MemorySegment;

/** Takes what the layers of a reactor make, each while the core calls it. */
public interface Sink {
    /**
     * Sends bytes to the peer, after those before them.
     *
     * @param memory copied where the kernel does not take it at once
     */
    void put(MemorySegment memory, int offset, int length);

    /**
     * For a layer that answers {@link Layer.Step#WAITS_FOR_TASK}.
     *
     * @return to be run once, on any thread, when it can go on
     */
    Runnable continuation();

    /**
     * {@return the time when the present turn of the loop began, in nanoseconds since some time}
     */
    long nanoTime();
}
