package edgeloop.timer;

import org.jspecify.annotations.Nullable;

/**
 * Something that is due at a tick, while it hangs on a {@link TimerWheel}. Whoever wants to be told
 * extends it, so that a timer is one object: with a reference in it, 32 bytes.
 */
public abstract class Timer {
    static final int NO_BUCKET = -1;

    /** For the wheel's 448 buckets, and none. */
    private static final int BUCKET_BITS = 9;

    private static final int BUCKET_MASK = (1 << BUCKET_BITS) - 1;

    // Set by the wheel.
    @Nullable Timer previous;
    @Nullable Timer next;

    /** The deadline and the bucket, which would not fit into 32 bytes beside each other. */
    private long place;

    /** The tick for which this was set last. */
    protected final long deadlineTick() {
        return place >>> BUCKET_BITS;
    }

    /** Whether this hangs on a wheel. */
    protected final boolean isSet() {
        return bucket() != NO_BUCKET;
    }

    /** The tick has come; this hangs on no wheel any more. */
    protected abstract void expire();

    final int bucket() {
        return ((int) place & BUCKET_MASK) - 1;
    }

    /**
     * @param deadlineTick from 0 to {@link TimerWheel#MAX_TICK}, 42 bits
     */
    final void place(long deadlineTick, int bucket) {
        place = deadlineTick << BUCKET_BITS | bucket + 1;
    }
}
