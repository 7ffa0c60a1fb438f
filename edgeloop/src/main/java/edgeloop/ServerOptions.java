package edgeloop;

import edgeloop.buffer.MemoryBudget;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a server listens and what bounds it. Immutable: a {@code with} method answers a copy.
 *
 * @param port 0 to 65535; with 0 the kernel chooses one, see {@link Server#port}
 * @param bindAddress the address to listen on; null for every one of the machine, IPv6 and IPv4
 * @param backlog the connections that may wait to be accepted, from 1; the kernel cuts it to
 *     net.core.somaxconn, listen(2)
 * @param maxEvents the most events taken in one wait, from 1 to 1,048,576
 * @param maxConnections the most open connections, from 1; those beyond it are closed on arrival
 * @param maxConnectionsPerIp the most open connections from one IPv4 address or IPv6 network, from
 *     1; those beyond it are closed on arrival
 * @param ipv6PrefixLength the bits of an address, from 1 to 128, that name an IPv6 network for
 *     {@code maxConnectionsPerIp}: a network of /64 is the least that anybody gets
 * @param maxBufferBytes the most native memory, in bytes from 16,384, that waiting input and output
 *     of all connections together may take; 0 for a quarter of the memory that the process may use
 *     (its control group's limit, or the machine's memory), at most twice the Java heap and at
 *     least 16 MiB. At it those are cut off that hold most without moving, with {@link
 *     CloseReason.Overload}
 * @param drainTimeout how long a shutdown waits for connections to finish before it closes the rest
 * @param reusePort whether other processes of the same user may listen on the same port, if they
 *     want that too; the kernel spreads the connections over them, {@code SO_REUSEPORT} in
 *     socket(7)
 * @param tcp what the kernel's TCP is to do about peers that can't be reached; an accepted
 *     connection has it from the listening socket, without a system call
 * @param connection the limits of each connection
 * @param listener hears of the reactor's events, or null
 */
public record ServerOptions(
        int port,
        @Nullable InetAddress bindAddress,
        int backlog,
        int maxEvents,
        int maxConnections,
        int maxConnectionsPerIp,
        int ipv6PrefixLength,
        long maxBufferBytes,
        Duration drainTimeout,
        boolean reusePort,
        TcpOptions tcp,
        ConnectionOptions connection,
        @Nullable ReactorListener listener) {

    /** A bound on {@code maxEvents}: 16 MiB of events. */
    public static final int MAX_EVENTS_LIMIT = 1 << 20;

    /** A bound on {@code maxBufferBytes}: little enough to see what happens at it. */
    public static final long MIN_BUFFER_BYTES = MemoryBudget.MIN_BYTES;

    private static final ServerOptions DEFAULTS =
            new ServerOptions(
                    0,
                    null,
                    4096,
                    1024,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    64,
                    0,
                    Duration.ofSeconds(10),
                    false,
                    TcpOptions.defaults(),
                    ConnectionOptions.defaults(),
                    null);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is outside its range; the message names it
     */
    public ServerOptions {
        checkRange("port", port, 0, 65_535);
        checkRange("backlog", backlog, 1, Integer.MAX_VALUE);
        checkRange("maxEvents", maxEvents, 1, MAX_EVENTS_LIMIT);
        checkRange("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
        checkRange("maxConnectionsPerIp", maxConnectionsPerIp, 1, Integer.MAX_VALUE);
        checkRange("ipv6PrefixLength", ipv6PrefixLength, 1, 128);
        checkBufferBytes(maxBufferBytes);
        ConnectionOptions.checkTimeout("drainTimeout", drainTimeout);
        Objects.requireNonNull(tcp);
        Objects.requireNonNull(connection);
    }

    static void checkBufferBytes(long bytes) {
        if (bytes != 0 && bytes < MIN_BUFFER_BYTES) {
            throw new IllegalArgumentException(
                    "maxBufferBytes must be 0 or at least " + MIN_BUFFER_BYTES + ": " + bytes);
        }
    }

    static void checkRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " must be from " + min + " to " + max + ": " + value);
        }
    }

    /**
     * {@return any free port on every address, a backlog of 4,096, 1,024 events a wait, no limit on
     * connections but the process's descriptors, a drain timeout of 10 s}
     */
    public static ServerOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return a copy with another port}
     *
     * @param newPort from 0 to 65535, see {@link #port}
     */
    public ServerOptions withPort(int newPort) {
        return new ServerOptions(
                newPort,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy that listens on one address}
     *
     * @param address see {@link #bindAddress}
     */
    public ServerOptions withBindAddress(@Nullable InetAddress address) {
        return new ServerOptions(
                port,
                address,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy with another backlog}
     *
     * @param newBacklog from 1, see {@link #backlog}
     */
    public ServerOptions withBacklog(int newBacklog) {
        return new ServerOptions(
                port,
                bindAddress,
                newBacklog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy with another number of events a wait}
     *
     * @param events from 1, see {@link #maxEvents}
     */
    public ServerOptions withMaxEvents(int events) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                events,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy with another limit on open connections}
     *
     * @param connections from 1, see {@link #maxConnections}
     */
    public ServerOptions withMaxConnections(int connections) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                connections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy with another limit on open connections from one address or network}
     *
     * @param connections from 1, see {@link #maxConnectionsPerIp}
     */
    public ServerOptions withMaxConnectionsPerIp(int connections) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                connections,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy that takes IPv6 networks of another size for one}
     *
     * @param bits from 1 to 128, see {@link #ipv6PrefixLength}
     */
    public ServerOptions withIpv6PrefixLength(int bits) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                bits,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy with another bound on the memory of all connections together}
     *
     * @param bytes see {@link #maxBufferBytes}
     */
    public ServerOptions withMaxBufferBytes(long bytes) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                bytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy with another drain timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #drainTimeout}
     */
    public ServerOptions withDrainTimeout(Duration timeout) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                timeout,
                reusePort,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy that shares its port with other processes, or does not}
     *
     * @param on see {@link #reusePort}
     */
    public ServerOptions withReusePort(boolean on) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                on,
                tcp,
                connection,
                listener);
    }

    /**
     * {@return a copy with other options of TCP}
     *
     * @param options see {@link #tcp}
     */
    public ServerOptions withTcp(TcpOptions options) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                options,
                connection,
                listener);
    }

    /**
     * {@return a copy with other limits of each connection}
     *
     * @param options see {@link #connection}
     */
    public ServerOptions withConnection(ConnectionOptions options) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                options,
                listener);
    }

    /**
     * {@return a copy that tells {@code newListener} of the reactor's events}
     *
     * @param newListener null for nobody
     */
    public ServerOptions withListener(@Nullable ReactorListener newListener) {
        return new ServerOptions(
                port,
                bindAddress,
                backlog,
                maxEvents,
                maxConnections,
                maxConnectionsPerIp,
                ipv6PrefixLength,
                maxBufferBytes,
                drainTimeout,
                reusePort,
                tcp,
                connection,
                newListener);
    }
}
