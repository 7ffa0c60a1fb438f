package edgeloop.simulation;

import edgeloop.HandlerFactory;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.ServerStats;
import edgeloop.SyscallException;
import edgeloop.platform.Loop;
import edgeloop.platform.Platform;
import edgeloop.sys.Syscalls;
import java.util.List;

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
    private final SimulatedKernel kernel;
    private final SimulatedPlatform platform;
    private final Server server;
    private final Loop loop;
    private boolean closed;

    private SimulatedServer(SimulatedKernel kernel, SimulatedPlatform platform, Server server) {
        this.kernel = kernel;
        this.platform = platform;
        this.server = server;
        this.loop = platform.lastStarted();
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
        SimulatedPlatform platform = new SimulatedPlatform(kernel, syscalls);
        Server server = Platform.call(platform, () -> Server.start(options, handlers));
        return new SimulatedServer(kernel, platform, server);
    }

    /** The server, as its users see it. What waits for the reactor must not be called. */
    public Server server() {
        return server;
    }

    /** One turn of the reactor's loop. */
    public void turn() {
        platform.turn(loop);
    }

    /** Turns until the reactor would sleep. */
    public void turnUntilIdle() {
        platform.turnUntilIdle(loop);
    }

    /** Whether the server has not come to the end of a shutdown. */
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** What the server has done so far. */
    public ServerStats stats() {
        return server.stats();
    }

    /** What the server has logged: a line for each problem, with its cause where there is one. */
    public List<String> problems() {
        return List.copyOf(platform.problems());
    }

    /** The segments of pooled memory that connections hold. */
    public int segmentsTaken() {
        return loop.segments().taken();
    }

    /** The bytes of memory that the segments come from. */
    public long bufferBytes() {
        return loop.segments().mappedBytes();
    }

    /** Closes everything at once, and checks that nothing is left. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean broken = kernel.isBroken(); // and on its way to the caller already
        platform.end(loop);
        if (!broken) {
            kernel.check();
            kernel.checkNothingIsLeft();
        }
    }
}
