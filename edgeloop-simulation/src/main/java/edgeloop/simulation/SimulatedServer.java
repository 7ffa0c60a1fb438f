package edgeloop.simulation;

import edgeloop.HandlerFactory;
import edgeloop.Reactor;
import edgeloop.ReactorListener;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.ServerStats;
import edgeloop.SyscallException;
import edgeloop.buffer.MemoryBudget;
import edgeloop.buffer.SegmentPool;
import edgeloop.sys.Syscalls;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A server on a simulated kernel. Its reactor has no thread and turns when the caller says so.
 *
 * <pre>{@code
 * var kernel = new SimulatedKernel(Choices.none());
 * try (var server = SimulatedServer.open(kernel, options, handlers)) {
 *     PeerSocket peer = kernel.connect();
 *     peer.send("hello");
 *     server.turnUntilIdle();
 *     assert peer.receiveText().equals("hello");
 * }
 * }</pre>
 *
 * <p>The thread that opens it is the reactor's thread.
 */
public final class SimulatedServer implements AutoCloseable {
    /** Turns of a server that has work each time, after which it will never be idle. */
    private static final int MAX_TURNS = 100_000;

    // The library does not show these to its users. It opens its package to this module.
    private static final MethodHandle OPEN_REACTOR;
    private static final MethodHandle OPEN;
    private static final MethodHandle TURN;
    private static final MethodHandle RUNNING;
    private static final MethodHandle TERMINATE;
    private static final MethodHandle SEGMENTS;

    static {
        try {
            MethodHandles.Lookup own = MethodHandles.lookup();
            MethodHandles.Lookup server = MethodHandles.privateLookupIn(Server.class, own);
            MethodHandles.Lookup reactor = MethodHandles.privateLookupIn(Reactor.class, own);
            MethodType openReactor =
                    MethodType.methodType(
                            Reactor.class,
                            Syscalls.class,
                            int.class,
                            MemoryBudget.class,
                            ReactorListener.class,
                            BiConsumer.class);
            OPEN_REACTOR = reactor.findStatic(Reactor.class, "open", openReactor);
            MethodType open =
                    MethodType.methodType(
                            Server.class, Reactor.class, ServerOptions.class, HandlerFactory.class);
            OPEN = server.findStatic(Server.class, "open", open);
            TURN = virtual(reactor, Reactor.class, "turn", void.class);
            RUNNING = reactor.findGetter(Reactor.class, "running", boolean.class);
            TERMINATE = virtual(reactor, Reactor.class, "terminate", void.class);
            SEGMENTS = reactor.findGetter(Reactor.class, "segments", SegmentPool.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static MethodHandle virtual(
            MethodHandles.Lookup lookup, Class<?> owner, String name, Class<?> result)
            throws ReflectiveOperationException {
        return lookup.findVirtual(owner, name, MethodType.methodType(result));
    }

    private final SimulatedKernel kernel;
    private final Server server;
    private final List<String> problems;
    private boolean closed;

    private SimulatedServer(SimulatedKernel kernel, Server server, List<String> problems) {
        this.kernel = kernel;
        this.server = server;
        this.problems = problems;
    }

    /**
     * Opens a server, which listens when this returns.
     *
     * @throws SyscallException if the kernel refuses something, as its faults may have it
     */
    public static SimulatedServer open(
            SimulatedKernel kernel, ServerOptions options, HandlerFactory handlers)
            throws SyscallException {
        return open(kernel, kernel.syscalls(), options, handlers);
    }

    /** Opens a server that calls {@code syscalls}, which pass its calls on to {@code kernel}. */
    static SimulatedServer open(
            SimulatedKernel kernel,
            Syscalls syscalls,
            ServerOptions options,
            HandlerFactory handlers)
            throws SyscallException {
        List<String> problems = new ArrayList<>();
        BiConsumer<String, @Nullable Throwable> log =
                (line, cause) -> {
                    String problem = cause == null ? line : line + ": " + cause;
                    kernel.note("    logged: %s", problem);
                    problems.add(problem);
                };
        MemoryBudget budget = MemoryBudget.of(options.maxBufferBytes(), syscalls);
        try {
            Reactor reactor =
                    (Reactor)
                            OPEN_REACTOR.invokeExact(
                                    syscalls, options.maxEvents(), budget, options.listener(), log);
            Server server = (Server) OPEN.invokeExact(reactor, options, handlers);
            return new SimulatedServer(kernel, server, problems);
        } catch (SyscallException e) {
            throw e;
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** The server, as its users see it. What waits for the reactor must not be called. */
    public Server server() {
        return server;
    }

    /** One turn of the reactor's loop. */
    public void turn() {
        try {
            TURN.invokeExact(server.reactor());
        } catch (Throwable e) {
            kernel.check();
            throw unchecked(e);
        }
        kernel.check();
    }

    /** Turns until the reactor would sleep. */
    public void turnUntilIdle() {
        for (int i = 0; i < MAX_TURNS && isRunning(); i++) {
            turn();
            if (kernel.isAsleep()) {
                return;
            }
        }
        if (isRunning()) {
            throw kernel.violation("the server has work after %d turns", MAX_TURNS);
        }
    }

    /** Whether the server has not come to the end of a shutdown. */
    public boolean isRunning() {
        try {
            return (boolean) RUNNING.invokeExact(server.reactor());
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** What the server has done so far. */
    public ServerStats stats() {
        return server.stats();
    }

    /** What the server has logged: a line for each problem, with its cause where there is one. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** The segments of pooled memory that connections hold. */
    public int segmentsTaken() {
        try {
            return ((SegmentPool) SEGMENTS.invokeExact(server.reactor())).taken();
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** The bytes of memory that the segments come from. */
    public long bufferBytes() {
        try {
            return ((SegmentPool) SEGMENTS.invokeExact(server.reactor())).mappedBytes();
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Closes everything at once, and checks that nothing is left. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            TERMINATE.invokeExact(server.reactor());
        } catch (Throwable e) {
            kernel.check();
            throw unchecked(e);
        }
        kernel.check();
        kernel.checkNothingIsLeft();
    }

    private static RuntimeException unchecked(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException exception) {
            throw exception;
        }
        throw new IllegalStateException(e);
    }
}
