package edgeloop.cli.load.engine;

import java.time.Duration;

/**
 * Whether a server that takes no connections is gone for good. It is where no connection is left,
 * and since then connects have done nothing but fail for a time: 3 s where all of them were
 * refused, which is an answer and a clear one, and as long as a connect may take where they were
 * not. A server that is started again within that time is not gone.
 *
 * <p>Times are in nanoseconds, on any clock.
 */
final class Outage {
    /** Time to start again, for those that begin to listen within seconds. */
    static final Duration REFUSED = Duration.ofSeconds(3);

    private static final long NONE = Long.MAX_VALUE;

    private final long longestNanos;
    private final long longestRefusedNanos;

    /** When the last connection was lost, if none is left. */
    private long noneLeftNanos = Long.MIN_VALUE;

    /** Since when attempts have failed, without one that succeeded. */
    private long beganNanos = NONE;

    private boolean onlyRefused = true;

    /**
     * @param connectTimeout how long an attempt may take
     */
    Outage(Duration connectTimeout) {
        this.longestNanos = connectTimeout.toNanos();
        this.longestRefusedNanos = Math.min(longestNanos, REFUSED.toNanos());
    }

    /** A connection was established. */
    void established() {
        beganNanos = NONE;
        onlyRefused = true;
    }

    /** The last connection was lost: what failed while there was one says nothing of it. */
    void noneLeft(long now) {
        established();
        noneLeftNanos = now;
    }

    /** An attempt has failed that began at {@code began}. */
    void failed(long began, boolean refused) {
        beganNanos = Math.min(beganNanos, Math.max(began, noneLeftNanos));
        onlyRefused &= refused;
    }

    boolean isUnderWay() {
        return beganNanos != NONE;
    }

    long lengthNanos(long now) {
        return isUnderWay() ? now - beganNanos : 0;
    }

    /**
     * Whether it has lasted too long.
     *
     * @param connections that are left
     */
    boolean isForGood(int connections, long now) {
        return connections == 0
                && isUnderWay()
                && lengthNanos(now) >= (onlyRefused ? longestRefusedNanos : longestNanos);
    }
}
