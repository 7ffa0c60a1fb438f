package edgeloop;

import edgeloop.buffer.MemoryBudget;
import edgeloop.layer.LayerContext;
import edgeloop.platform.Platform;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A TCP server: a listening socket and a reactor of its own on one thread, or {@linkplain
 * ServerOptions#withReactors several} of each.
 *
 * <pre>{@code
 * try (var server = Server.start(7000, connection -> Connection::write)) {
 *     server.join();
 * }
 * }</pre>
 *
 * <p>Any thread may call any method, a handler too; only {@link #join} is not for a reactor's own
 * thread.
 */
public final class Server implements AutoCloseable {
    private final List<ServerReactor> reactors;
    private final ServerOptions options;
    private final InetSocketAddress address;
    private final TransportChoice choice;
    private final @Nullable LayerContext layers;

    /** Of what {@link ServerOpening} has opened. */
    Server(
            ServerOptions options,
            InetSocketAddress address,
            List<ServerReactor> reactors,
            TransportChoice choice,
            @Nullable LayerContext layers) {
        this.options = options;
        this.address = address;
        this.reactors = reactors;
        this.choice = choice;
        this.layers = layers;
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
            MemoryBudget budget = MemoryBudget.of(0, platform.syscalls(), 1);
            Reactor.open(platform, Transport.EPOLL, Trigger.EDGE, 1, budget, null).terminate();
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
     * @throws SyscallException if the address is taken or may not be used, or {@link
     *     Transport#IO_URING} is asked for and refused; its {@link SyscallException#call} begins
     *     with {@code io_uring} then
     * @throws IllegalArgumentException if there are options that don't go together, such as a
     *     {@link Trigger} with {@link Transport#IO_URING}
     * @throws TlsException if what {@link ServerOptions#tls} names can't be used
     */
    public static Server start(ServerOptions options, HandlerFactory handlers)
            throws SyscallException {
        Server server = open(JvmPlatform.current(), options, handlers);
        String name = "edgeloop-" + server.port();
        int started = 0;
        try {
            for (ServerReactor each : server.reactors) {
                each.thread.start(options.reactors() == 1 ? name : name + "-" + started);
                started++;
            }
        } catch (RuntimeException | Error e) { // there may be no more threads
            server.abandon(started);
            throw e;
        }
        return server;
    }

    /** Of its reactors only the first ones have a thread: that is no server. */
    private void abandon(int started) {
        for (int i = 0; i < reactors.size(); i++) {
            ServerReactor each = reactors.get(i);
            if (i < started) {
                each.shutdownNow();
            } else {
                each.reactor.assignTo(Thread.currentThread());
                each.reactor.terminate();
            }
        }
    }

    /** A server whose reactors nobody turns yet. */
    static Server open(Platform platform, ServerOptions options, HandlerFactory handlers)
            throws SyscallException {
        return new ServerOpening(platform, options, handlers).open();
    }

    /**
     * Loads the certificates, keys and other files of {@link ServerOptions#tls} anew. Connections
     * that are accepted from now on use the new ones, those that are open go on with what they
     * have. All or nothing: where it throws, the old ones stay in use. Does nothing without TLS.
     *
     * @throws TlsException if one of them can't be used; the message names it
     */
    public void reloadTls() {
        if (layers != null) {
            layers.reload();
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

    /**
     * {@return how the reactors and the kernel speak to each other: what {@link
     * ServerOptions#transport} asks for, and where that is {@link Transport#AUTO} one of the other
     * two}
     */
    public Transport transport() {
        return choice.transport();
    }

    /**
     * {@return why {@link Transport#AUTO} took epoll, in words for people, such as {@code
     * io_uring_setup: ENOSYS (not in this kernel, or hidden by a seccomp filter)}; null where it
     * did not, or was not asked for}
     */
    public @Nullable String ioUringRefusal() {
        return choice.refusal();
    }

    /**
     * {@return the reactors, {@link ServerOptions#reactors} of them} {@link Reactor#execute} is the
     * way in for other threads, those of the other reactors too.
     */
    public List<Reactor> reactors() {
        return reactors.stream().map(each -> each.reactor).toList();
    }

    /**
     * What the server has done so far, on all reactors together, or had done when it ended. Does
     * not wait for a reactor, so it answers also while a handler blocks one. How many connections
     * were accepted, are open, and were ended by each cause are figures of one moment, which add
     * up; what else happens meanwhile may be in one figure and not yet in another.
     *
     * @return the figures
     */
    public ServerStats stats() {
        List<Counters> counters = new ArrayList<>();
        int pending = 0;
        long bufferBytes = 0;
        for (ServerReactor each : reactors) {
            counters.add(each.counters());
            int waiting = each.pending();
            // Those who wait at one socket for all are the same ones.
            pending = options.sharedAcceptQueue() ? Math.max(pending, waiting) : pending + waiting;
            bufferBytes += each.bufferBytes();
        }
        return Counters.sum(counters, pending, bufferBytes);
    }

    /**
     * {@return the figures of each reactor, as {@link #stats} has their sum} At one listening
     * socket for all, {@link ServerStats#pendingConnections} is the same for each.
     */
    public List<ServerStats> reactorStats() {
        return reactors.stream()
                .map(
                        each ->
                                Counters.sum(
                                        List.of(each.counters()),
                                        each.pending(),
                                        each.bufferBytes()))
                .toList();
    }

    /**
     * Begins to shut down, and returns: accepts those who wait to be accepted, then no more; serves
     * what each connection's peer has sent before, lets it finish its output and closes it. One
     * whose peer has come within the last second and has sent nothing yet has a second for that, or
     * half of the drain timeout where that is less. Those that have not ended after {@link
     * ServerOptions#drainTimeout} are reset and counted, {@link ServerStats#cutOff}.
     *
     * <p>Where a reactor fails, its connections are reset, and the others do this.
     */
    public void shutdown() {
        reactors.forEach(ServerReactor::shutdown);
    }

    /**
     * Closes everything at once, and returns: waiting output is lost, each peer gets a reset, and
     * {@link ServerStats#cutOff} counts it.
     */
    public void shutdownNow() {
        reactors.forEach(ServerReactor::shutdownNow);
    }

    /**
     * Waits until the server has ended.
     *
     * @throws InterruptedException if the calling thread is interrupted; the server goes on
     * @throws IllegalStateException if a reactor failed; at once on a reactor's own thread, which
     *     would wait for itself
     */
    public void join() throws InterruptedException {
        if (isOnOwnThread()) {
            throw new IllegalStateException("the reactor's thread would wait for itself");
        }
        for (ServerReactor each : reactors) {
            each.thread.await();
        }
        checkEnd();
    }

    /**
     * {@linkplain #shutdown Shuts down} and waits until that is done. On a reactor's own thread, in
     * a handler for one, it does not wait.
     *
     * @throws IllegalStateException if a reactor failed
     */
    @Override
    public void close() {
        shutdown();
        if (!isOnOwnThread()) {
            reactors.forEach(each -> each.thread.awaitUninterruptibly());
            checkEnd();
        }
    }

    private boolean isOnOwnThread() {
        return reactors.stream().anyMatch(each -> each.reactor.isCurrent());
    }

    private void checkEnd() {
        reactors.forEach(each -> each.thread.checkEnd());
    }
}
