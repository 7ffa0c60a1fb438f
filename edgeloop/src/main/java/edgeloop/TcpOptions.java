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
import java.util.Objects;

/**
 * What the kernel's TCP is to do about peers that can't be reached any more, tcp(7). It ends such a
 * connection with {@link CloseReason.Failed} and {@code ETIMEDOUT}. Immutable: a {@code with}
 * method answers a copy.
 *
 * @param keepAliveIdle after how long without a byte from the peer it is asked whether it is there,
 *     in whole seconds up to 32,767; zero for never
 * @param keepAliveInterval how long after an unanswered question the next one follows, in whole
 *     seconds from 1 to 32,767
 * @param keepAliveProbes after how many unanswered questions the connection ends, from 1 to 127. A
 *     user timeout decides instead of it, where one is set
 * @param userTimeout how long what was sent may stay unacknowledged, to the millisecond and up to
 *     24 days; zero for as long as the kernel sends it again, about a quarter of an hour
 */
public record TcpOptions(
        Duration keepAliveIdle,
        Duration keepAliveInterval,
        int keepAliveProbes,
        Duration userTimeout) {

    /** A bound on the times of keepalive, in seconds: the kernel's {@code MAX_TCP_KEEPIDLE}. */
    public static final int MAX_KEEP_ALIVE_SECONDS = 32_767;

    private static final int MAX_PROBES = 127;
    private static final int DERIVED_PROBES = 3;

    private static final TcpOptions DEFAULTS =
            new TcpOptions(Duration.ZERO, Duration.ofSeconds(75), 9, Duration.ZERO);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside its range; the message names it
     */
    public TcpOptions {
        checkSeconds("keepAliveIdle", keepAliveIdle, 0);
        checkSeconds("keepAliveInterval", keepAliveInterval, 1);
        if (keepAliveProbes < 1 || keepAliveProbes > MAX_PROBES) {
            throw new IllegalArgumentException(
                    "keepAliveProbes must be from 1 to " + MAX_PROBES + ": " + keepAliveProbes);
        }
        ConnectionOptions.checkTimeout("userTimeout", userTimeout);
    }

    private static void checkSeconds(String name, Duration time, int min) {
        Objects.requireNonNull(time, name);
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
     * {@return a copy that asks idle peers three times, in intervals of a third of {@code idle}:
     * one that can't be reached is found out after twice that}
     *
     * @param idle see {@link #keepAliveIdle}
     */
    public TcpOptions withKeepAlive(Duration idle) {
        Duration interval = Duration.ofSeconds(Math.max(1, idle.toSeconds() / DERIVED_PROBES));
        return withKeepAlive(idle, interval, DERIVED_PROBES);
    }

    /**
     * {@return a copy that asks idle peers}
     *
     * @param idle see {@link #keepAliveIdle}
     * @param interval see {@link #keepAliveInterval}
     * @param probes see {@link #keepAliveProbes}
     */
    public TcpOptions withKeepAlive(Duration idle, Duration interval, int probes) {
        return new TcpOptions(idle, interval, probes, userTimeout);
    }

    /**
     * {@return a copy with another user timeout}
     *
     * @param timeout see {@link #userTimeout}
     */
    public TcpOptions withUserTimeout(Duration timeout) {
        return new TcpOptions(keepAliveIdle, keepAliveInterval, keepAliveProbes, timeout);
    }

    /**
     * Sets what was asked for on a socket, and no more. What a listening socket has, each that is
     * accepted from it has too.
     *
     * @return 0, or {@code -errno} of the first setsockopt(2) that failed
     */
    int apply(Syscalls syscalls, int socket) {
        int result = 0;
        if (!keepAliveIdle.isZero()) {
            result = set(syscalls, socket, TCP_KEEPIDLE, seconds(keepAliveIdle));
            if (result >= 0) {
                result = set(syscalls, socket, TCP_KEEPINTVL, seconds(keepAliveInterval));
            }
            if (result >= 0) {
                result = set(syscalls, socket, TCP_KEEPCNT, keepAliveProbes);
            }
            if (result >= 0) {
                result = syscalls.setOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
            }
        }
        if (result >= 0 && !userTimeout.isZero()) {
            // Less than a millisecond would be 0, the kernel's own timeout.
            int millis = (int) Math.max(1, userTimeout.toMillis());
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
