package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server whose reactor is turned by the test's own thread, on a kernel that the test can script.
 * Nothing happens between two turns, so a test sees each step.
 *
 * <p>Closing it closes its peers, and finds what the library has not given back.
 */
final class TurnedServer implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(10);

    final ScriptedSyscalls kernel = new ScriptedSyscalls();
    final Server server;
    final Reactor reactor;
    private final List<Peer> peers = new ArrayList<>();

    /** The lines that the reactor has logged. */
    final List<String> problems = new ArrayList<>();

    private boolean ended;

    TurnedServer(HandlerFactory handlers) {
        this(Defaults.server(), handlers);
    }

    TurnedServer(ConnectionOptions options, HandlerFactory handlers) {
        this(Defaults.server().withConnection(options), handlers);
    }

    TurnedServer(ServerOptions options, HandlerFactory handlers) {
        try {
            server = Server.open(new JvmPlatform(() -> kernel, this::logged), options, handlers);
            reactor = server.reactors().getFirst();
        } catch (SyscallException e) {
            throw new AssertionError(e);
        }
    }

    private void logged(String line, @Nullable Throwable cause) {
        problems.add(cause == null ? line : line + ": " + cause);
    }

    static TurnedServer echo() {
        return new TurnedServer(_ -> Connection::write);
    }

    /** A peer whose connection has yet to be accepted. */
    Peer peer() {
        return peer(0);
    }

    /** A peer with a small receive buffer, whose connection has yet to be accepted. */
    Peer peer(int receiveBytes) {
        Peer peer = Peer.connect(server.port(), receiveBytes);
        peers.add(peer);
        return peer;
    }

    /** A peer whose connection has been accepted. */
    Peer accepted() {
        return accepted(0);
    }

    Peer accepted(int receiveBytes) {
        int before = kernelConnections();
        Peer peer = peer(receiveBytes);
        turnUntil(() -> kernelConnections() > before);
        return peer;
    }

    /** The descriptor of the connection accepted last. */
    int lastAccepted() {
        return acceptedDescriptors().getLast();
    }

    /** The descriptors of all connections accepted, in order. */
    List<Integer> acceptedDescriptors() {
        return kernel.made().stream()
                .filter(made -> made.call() == Call.ACCEPT && made.outcome() >= 0)
                .map(made -> made.outcome())
                .toList();
    }

    /** Without the listener, the epoll instance, the eventfd and the timerfd. */
    int kernelConnections() {
        return kernel.openDescriptors().size() - 4;
    }

    void turn() {
        reactor.turn();
    }

    void turn(int times) {
        for (int i = 0; i < times; i++) {
            turn();
        }
    }

    /** Turns until {@code condition} holds; the test fails if that takes long. */
    void turnUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the condition does not come to hold: " + stats());
            }
            turn();
        }
    }

    /** Fails unless the reactor sleeps all the time: its turns make no call but the wait. */
    void assertSleeps() {
        turnUntilAsleep();
        kernel.forgetCounts();
        turn(20);
        assertThat(kernel.made()).hasSize(20).allMatch(TurnedServer::isSleep);
    }

    private static boolean isSleep(ScriptedSyscalls.Made made) {
        return switch (made.call()) {
            case EPOLL_WAIT -> made.outcome() == 0;
            case RING_ENTER -> made.outcome() == -Errno.ETIME;
            default -> false;
        };
    }

    /**
     * Turns until the reactor sleeps all the time. Before, the peer's kernel may have sent what it
     * had, which waits for a probe of the window or for an acknowledgement.
     */
    void turnUntilAtRest() {
        turnUntil(
                () -> {
                    kernel.forgetCounts();
                    turn(20);
                    return kernel.made().stream().allMatch(TurnedServer::isSleep);
                });
    }

    /** Turns until nothing is left to be done without an event. */
    void turnUntilAsleep() {
        turn();
        turnUntil(() -> kernel.lastWaitMillis() != 0);
    }

    ServerStats stats() {
        return server.stats();
    }

    /** Runs the loop, as the server's thread does, until it has ended. */
    void runToEnd() {
        ended = true;
        reactor.run(ReactorThread.ANY);
        checkLeaks();
    }

    /** Ends the reactor; what it has not given back fails the test. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        reactor.terminate();
        checkLeaks();
    }

    private void checkLeaks() {
        assertThat(kernel.openDescriptors()).as("descriptors left open").isEmpty();
        assertThat(kernel.mappedBytes()).as("bytes left mapped").isZero();
    }

    @Override
    public void close() {
        try {
            end();
        } finally {
            peers.forEach(Peer::close);
        }
    }
}
