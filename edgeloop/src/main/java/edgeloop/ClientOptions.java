package edgeloop;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a client connects and what bounds it. */
public final class ClientOptions extends Options {
    private static final Table TABLE = new Table();
    private static final Option<List<InetAddress>> LOCAL_ADDRESSES =
            TABLE.object("localAddresses", List.of());
    private static final Option<Duration> CONNECT_TIMEOUT =
            TABLE.timeout("connectTimeout", Duration.ofSeconds(10));
    private static final Option<Integer> MAX_EVENTS =
            TABLE.number("maxEvents", 1024, 1, ServerOptions.MAX_EVENTS_LIMIT);
    private static final Option<Long> MAX_BUFFER_BYTES =
            TABLE.add("maxBufferBytes", 0L, ServerOptions::checkBufferBytes);
    private static final Option<TcpOptions> TCP = TABLE.object("tcp", TcpOptions.defaults());
    private static final Option<ConnectionOptions> CONNECTION =
            TABLE.object("connection", ConnectionOptions.defaults());
    private static final Option<Transport> TRANSPORT = TABLE.object("transport", Transport.EPOLL);
    private static final Option<Trigger> TRIGGER = TABLE.object("trigger", Trigger.EDGE);
    private static final Option<@Nullable TransportSecurity> TLS =
            TABLE.add("tls", null, (_, _) -> {});
    private static final Option<@Nullable ReactorListener> LISTENER =
            TABLE.add("listener", null, (_, _) -> {});

    private static final ClientOptions DEFAULTS = new ClientOptions(TABLE.defaults());

    private ClientOptions(Values values) {
        super(values);
    }

    /** {@return the kernel's choice of address, a connect timeout of 10 s, 1,024 events a wait} */
    public static ClientOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return the addresses to connect from, taken in turn; empty to let the kernel choose} One
     * local address has some 28,000 ports for connections to one remote address and port,
     * net.ipv4.ip_local_port_range in ip(7); several have as many each.
     */
    public List<InetAddress> localAddresses() {
        return get(LOCAL_ADDRESSES);
    }

    /**
     * {@return a copy that connects from these addresses in turn}
     *
     * @param addresses local addresses, or none for the kernel's choice
     */
    public ClientOptions withLocalAddresses(List<InetAddress> addresses) {
        return new ClientOptions(with(LOCAL_ADDRESSES, List.copyOf(addresses)));
    }

    /**
     * {@return how long the remote side has to answer; zero for as long as the kernel tries, about
     * two minutes}
     */
    public Duration connectTimeout() {
        return get(CONNECT_TIMEOUT);
    }

    /**
     * {@return a copy with another connect timeout}
     *
     * @param timeout from 0 to 24 days, see {@link #connectTimeout}
     */
    public ClientOptions withConnectTimeout(Duration timeout) {
        return new ClientOptions(with(CONNECT_TIMEOUT, timeout));
    }

    /** {@return the most events taken in one wait; of epoll, io_uring has a size of its own} */
    public int maxEvents() {
        return get(MAX_EVENTS);
    }

    /**
     * {@return a copy with another number of events a wait}
     *
     * @param events from 1 to 1,048,576
     */
    public ClientOptions withMaxEvents(int events) {
        return new ClientOptions(with(MAX_EVENTS, events));
    }

    /**
     * {@return the most native memory, in bytes, that waiting input and output of all connections
     * together may take; 0 as {@link ServerOptions#maxBufferBytes} has it}
     */
    public long maxBufferBytes() {
        return get(MAX_BUFFER_BYTES);
    }

    /**
     * {@return a copy with another bound on the memory of all connections together}
     *
     * @param bytes 0, or from 16,384, see {@link #maxBufferBytes}
     */
    public ClientOptions withMaxBufferBytes(long bytes) {
        return new ClientOptions(with(MAX_BUFFER_BYTES, bytes));
    }

    /**
     * {@return what the kernel's TCP is to do about peers that can't be reached; a system call or
     * more for each connection where it is not the default}
     */
    public TcpOptions tcp() {
        return get(TCP);
    }

    /**
     * {@return a copy with other options of TCP}
     *
     * @param options see {@link #tcp}
     */
    public ClientOptions withTcp(TcpOptions options) {
        return new ClientOptions(with(TCP, options));
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
    public ClientOptions withConnection(ConnectionOptions options) {
        return new ClientOptions(with(CONNECTION, options));
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
    public ClientOptions withTrigger(Trigger trigger) {
        return new ClientOptions(with(TRIGGER, trigger));
    }

    /**
     * {@return how the reactor and the kernel speak to each other; by default {@link
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
    public ClientOptions withTransport(Transport transport) {
        return new ClientOptions(with(TRANSPORT, transport));
    }

    /** {@return what connections are secured by; null for nothing} */
    public @Nullable TransportSecurity tls() {
        return get(TLS);
    }

    /**
     * {@return a copy whose connections are secured by TLS, or are not}
     *
     * @param tls a client's {@code edgeloop.tls.Tls}; null for none
     */
    public ClientOptions withTls(@Nullable TransportSecurity tls) {
        return new ClientOptions(with(TLS, tls));
    }

    /** {@return who hears of the reactor's events, or null} */
    public @Nullable ReactorListener listener() {
        return get(LISTENER);
    }

    /**
     * {@return a copy that tells {@code listener} of the reactor's events}
     *
     * @param listener null for nobody
     */
    public ClientOptions withListener(@Nullable ReactorListener listener) {
        return new ClientOptions(with(LISTENER, listener));
    }
}
