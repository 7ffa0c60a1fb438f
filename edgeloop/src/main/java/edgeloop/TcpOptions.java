package edgeloop;

import static edgeloop.sys.SocketConstants.IPPROTO_TCP;
import static edgeloop.sys.SocketConstants.SOL_SOCKET;
import static edgeloop.sys.SocketConstants.SO_KEEPALIVE;
import static edgeloop.sys.SocketConstants.TCP_KEEPCNT;
import static edgeloop.sys.SocketConstants.TCP_KEEPIDLE;
import static edgeloop.sys.SocketConstants.TCP_KEEPINTVL;
import static edgeloop.sys.SocketConstants.TCP_USER_TIMEOUT;

import edgeloop.sys.Syscalls;
import java.time.Duration;

/**
 * What the kernel's TCP is to do about peers that can't be reached any more, tcp(7). It ends such a
 * connection with {@link CloseReason.Failed} and {@code ETIMEDOUT}.
 */
public final class TcpOptions extends Options {
    /** A bound on the times of keepalive, in seconds: the kernel's {@code MAX_TCP_KEEPIDLE}. */
    public static final int MAX_KEEP_ALIVE_SECONDS = 32_767;

    private static final int MAX_PROBES = 127;
    private static final int DERIVED_PROBES = 3;

    private static final Table TABLE = new Table();
    private static final Option<Duration> KEEP_ALIVE_IDLE =
            TABLE.add("keepAliveIdle", Duration.ZERO, (name, t) -> checkSeconds(name, t, 0));
    private static final Option<Duration> KEEP_ALIVE_INTERVAL =
            TABLE.add(
                    "keepAliveInterval",
                    Duration.ofSeconds(75),
                    (name, time) -> checkSeconds(name, time, 1));
    private static final Option<Integer> KEEP_ALIVE_PROBES =
            TABLE.number("keepAliveProbes", 9, 1, MAX_PROBES);
    private static final Option<Duration> USER_TIMEOUT =
            TABLE.timeout("userTimeout", Duration.ZERO);

    private static final TcpOptions DEFAULTS = new TcpOptions(TABLE.defaults());

    private TcpOptions(Values values) {
        super(values);
    }

    private static void checkSeconds(String name, Duration time, int min) {
        if (time.toNanosPart() != 0
                || time.toSeconds() < min
                || time.toSeconds() > MAX_KEEP_ALIVE_SECONDS) {
            throw new IllegalArgumentException(
                    "%s must be whole seconds from %d to %d: %s"
                            .formatted(name, min, MAX_KEEP_ALIVE_SECONDS, time));
        }
    }

    /** {@return no keepalive, and no user timeout} */
    public static TcpOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return after how long without a byte from the peer it is asked whether it is there; zero
     * for never}
     */
    public Duration keepAliveIdle() {
        return get(KEEP_ALIVE_IDLE);
    }

    /** {@return how long after an unanswered question the next one follows} */
    public Duration keepAliveInterval() {
        return get(KEEP_ALIVE_INTERVAL);
    }

    /**
     * {@return after how many unanswered questions the connection ends} A user timeout decides
     * instead of it, where one is set.
     */
    public int keepAliveProbes() {
        return get(KEEP_ALIVE_PROBES);
    }

    /**
     * {@return a copy that asks idle peers three times, in intervals of a third of {@code idle}:
     * one that can't be reached is found out after twice that}
     *
     * @param idle in whole seconds up to 32,767, see {@link #keepAliveIdle}
     */
    public TcpOptions withKeepAlive(Duration idle) {
        Duration interval = Duration.ofSeconds(Math.max(1, idle.toSeconds() / DERIVED_PROBES));
        return withKeepAlive(idle, interval, DERIVED_PROBES);
    }

    /**
     * {@return a copy that asks idle peers}
     *
     * @param idle in whole seconds up to 32,767, see {@link #keepAliveIdle}
     * @param interval in whole seconds from 1 to 32,767, see {@link #keepAliveInterval}
     * @param probes from 1 to 127, see {@link #keepAliveProbes}
     */
    public TcpOptions withKeepAlive(Duration idle, Duration interval, int probes) {
        return new TcpOptions(
                with(KEEP_ALIVE_IDLE, idle)
                        .with(KEEP_ALIVE_INTERVAL, interval)
                        .with(KEEP_ALIVE_PROBES, probes));
    }

    /**
     * {@return how long what was sent may stay unacknowledged, to the millisecond; zero for as long
     * as the kernel sends it again, about a quarter of an hour}
     */
    public Duration userTimeout() {
        return get(USER_TIMEOUT);
    }

    /**
     * {@return a copy with another user timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #userTimeout}
     */
    public TcpOptions withUserTimeout(Duration timeout) {
        return new TcpOptions(with(USER_TIMEOUT, timeout));
    }

    /**
     * Sets what was asked for on a socket, and no more. What a listening socket has, each that is
     * accepted from it has too.
     *
     * @return 0, or {@code -errno} of the first setsockopt(2) that failed
     */
    int apply(Syscalls syscalls, int socket) {
        int result = 0;
        if (!keepAliveIdle().isZero()) {
            result = set(syscalls, socket, TCP_KEEPIDLE, seconds(keepAliveIdle()));
            if (result >= 0) {
                result = set(syscalls, socket, TCP_KEEPINTVL, seconds(keepAliveInterval()));
            }
            if (result >= 0) {
                result = set(syscalls, socket, TCP_KEEPCNT, keepAliveProbes());
            }
            if (result >= 0) {
                result = syscalls.setOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
            }
        }
        if (result >= 0 && !userTimeout().isZero()) {
            // Less than a millisecond would be 0, the kernel's own timeout.
            int millis = (int) Math.max(1, userTimeout().toMillis());
            result = set(syscalls, socket, TCP_USER_TIMEOUT, millis);
        }
        return result;
    }

    private static int set(Syscalls syscalls, int socket, int option, int value) {
        return syscalls.setOption(socket, IPPROTO_TCP, option, value);
    }

    private static int seconds(Duration time) {
        return (int) time.toSeconds();
    }
}
