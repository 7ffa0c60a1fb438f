package edgeloop;

import edgeloop.buffer.MemoryBudget;
import edgeloop.platform.Platform;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A TCP server: a listening socket and a reactor of its own, on one thread.
 *
 * <pre>{@code
 * try (var server = Server.start(7000, connection -> Connection::write)) {
 *     server.join();
 * }
 * }</pre>
 *
 * <p>Any thread may call any method, a handler too; only {@link #join} is not for the reactor's own
 * thread.
 */
public final class Server implements AutoCloseable {
    /** How long those whom a shutdown finds new, or in the queue, have for their first request. */
    private static final Duration LAST_MOMENT = Duration.ofSeconds(1);

    private final Reactor reactor;
    private final ReactorThread thread;
    private final Acceptor acceptor;
    private final ConnectionGroup group;
    private final ServerOptions options;
    private final InetSocketAddress address;
    private boolean draining;

    private Server(
            Platform platform, Reactor reactor, ServerOptions options, HandlerFactory handlers)
            throws SyscallException {
        this.reactor = reactor;
        this.thread = new ReactorThread(platform, reactor);
        this.options = options;
        boolean limited = options.maxConnectionsPerIp() < Integer.MAX_VALUE;
        this.group =
                new ConnectionGroup(
                        handlers.connectionOptions(options.connection()),
                        Duration.ZERO,
                        limited
                                ? new AddressLimit(
                                        options.maxConnectionsPerIp(), options.ipv6PrefixLength())
                                : null);
        this.acceptor = Acceptor.listen(reactor, options, group, handlers);
        this.address = acceptor.address();
    }

    /**
     * Does ahead what the first start in a JVM spends most of its time on: it links the system
     * calls and loads the classes. Optional, and of use to a program that has something else to do
     * at the same time, on another thread; a start that comes meanwhile waits for what it needs.
     * What goes wrong here is left for {@link #start} to find and report.
     */
    public static void prepare() {
        InetAddress.getLoopbackAddress(); // whose class reads the JDK's security settings first
        try {
            Platform platform = JvmPlatform.current();
            MemoryBudget budget = MemoryBudget.of(0, platform.syscalls());
            Reactor.open(platform, Trigger.EDGE, 1, budget, null).terminate();
        } catch (SyscallException | LinkageError | OutOfMemoryError e) {
            // There may be enough of what was short by then, and else start() says so.
        }
    }

    /**
     * Starts a server on {@code port} of every address of this machine, with default options.
     *
     * @param port 0 to 65535; with 0 the kernel chooses one, see {@link #port}
     * @param handlers says who handles a new connection
     * @return the server, listening
     * @throws SyscallException if the port is taken or may not be used
     */
    public static Server start(int port, HandlerFactory handlers) throws SyscallException {
        return start(ServerOptions.defaults().withPort(port), handlers);
    }

    /**
     * Starts a server.
     *
     * @param options where it listens and what bounds it
     * @param handlers says who handles a new connection
     * @return the server, listening
     * @throws SyscallException if the address is taken or may not be used
     */
    public static Server start(ServerOptions options, HandlerFactory handlers)
            throws SyscallException {
        Server server = open(JvmPlatform.current(), options, handlers);
        server.thread.start("edgeloop-" + server.port());
        return server;
    }

    /** A server whose reactor nobody turns yet. */
    static Server open(Platform platform, ServerOptions options, HandlerFactory handlers)
            throws SyscallException {
        MemoryBudget budget = MemoryBudget.of(options.maxBufferBytes(), platform.syscalls());
        Reactor reactor =
                Reactor.open(
                        platform,
                        options.trigger(),
                        options.maxEvents(),
                        budget,
                        options.listener());
        try {
            return new Server(platform, reactor, options, handlers);
        } catch (SyscallException e) {
            reactor.terminate();
            throw e;
        }
    }

    /** {@return the port listened on} */
    public int port() {
        return address.getPort();
    }

    /** {@return the address and port listened on} */
    public InetSocketAddress address() {
        return address;
    }

    /** {@return the reactor, whose {@link Reactor#execute} is the way in for other threads} */
    public Reactor reactor() {
        return reactor;
    }

    /**
     * What the server has done so far, or had done when it ended. Does not wait for the reactor, so
     * it answers also while a handler blocks that: what happens meanwhile may be in one figure and
     * not yet in another. On the reactor's thread, and once the server has ended, they agree.
     *
     * @return the figures
     */
    public ServerStats stats() {
        return group.counters.snapshot(
                group.open(), acceptor.pending(), reactor.segments.mappedBytes());
    }

    /**
     * Begins to shut down, and returns: accepts those who wait to be accepted, then no more; serves
     * what each connection's peer has sent before, lets it finish its output and closes it. One
     * whose peer has come within the last second and has sent nothing yet has a second for that, or
     * half of the drain timeout where that is less. Those that have not ended after {@link
     * ServerOptions#drainTimeout} are reset and counted, {@link ServerStats#cutOff}.
     */
    public void shutdown() {
        thread.control(this::drain);
    }

    private void drain() {
        if (!draining) {
            draining = true;
            reactor.schedule(options.drainTimeout(), reactor::stop);
            reactor.forEach(group, this::shutDown);
            acceptor.lastCall(this::giveMoment, () -> group.whenEmpty(reactor::stop));
        }
    }

    private void shutDown(Connection connection) {
        if (reactor.deadlines.isNew(connection, (int) LAST_MOMENT.toMillis())) {
            giveMoment(connection);
        } else {
            reactor.closer.shutDown(connection);
        }
    }

    /**
     * Its request may be on the way. Each has a time of its own: the last ones may be accepted only
     * when the first have gone, for want of descriptors.
     */
    private void giveMoment(Connection connection) {
        Duration half = options.drainTimeout().dividedBy(2);
        Duration moment = half.compareTo(LAST_MOMENT) < 0 ? half : LAST_MOMENT;
        Timeout _ = connection.schedule(moment, () -> reactor.closer.shutDown(connection));
    }

    /**
     * Closes everything at once, and returns: waiting output is lost, each peer gets a reset, and
     * {@link ServerStats#cutOff} counts it.
     */
    public void shutdownNow() {
        thread.control(reactor::stop);
    }

    /**
     * Waits until the server has ended.
     *
     * @throws InterruptedException if the calling thread is interrupted; the server goes on
     * @throws IllegalStateException if the reactor failed; at once on the reactor's own thread,
     *     which would wait for itself
     */
    public void join() throws InterruptedException {
        thread.join();
    }

    /**
     * {@linkplain #shutdown Shuts down} and waits until that is done. On the reactor's own thread,
     * in a handler for one, it does not wait.
     *
     * @throws IllegalStateException if the reactor failed
     */
    @Override
    public void close() {
        shutdown();
        thread.awaitElsewhere();
    }
}
