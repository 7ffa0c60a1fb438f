package edgeloop;

import edgeloop.buffer.MemoryBudget;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** How a server listens and what bounds it. */
public final class ServerOptions extends Options {
    /** A bound on {@link #maxEvents}: 16 MiB of events. */
    public static final int MAX_EVENTS_LIMIT = 1 << 20;

    /** A bound on {@link #reactors}. */
    public static final int MAX_REACTORS = 1024;

    /** A bound on {@link #maxBufferBytes}: little enough to see what happens at it. */
    public static final long MIN_BUFFER_BYTES = MemoryBudget.MIN_BYTES;

    private static final int ANY = Integer.MAX_VALUE;

    private static final Table TABLE = new Table();
    private static final Option<Integer> PORT = TABLE.number("port", 0, 0, 65_535);
    private static final Option<@Nullable InetAddress> BIND_ADDRESS =
            TABLE.add("bindAddress", null, (_, _) -> {});
    private static final Option<Integer> BACKLOG = TABLE.number("backlog", 4096, 1, ANY);
    private static final Option<Integer> MAX_EVENTS =
            TABLE.number("maxEvents", 1024, 1, MAX_EVENTS_LIMIT);
    private static final Option<Integer> MAX_CONNECTIONS =
            TABLE.number("maxConnections", ANY, 1, ANY);
    private static final Option<Integer> MAX_CONNECTIONS_PER_IP =
            TABLE.number("maxConnectionsPerIp", ANY, 1, ANY);
    private static final Option<Integer> IPV6_PREFIX_LENGTH =
            TABLE.number("ipv6PrefixLength", 64, 1, 128);
    private static final Option<Long> MAX_BUFFER_BYTES =
            TABLE.add("maxBufferBytes", 0L, ServerOptions::checkBufferBytes);
    private static final Option<Duration> DRAIN_TIMEOUT =
            TABLE.timeout("drainTimeout", Duration.ofSeconds(10));
    private static final Option<Boolean> REUSE_PORT = TABLE.object("reusePort", false);
    private static final Option<TcpOptions> TCP = TABLE.object("tcp", TcpOptions.defaults());
    private static final Option<ConnectionOptions> CONNECTION =
            TABLE.object("connection", ConnectionOptions.defaults());
    private static final Option<Trigger> TRIGGER = TABLE.object("trigger", Trigger.EDGE);
    private static final Option<Transport> TRANSPORT = TABLE.object("transport", Transport.EPOLL);
    private static final Option<Integer> REACTORS = TABLE.number("reactors", 1, 1, MAX_REACTORS);
    private static final Option<Boolean> SHARED_ACCEPT_QUEUE =
            TABLE.object("sharedAcceptQueue", false);
    private static final Option<Boolean> PINNED = TABLE.object("pinned", false);
    private static final Option<@Nullable TransportSecurity> TLS =
            TABLE.add("tls", null, (_, _) -> {});
    private static final Option<@Nullable IntFunction<? extends ReactorListener>> LISTENERS =
            TABLE.add("listeners", null, (_, _) -> {});

    private static final ServerOptions DEFAULTS = new ServerOptions(TABLE.defaults());

    private ServerOptions(Values values) {
        super(values);
    }

    static void checkBufferBytes(String name, long bytes) {
        if (bytes != 0 && bytes < MIN_BUFFER_BYTES) {
            throw new IllegalArgumentException(
                    name + " must be 0 or at least " + MIN_BUFFER_BYTES + ": " + bytes);
        }
    }

    /**
     * {@return any free port on every address, a backlog of 4,096, 1,024 events a wait, no limit on
     * connections but the process's descriptors, a drain timeout of 10 s}
     */
    public static ServerOptions defaults() {
        return DEFAULTS;
    }

    /** {@return the port to listen on; with 0 the kernel chooses one, see {@link Server#port}} */
    public int port() {
        return get(PORT);
    }

    /**
     * {@return a copy with another port}
     *
     * @param port from 0 to 65535, see {@link #port()}
     */
    public ServerOptions withPort(int port) {
        return new ServerOptions(with(PORT, port));
    }

    /** {@return the address to listen on; null for every one of the machine, IPv6 and IPv4} */
    public @Nullable InetAddress bindAddress() {
        return get(BIND_ADDRESS);
    }

    /**
     * {@return a copy that listens on one address}
     *
     * @param address see {@link #bindAddress}
     */
    public ServerOptions withBindAddress(@Nullable InetAddress address) {
        return new ServerOptions(with(BIND_ADDRESS, address));
    }

