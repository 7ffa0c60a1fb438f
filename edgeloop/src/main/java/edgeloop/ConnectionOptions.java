package edgeloop;

import java.time.Duration;

/**
 * The limits of each connection. Timeouts run out up to an eighth late, so that many connections
 * share a wakeup.
 */
public final class ConnectionOptions extends Options {
    /** A bound on {@link #idleBytes}. */
    public static final int MAX_IDLE_BYTES = 1 << 20;

    private static final Table TABLE = new Table();
    private static final Option<Integer> HIGH_WATER_MARK =
            TABLE.number("highWaterMark", 64 * 1024, 1, Integer.MAX_VALUE);
    private static final Option<Integer> LOW_WATER_MARK =
            TABLE.object("lowWaterMark", 16 * 1024); // the other one bounds it
    private static final Option<Boolean> BACKPRESSURE = TABLE.object("backpressure", true);
    private static final Option<Duration> IDLE_TIMEOUT =
            TABLE.timeout("idleTimeout", Duration.ZERO);
    private static final Option<Integer> IDLE_BYTES =
            TABLE.number("idleBytes", 1, 1, MAX_IDLE_BYTES);
    private static final Option<Duration> WRITE_TIMEOUT =
            TABLE.timeout("writeTimeout", Duration.ofSeconds(60));
    private static final Option<Integer> MIN_OUTPUT_RATE =
            TABLE.number("minOutputRate", 0, 0, Integer.MAX_VALUE);
    private static final Option<Duration> LINGER_TIMEOUT =
            TABLE.timeout("lingerTimeout", Duration.ofSeconds(1));
    private static final Option<Duration> HALF_CLOSE_TIMEOUT =
            TABLE.timeout("halfCloseTimeout", Duration.ofSeconds(10));

    private static final ConnectionOptions DEFAULTS = new ConnectionOptions(TABLE.defaults());

    private ConnectionOptions(Values values) {
        super(values);
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
     * {@return the bytes of output waiting for the peer at which reading from it stops; a
     * connection holds at most this and one read buffer of 64 KiB, unless its handler writes more
     * than it reads}
     */
    public int highWaterMark() {
        return get(HIGH_WATER_MARK);
    }

    /**
     * {@return the bytes at which reading goes on and {@link ConnectionHandler#onDrain} is called}
     */
    public int lowWaterMark() {
        return get(LOW_WATER_MARK);
    }

    /**
     * {@return a copy with other water marks}
     *
     * @param low in bytes, from 0 to below {@code high}, see {@link #lowWaterMark}
     * @param high in bytes, from 1, see {@link #highWaterMark}
     */
    public ConnectionOptions withWaterMarks(int low, int high) {
        Values marks = with(HIGH_WATER_MARK, high).with(LOW_WATER_MARK, low);
        if (low < 0 || low >= high) {
            throw new IllegalArgumentException(
                    "lowWaterMark must be from 0 to below highWaterMark: " + low);
        }
        return new ConnectionOptions(marks);
    }

    /**
     * {@return whether reading stops at the high-water mark by itself; a handler that switches it
     * off must bound its output by {@link Connection#isCongested}}
     */
    public boolean backpressure() {
        return get(BACKPRESSURE);
    }

    /**
     * {@return a copy with backpressure on or off}
     *
     * @param on see {@link #backpressure}
     */
    public ConnectionOptions withBackpressure(boolean on) {
        return new ConnectionOptions(with(BACKPRESSURE, on));
    }

    /** {@return how long no byte may move in either direction; zero for ever} */
    public Duration idleTimeout() {
        return get(IDLE_TIMEOUT);
    }

    /**
     * {@return a copy with another idle timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #idleTimeout}
     */
    public ConnectionOptions withIdleTimeout(Duration timeout) {
        return new ConnectionOptions(with(IDLE_TIMEOUT, timeout));
    }

    /**
     * {@return the bytes, in both directions together, that renew the idle timeout: with more than
     * 1, a peer that moves them one by one is idle too}
     */
    public int idleBytes() {
        return get(IDLE_BYTES);
    }

    /**
     * {@return a copy whose idle timeout other amounts of bytes renew}
     *
     * @param bytes from 1 to 1,048,576, see {@link #idleBytes}
     */
    public ConnectionOptions withIdleBytes(int bytes) {
        return new ConnectionOptions(with(IDLE_BYTES, bytes));
    }

    /**
     * {@return how long the peer may take nothing of waiting output; zero for ever} What it reads
     * shows when its kernel opens the window again, by a segment or a sixteenth of its buffer
     * ({@code __tcp_select_window} in Linux): one that reads 20 kB a second over the loopback shows
     * nothing for 5 s, one of 1 kB for a minute. A timeout below that cuts them off.
     */
    public Duration writeTimeout() {
        return get(WRITE_TIMEOUT);
    }

    /**
     * {@return a copy with another write timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #writeTimeout}
     */
    public ConnectionOptions withWriteTimeout(Duration timeout) {
        return new ConnectionOptions(with(WRITE_TIMEOUT, timeout));
    }

    /**
     * {@return the bytes per second, or 0 for no such limit, that the peer must take of output
     * while some waits} Bytes renew the write timeout only by the time that they may take, so that
     * a peer which is slower is reset when it has fallen behind by the whole of it. A peer that
     * takes more than this is not ahead by it. Has no effect without a write timeout.
     */
    public int minOutputRate() {
        return get(MIN_OUTPUT_RATE);
    }

    /**
     * {@return a copy with another least rate of output}
     *
     * @param bytesPerSecond from 0, see {@link #minOutputRate}
     */
    public ConnectionOptions withMinOutputRate(int bytesPerSecond) {
        return new ConnectionOptions(with(MIN_OUTPUT_RATE, bytesPerSecond));
    }

    /**
     * {@return how long a closed connection waits for the peer's FIN and throws its input away, so
     * that input on the way does not destroy the last output (RFC 9112 section 9.6)}
     */
    public Duration lingerTimeout() {
        return get(LINGER_TIMEOUT);
    }

    /**
     * {@return a copy with another linger timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #lingerTimeout}
     */
    public ConnectionOptions withLingerTimeout(Duration timeout) {
        return new ConnectionOptions(with(LINGER_TIMEOUT, timeout));
    }

    /**
     * {@return how long a connection whose peer has sent its FIN may go without a byte read or
     * written while no output waits; zero for ever} A peer that has gone looks like one that has
     * only finished and still reads, also to a handler that has paused: this bounds how long its
     * answer may take. While output waits, the write timeout holds instead.
     */
    public Duration halfCloseTimeout() {
        return get(HALF_CLOSE_TIMEOUT);
    }

    /**
     * {@return a copy with another half-close timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #halfCloseTimeout}
     */
    public ConnectionOptions withHalfCloseTimeout(Duration timeout) {
        return new ConnectionOptions(with(HALF_CLOSE_TIMEOUT, timeout));
    }
}
