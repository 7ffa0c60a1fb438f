package edgeloop;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects and what bounds it. Immutable: a {@code with} method answers a copy.
 *
 * @param localAddresses the addresses to connect from, taken in turn; empty to let the kernel
 *     choose. One local address has some 28,000 ports for connections to one remote address and
 *     port, net.ipv4.ip_local_port_range in ip(7); several have as many each
 * @param connectTimeout how long the remote side has to answer; zero for as long as the kernel
 *     tries, about two minutes
 * @param maxEvents the most events taken in one wait, from 1 to 1,048,576
 * @param maxBufferBytes the most native memory, in bytes from 16,384, that waiting input and output
 *     of all connections together may take; 0 as {@link ServerOptions#maxBufferBytes} has it
 * @param tcp what the kernel's TCP is to do about peers that can't be reached; a system call or
 *     more for each connection where it is not the default
 * @param connection the limits of each connection
 * @param listener hears of the reactor's events, or null
 */
public record ClientOptions(
        List<InetAddress> localAddresses,
        Duration connectTimeout,
        int maxEvents,
        long maxBufferBytes,
        TcpOptions tcp,
        ConnectionOptions connection,
        @Nullable ReactorListener listener) {

    private static final ClientOptions DEFAULTS =
            new ClientOptions(
                    List.of(),
                    Duration.ofSeconds(10),
                    1024,
                    0,
                    TcpOptions.defaults(),
                    ConnectionOptions.defaults(),
                    null);

    /** Checks the ranges. */
    public ClientOptions {
        localAddresses = List.copyOf(localAddresses);
        ConnectionOptions.checkTimeout("connectTimeout", connectTimeout);
        ServerOptions.checkRange("maxEvents", maxEvents, 1, ServerOptions.MAX_EVENTS_LIMIT);
        ServerOptions.checkBufferBytes(maxBufferBytes);
        Objects.requireNonNull(tcp);
    }

    /** {@return the kernel's choice of address, a connect timeout of 10 s, 1,024 events a wait} */
    public static ClientOptions defaults() {
        return DEFAULTS;
    }

    /**
     * A copy that connects from these addresses in turn.
     *
     * @param addresses local addresses, or none for the kernel's choice
     * @return the copy
     */
    public ClientOptions withLocalAddresses(List<InetAddress> addresses) {
        return new ClientOptions(
                addresses, connectTimeout, maxEvents, maxBufferBytes, tcp, connection, listener);
    }

    /**
     * A copy with another connect timeout.
     *
     * @param timeout from 0, for the kernel's own, to 24 days
     * @return the copy
     */
    public ClientOptions withConnectTimeout(Duration timeout) {
        return new ClientOptions(
                localAddresses, timeout, maxEvents, maxBufferBytes, tcp, connection, listener);
    }

    /**
     * A copy with another number of events a wait.
     *
     * @param events 1 to 1,048,576
     * @return the copy
     */
    public ClientOptions withMaxEvents(int events) {
        return new ClientOptions(
                localAddresses, connectTimeout, events, maxBufferBytes, tcp, connection, listener);
    }

    /**
     * A copy with another bound on the memory of all connections together.
     *
     * @param bytes see {@link #maxBufferBytes}
     * @return the copy
     */
    public ClientOptions withMaxBufferBytes(long bytes) {
        return new ClientOptions(
                localAddresses, connectTimeout, maxEvents, bytes, tcp, connection, listener);
    }

    /**
     * A copy with other options of TCP.
     *
     * @param options the options
     * @return the copy
     */
    public ClientOptions withTcp(TcpOptions options) {
        return new ClientOptions(
                localAddresses,
                connectTimeout,
                maxEvents,
                maxBufferBytes,
                options,
                connection,
                listener);
    }

    /**
     * A copy with other limits of each connection.
     *
     * @param options the limits
     * @return the copy
     */
    public ClientOptions withConnection(ConnectionOptions options) {
        return new ClientOptions(
                localAddresses, connectTimeout, maxEvents, maxBufferBytes, tcp, options, listener);
    }

    /**
     * A copy that tells {@code newListener} of the reactor's events.
     *
     * @param newListener hears of the events, or null
     * @return the copy
     */
    public ClientOptions withListener(@Nullable ReactorListener newListener) {
        return new ClientOptions(
                localAddresses,
                connectTimeout,
                maxEvents,
                maxBufferBytes,
                tcp,
                connection,
                newListener);
    }
}
