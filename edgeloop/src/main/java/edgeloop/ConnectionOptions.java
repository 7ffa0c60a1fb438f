package edgeloop;

import java.time.Duration;
import java.util.Objects;

/**
 * The limits of each connection. Immutable: a {@code with} method answers a copy.
 *
 * @param highWaterMark the bytes of output waiting for the peer, from 1, at which reading from it
 *     stops; a connection holds at most this and one read buffer of 64 KiB, unless its handler
 *     writes more than it reads
 * @param lowWaterMark the bytes, from 0 and below the high-water mark, at which reading goes on and
 *     {@link ConnectionHandler#onDrain} is called
 * @param backpressure whether reading stops at the high-water mark by itself; a handler that
 *     switches it off must bound its output by {@link Connection#isCongested}
 * @param idleTimeout how long no byte may move in either direction; zero for ever. Runs out up to
 *     an eighth late, as do the others, so that many connections share a wakeup
 * @param idleBytes the bytes, from 1 to 1,048,576 and in both directions together, that renew the
 *     idle timeout: with more than 1, a peer that moves them one by one is idle too
 * @param writeTimeout how long the peer may take nothing of waiting output; zero for ever. What it
 *     reads shows when its kernel opens the window again, by a segment or a sixteenth of its buffer
 *     ({@code __tcp_select_window} in Linux): one that reads 20 kB a second over the loopback shows
 *     nothing for 5 s, one of 1 kB for a minute. A timeout below that cuts them off
 * @param minOutputRate the bytes per second, from 0 for no such limit, that the peer must take of
 *     output while some waits: bytes renew the write timeout only by the time that they may take,
 *     so that a peer which is slower is reset when it has fallen behind by the whole of it. A peer
 *     that takes more than this is not ahead by it. Has no effect without a write timeout
 * @param lingerTimeout how long a closed connection waits for the peer's FIN and throws its input
 *     away, so that input on the way does not destroy the last output (RFC 9112 section 9.6)
 * @param halfCloseTimeout how long a connection whose peer has sent its FIN may go without a byte
 *     read or written while no output waits; zero for ever. A peer that has gone looks like one
 *     that has only finished and still reads, also to a handler that has paused: this bounds how
 *     long its answer may take. While output waits, the write timeout holds instead
 */
