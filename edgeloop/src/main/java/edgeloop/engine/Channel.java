package edgeloop.engine;

/**
 * A socket that an engine serves. Its key with the kernel is its slot in the {@link ChannelTable}
 * and the slot's generation, so that an event that was meant for an earlier user of the slot is
 * recognized and dropped.
 */
public abstract sealed class Channel permits ByteStream, Listener {
    final int slot;
    int generation;

    /** What the engine knows of it. */
    int bits;

    /** The socket, or -1. */
    protected int fd = -1;

    /**
     * @param slot in the table that it is added to
     */
    Channel(int slot) {
        this.slot = slot;
    }

    /**
     * Its use begins.
     *
     * @param state what the engine knows of it so far
     */
    final void begin(int socket, int state) {
        fd = socket;
        bits = state | (bits & Bits.QUEUED); // its last user's
    }

    /** {@return its place in the table} */
    protected final int slot() {
        return slot;
    }

    /** {@return what tells this use of the slot from those before and after} */
    protected final int generation() {
        return generation;
    }

    /**
     * A call of the kernel failed while this was released, which it is all the same.
     *
     * @param errno as a positive number
     */
    protected abstract void releaseFailed(Engine.Release step, int errno);

    final long key() {
        return (long) generation << 32 | slot;
    }
}