    /**
     * {@return the connections that may wait to be accepted; the kernel cuts it to
     * net.core.somaxconn, listen(2)}
     */
    public int backlog() {
        return get(BACKLOG);
    }

    /**
     * {@return a copy with another backlog}
     *
     * @param backlog from 1, see {@link #backlog()}
     */
    public ServerOptions withBacklog(int backlog) {
        return new ServerOptions(with(BACKLOG, backlog));
    }

    /** {@return the most events taken in one wait; of epoll, io_uring has a size of its own} */
    public int maxEvents() {
        return get(MAX_EVENTS);
    }

    /**
     * {@return a copy with another number of events a wait}
     *
     * @param events from 1 to 1,048,576, see {@link #maxEvents}
     */
    public ServerOptions withMaxEvents(int events) {
        return new ServerOptions(with(MAX_EVENTS, events));
    }

    /** {@return the most open connections; those beyond it are closed on arrival} */
    public int maxConnections() {
        return get(MAX_CONNECTIONS);
    }

    /**
     * {@return a copy with another limit on open connections}
     *
     * @param connections from 1, see {@link #maxConnections}
     */
    public ServerOptions withMaxConnections(int connections) {
        return new ServerOptions(with(MAX_CONNECTIONS, connections));
    }

    /**
     * {@return the most open connections from one IPv4 address or IPv6 network; those beyond it are
     * closed on arrival}
     */
    public int maxConnectionsPerIp() {
        return get(MAX_CONNECTIONS_PER_IP);
    }

    /**
     * {@return a copy with another limit on open connections from one address or network}
     *
     * @param connections from 1, see {@link #maxConnectionsPerIp}
     */
    public ServerOptions withMaxConnectionsPerIp(int connections) {
        return new ServerOptions(with(MAX_CONNECTIONS_PER_IP, connections));
    }

    /**
     * {@return the bits of an address that name an IPv6 network for {@link #maxConnectionsPerIp}: a
     * network of /64 is the least that anybody gets}
     */
    public int ipv6PrefixLength() {
        return get(IPV6_PREFIX_LENGTH);
    }

    /**
     * {@return a copy that takes IPv6 networks of another size for one}
     *
     * @param bits from 1 to 128, see {@link #ipv6PrefixLength}
     */
    public ServerOptions withIpv6PrefixLength(int bits) {
        return new ServerOptions(with(IPV6_PREFIX_LENGTH, bits));
    }

    /**
     * {@return the most native memory, in bytes, that waiting input and output of all connections
     * together may take; 0 for a quarter of the memory that the process may use (its control
     * group's limit, or the machine's memory), at most twice the Java heap and at least 16 MiB. At
     * it those are cut off that hold most without moving, with {@link CloseReason.Overload}; of
     * several reactors, on the one that needs some. Each has {@link #MIN_BUFFER_BYTES} at least}
     */
    public long maxBufferBytes() {
        return get(MAX_BUFFER_BYTES);
    }

    /**
     * {@return a copy with another bound on the memory of all connections together}
     *
     * @param bytes 0, or from 16,384, see {@link #maxBufferBytes}
     */
    public ServerOptions withMaxBufferBytes(long bytes) {
        return new ServerOptions(with(MAX_BUFFER_BYTES, bytes));
    }

    /** {@return how long a shutdown waits for connections to finish before it closes the rest} */
    public Duration drainTimeout() {
        return get(DRAIN_TIMEOUT);
    }

    /**
     * {@return a copy with another drain timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #drainTimeout}
     */
    public ServerOptions withDrainTimeout(Duration timeout) {
        return new ServerOptions(with(DRAIN_TIMEOUT, timeout));
    }

    /**
     * {@return whether other processes of the same user may listen on the same port, if they want
     * that too; the kernel spreads the connections over them, {@code SO_REUSEPORT} in socket(7)}
     */
    public boolean reusePort() {
        return get(REUSE_PORT);
    }

    /**
     * {@return a copy that shares its port with other processes, or does not}
     *
     * @param on see {@link #reusePort}
     */
    public ServerOptions withReusePort(boolean on) {
        return new ServerOptions(with(REUSE_PORT, on));
    }

    /**
     * {@return what the kernel's TCP is to do about peers that can't be reached; an accepted
     * connection has it from the listening socket, without a system call}
     */
    public TcpOptions tcp() {
        return get(TCP);
    }

    /**
     * {@return a copy with other options of TCP}
     *
     * @param options see {@link #tcp}
     */
    public ServerOptions withTcp(TcpOptions options) {
        return new ServerOptions(with(TCP, options));
    }