public record ConnectionOptions(
        int highWaterMark,
        int lowWaterMark,
        boolean backpressure,
        Duration idleTimeout,
        int idleBytes,
        Duration writeTimeout,
        int minOutputRate,
        Duration lingerTimeout,
        Duration halfCloseTimeout) {

    /** A bound on {@code idleBytes}. */
    public static final int MAX_IDLE_BYTES = 1 << 20;

    private static final ConnectionOptions DEFAULTS =
            new ConnectionOptions(
                    64 * 1024,
                    16 * 1024,
                    true,
                    Duration.ZERO,
                    1,
                    Duration.ofSeconds(60),
                    0,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10));

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a limit is outside its range; the message names it
     */
    public ConnectionOptions {
        if (highWaterMark < 1) {
            throw new IllegalArgumentException(
                    "highWaterMark must be at least 1: " + highWaterMark);
        }
        if (lowWaterMark < 0 || lowWaterMark >= highWaterMark) {
            throw new IllegalArgumentException(
                    "lowWaterMark must be from 0 to below highWaterMark: " + lowWaterMark);
        }
        checkTimeout("idleTimeout", idleTimeout);
        if (idleBytes < 1 || idleBytes > MAX_IDLE_BYTES) {
            throw new IllegalArgumentException(
                    "idleBytes must be from 1 to " + MAX_IDLE_BYTES + ": " + idleBytes);
        }
        checkTimeout("writeTimeout", writeTimeout);
        if (minOutputRate < 0) {
            throw new IllegalArgumentException(
                    "minOutputRate must be at least 0: " + minOutputRate);
        }
        checkTimeout("lingerTimeout", lingerTimeout);
        checkTimeout("halfCloseTimeout", halfCloseTimeout);
    }

    /** Durations are kept as an {@code int} of milliseconds: up to 24 days. */
    static void checkTimeout(String name, Duration timeout) {
        Objects.requireNonNull(timeout, name);
        if (timeout.isNegative() || timeout.compareTo(Duration.ofDays(24)) > 0) {
            throw new IllegalArgumentException(name + " must be from 0 to 24 days: " + timeout);
        }
    }

    /**
     * {@return marks of 64 KiB and 16 KiB with backpressure, no idle timeout, which any byte would
     * renew, a write timeout of 60 s, no least rate of output, a linger timeout of 1 s and a
     * half-close timeout of 10 s}
     */
    public static ConnectionOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return a copy with other water marks}
     *
     * @param low in bytes, see {@link #lowWaterMark}
     * @param high in bytes, see {@link #highWaterMark}
     */
    public ConnectionOptions withWaterMarks(int low, int high) {
        return new ConnectionOptions(
                high,
                low,
                backpressure,
                idleTimeout,
                idleBytes,
                writeTimeout,
                minOutputRate,
                lingerTimeout,
                halfCloseTimeout);
    }

    /**
     * {@return a copy with backpressure on or off}
     *
     * @param on see {@link #backpressure}
     */
    public ConnectionOptions withBackpressure(boolean on) {
        return new ConnectionOptions(
                highWaterMark,
                lowWaterMark,
                on,
                idleTimeout,
                idleBytes,
                writeTimeout,
                minOutputRate,
                lingerTimeout,
                halfCloseTimeout);
    }

    /**
     * {@return a copy with another idle timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #idleTimeout}
     */
    public ConnectionOptions withIdleTimeout(Duration timeout) {
        return new ConnectionOptions(
                highWaterMark,
                lowWaterMark,
                backpressure,
                timeout,
                idleBytes,
                writeTimeout,
                minOutputRate,
                lingerTimeout,
                halfCloseTimeout);
    }

    /**
     * {@return a copy whose idle timeout other amounts of bytes renew}
     *
     * @param bytes from 1, see {@link #idleBytes}
     */
    public ConnectionOptions withIdleBytes(int bytes) {
        return new ConnectionOptions(
                highWaterMark,
                lowWaterMark,
                backpressure,
                idleTimeout,
                bytes,
                writeTimeout,
                minOutputRate,
                lingerTimeout,
                halfCloseTimeout);
    }

    /**
     * {@return a copy with another write timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #writeTimeout}
     */
    public ConnectionOptions withWriteTimeout(Duration timeout) {
        return new ConnectionOptions(
                highWaterMark,
                lowWaterMark,
                backpressure,
                idleTimeout,
                idleBytes,
                timeout,
                minOutputRate,
                lingerTimeout,
                halfCloseTimeout);
    }

    /**
     * {@return a copy with another least rate of output}
     *
     * @param bytesPerSecond from 0, see {@link #minOutputRate}
     */
    public ConnectionOptions withMinOutputRate(int bytesPerSecond) {
        return new ConnectionOptions(
                highWaterMark,
                lowWaterMark,
                backpressure,
                idleTimeout,
                idleBytes,
                writeTimeout,
                bytesPerSecond,
                lingerTimeout,
                halfCloseTimeout);
    }

    /**
     * {@return a copy with another linger timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #lingerTimeout}
     */
    public ConnectionOptions withLingerTimeout(Duration timeout) {
        return new ConnectionOptions(
                highWaterMark,
                lowWaterMark,
                backpressure,
                idleTimeout,
                idleBytes,
                writeTimeout,
                minOutputRate,
                timeout,
                halfCloseTimeout);
    }

    /**
     * {@return a copy with another half-close timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #halfCloseTimeout}
     */
    public ConnectionOptions withHalfCloseTimeout(Duration timeout) {
        return new ConnectionOptions(
                highWaterMark,
                lowWaterMark,
                backpressure,
                idleTimeout,
                idleBytes,
                writeTimeout,
                minOutputRate,
                lingerTimeout,
                timeout);
    }
}
