package edgeloop;

import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource;
import edgeloop.platform.Platform;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to TCP servers, on a reactor of its own or on that of a server.
 *
 * <pre>{@code
 * try (var client = Client.start(ClientOptions.defaults())) {
 *     client.connect(address, connection -> {
 *         connection.write("hello\n");
 *         return (from, in) -> System.out.print(in.readString(in.remaining(), UTF_8));
 *     }, failure -> System.err.println(failure));
 *     ...
 * }
 * }</pre>
 *
 * <p>Any thread may call any method.
 */
public final class Client implements AutoCloseable {
    private final Reactor reactor;
    private final @Nullable ReactorThread thread;
    private final ConnectionGroup group;
    private final List<InetAddress> localAddresses;
    private final TcpOptions tcp;
    private final TransportChoice choice;
    private int nextLocalAddress;

    /** No connection is begun any more. On the reactor's thread only. */
    private boolean closed;

    private Client(
            Reactor reactor,
            @Nullable ReactorThread thread,
            ClientOptions options,
            @Nullable LayerContext context,
            TransportChoice choice) {
        this.reactor = reactor;
        this.thread = thread;
        this.choice = choice;
        this.group =
                new ConnectionGroup(options.connection(), options.connectTimeout(), null, context);
        this.localAddresses = options.localAddresses();
        this.tcp = options.tcp();
    }

    /**
     * Starts a client with a reactor and a thread of its own.
     *
     * @param options how it connects
     * @return the client, ready to connect
     * @throws SyscallException if the kernel refuses the reactor's descriptors, or {@link
     *     Transport#IO_URING}, if that is asked for; its {@link SyscallException#call} begins with
     *     {@code io_uring} then
     * @throws IllegalArgumentException if a {@link Trigger} is asked for with that
     * @throws TlsException if what {@link ClientOptions#tls} names can't be used
     */
    public static Client start(ClientOptions options) throws SyscallException {
        LayerContext context = context(options);
        try {
            return start(options, context);
        } catch (SyscallException | RuntimeException | Error e) {
            if (context != null) {
                context.close();
            }
            throw e;
        }
    }

    private static Client start(ClientOptions options, @Nullable LayerContext context)
            throws SyscallException {
        Platform platform = JvmPlatform.current();
        OpenedReactors opened =
                OpenedReactors.open(
                        platform,
                        options.transport(),
                        options.trigger(),
                        options.maxEvents(),
                        options.maxBufferBytes(),
                        new ReactorListener[] {options.listener()});
        Reactor reactor = opened.reactors().getFirst();
        ReactorThread thread = new ReactorThread(platform, reactor, ReactorThread.ANY, () -> {});
        thread.start("edgeloop-client");
        return new Client(reactor, thread, options, context, opened.choice());
    }

    /**
     * A client on the reactor of a server or of another client, whose {@code transport}, {@code
     * trigger}, {@code maxEvents}, {@code maxBufferBytes} and {@code listener} are the ones in
     * force. It ends with that reactor.
     *
     * @param reactor turned by somebody else
     * @param options how it connects
     * @return the client, ready to connect
     * @throws TlsException if what {@link ClientOptions#tls} names can't be used
     */
    public static Client on(Reactor reactor, ClientOptions options) {
        TransportChoice same = new TransportChoice(reactor.transport, null);
        return new Client(reactor, null, options, context(options), same);
    }

    /**
     * {@return how the reactor and the kernel speak to each other: what {@link
     * ClientOptions#transport} asks for, and where that is {@link Transport#AUTO} one of the other
     * two}
     */
    public Transport transport() {
        return choice.transport();
    }

    /**
     * {@return why {@link Transport#AUTO} took epoll, as {@link Server#ioUringRefusal} has it; null
     * where it did not, was not asked for, or the reactor is another's}
     */
    public @Nullable String ioUringRefusal() {
        return choice.refusal();
    }

    /** {@return the reactor; its {@link Reactor#execute} is the way in for other threads} */
    public Reactor reactor() {
        return reactor;
    }

    /**
     * Begins to connect, and returns. One of the two is called later, on the reactor's thread.
     *
     * @param remote the address and port to connect to
     * @param handlers says who handles the connection once it is established
     * @param onFailure told why there is no connection: {@link CloseReason.Failed}, {@link
     *     CloseReason.TimedOut}, {@link CloseReason.LocallyClosed} if the client was closed before
     *     or meanwhile, or {@link CloseReason.HandlerFailed} if {@code handlers} threw
     * @throws IllegalArgumentException if the address is unresolved
     * @throws RejectedExecutionException if the reactor has stopped, or too many tasks wait;
     *     neither is called then
     */
    public void connect(
            InetSocketAddress remote, HandlerFactory handlers, Consumer<CloseReason> onFailure) {
        if (remote.isUnresolved()) {
            throw new IllegalArgumentException("unresolved: " + Addresses.format(remote));
        }
        Connector connector = new Connector(remote, handlers, onFailure);
        if (reactor.hasStopped()) {
            throw new RejectedExecutionException("the reactor has stopped");
        }
        if (reactor.isCurrent()) {
            start(connector);
        } else {
            reactor.execute(() -> start(connector));
        }
    }

    private void start(Connector connector) {
        if (closed) {
            connector.failLater(reactor, new CloseReason.LocallyClosed());
            return;
        }
        InetAddress local = null;
        if (!localAddresses.isEmpty()) {
            local = localAddresses.get(nextLocalAddress);
            nextLocalAddress = (nextLocalAddress + 1) % localAddresses.size();
        }
        connector.start(reactor, group, tcp, local);
    }

    /**
     * Closes the client's connections as {@link Connection#close} does, those being established at
     * once, and begins no others. A reactor of its own ends when they have; this waits for that,
     * but not on the reactor's own thread: there the connections are closed in the next turn of the
     * loop.
     *
     * @throws IllegalStateException if a reactor of its own failed
     */
    @Override
    public void close() {
        if (thread != null) {
            thread.control(this::closeAll);
            if (!reactor.isCurrent()) {
                thread.awaitUninterruptibly();
                thread.checkEnd();
            }
        } else {
            if (reactor.isCurrent()) {
                beginNoMore();
            }
            // Later in any case: those that are open are asked for input first, which would come to
            // lie where a handler that calls this may still be reading its own.
            ReactorThread.control(reactor, this::closeAll);
        }
    }

    private void beginNoMore() {
        closed = true;
        reactor.forEach(group, reactor.closer::giveUp);
    }

    private void closeAll() {
        beginNoMore();
        reactor.forEach(group, reactor.closer::shutDown);
        group.whenEmpty(
                () -> {
                    group.closeLayers(reactor);
                    if (thread != null) {
                        reactor.stop();
                    }
                });
    }

    private static @Nullable LayerContext context(ClientOptions options) {
        TransportSecurity tls = options.tls();
        return tls == null ? null : LayerContext.of(tls, LayerSource.Side.CLIENT);
    }
}