    /** {@return the limits of each connection} */
    public ConnectionOptions connection() {
        return get(CONNECTION);
    }

    /**
     * {@return a copy with other limits of each connection}
     *
     * @param options see {@link #connection}
     */
    public ServerOptions withConnection(ConnectionOptions options) {
        return new ServerOptions(with(CONNECTION, options));
    }

    /** {@return when the kernel tells of a connection; {@link Trigger#EDGE} by default} */
    public Trigger trigger() {
        return get(TRIGGER);
    }

    /**
     * {@return a copy of whose connections the kernel tells otherwise}
     *
     * @param trigger when, see {@link #trigger()}
     */
    public ServerOptions withTrigger(Trigger trigger) {
        return new ServerOptions(with(TRIGGER, trigger));
    }

    /**
     * {@return how the reactors and the kernel speak to each other; by default {@link
     * Transport#EPOLL}}
     */
    public Transport transport() {
        return get(TRANSPORT);
    }

    /**
     * {@return a copy with another transport} A {@link Trigger} but {@link Trigger#EDGE} is of
     * epoll alone: with it {@link Transport#AUTO} takes that, and {@link Transport#IO_URING} is
     * refused at the start.
     *
     * @param transport how, see {@link #transport()}
     */
    public ServerOptions withTransport(Transport transport) {
        return new ServerOptions(with(TRANSPORT, transport));
    }

    /**
     * {@return how many reactors serve the connections, each on a thread of its own; 1 by default}
     * All limits hold for the server as a whole. A handler runs on the thread of its connection's
     * reactor; what several of them share, the {@link HandlerFactory} to begin with, is to be safe
     * for several threads, or kept by a {@link ReactorLocal}.
     */
    public int reactors() {
        return get(REACTORS);
    }

    /**
     * {@return a copy with another number of reactors}
     *
     * @param reactors from 1 to 1,024; {@link Runtime#availableProcessors} is how many can run at
     *     once
     */
    public ServerOptions withReactors(int reactors) {
        return new ServerOptions(with(REACTORS, reactors));
    }

    /**
     * {@return whether all reactors accept at one listening socket} By default each has a socket of
     * its own, and the kernel spreads the connections over them as they come ({@code SO_REUSEPORT},
     * socket(7)): evenly by their number, whatever a reactor has to do. At a shared one a reactor
     * that waits takes them ({@code EPOLLEXCLUSIVE}, epoll_ctl(2)), or with {@link
     * Transport#IO_URING} the first of all, who are woken: nobody waits for one that is busy, and
     * some reactors get more than others.
     */
    public boolean sharedAcceptQueue() {
        return get(SHARED_ACCEPT_QUEUE);
    }

    /**
     * {@return a copy whose reactors accept at one listening socket, or each at its own}
     *
     * @param on see {@link #sharedAcceptQueue}
     */
    public ServerOptions withSharedAcceptQueue(boolean on) {
        return new ServerOptions(with(SHARED_ACCEPT_QUEUE, on));
    }

    /**
     * {@return whether each reactor's thread runs on one processor alone, the i-th of those that
     * the process may use} Where each reactor has a listening socket of its own, a connection goes
     * to the one on the processor that receives it; not with {@link #reusePort}, where the sockets
     * of other servers are among them. A thread that a handler starts runs on its reactor's
     * processor, too: make pools before the server.
     */
    public boolean pinned() {
        return get(PINNED);
    }

    /**
     * {@return a copy whose reactors are pinned to processors, or are not}
     *
     * @param on see {@link #pinned}
     */
    public ServerOptions withPinned(boolean on) {
        return new ServerOptions(with(PINNED, on));
    }

    /** {@return what connections are secured by; null for nothing} */
    public @Nullable TransportSecurity tls() {
        return get(TLS);
    }

    /**
     * {@return a copy whose connections are secured by TLS, or are not}
     *
     * @param tls a server's {@code edgeloop.tls.Tls}; null for none
     */
    public ServerOptions withTls(@Nullable TransportSecurity tls) {
        return new ServerOptions(with(TLS, tls));
    }

    /** {@return who hears of a reactor's events, by its index from 0; null if nobody does} */
    public @Nullable IntFunction<? extends ReactorListener> listeners() {
        return get(LISTENERS);
    }

    /**
     * {@return a copy that tells listeners of the reactors' events}
     *
     * @param listeners called with each reactor's index, from 0, when the server starts; null for
     *     nobody
     */
    public ServerOptions withListeners(@Nullable IntFunction<? extends ReactorListener> listeners) {
        return new ServerOptions(with(LISTENERS, listeners));
    }
}
