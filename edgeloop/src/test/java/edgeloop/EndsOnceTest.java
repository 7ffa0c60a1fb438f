package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to the end, alone and with others on top of it, tells the handler once. */
class EndsOnceTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String BUG = "HandlerFailed[cause=java.lang.IllegalStateException: bug]";

    private final RecordingHandler handler = new RecordingHandler();

    /**
     * A way to the end.
     *
     * @param waits for the peer, who does nothing, or for a timeout
     * @param reason what the handler is told
     */
    record Way(String name, boolean waits, BiConsumer<Connection, Peer> action, String reason) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Way way(String name, BiConsumer<Connection, Peer> action, String reason) {
        return new Way(name, false, action, reason);
    }

    private static Way waiting(String name, BiConsumer<Connection, Peer> action, String reason) {
        return new Way(name, true, action, reason);
    }

    static Stream<Way> ways() {
        return Stream.of(
                way("FIN", (_, peer) -> peer.sendFin(), "PeerClosed[]"),
                way("reset", (_, peer) -> peer.reset(), "Failed[ECONNRESET]"),
                way("peer closes", (_, peer) -> peer.close(), "PeerClosed[]"),
                waiting("close", (connection, _) -> connection.close(), "LocallyClosed[]"),
                waiting("close twice", (c, _) -> twice(c::close), "LocallyClosed[]"),
                way("close, reset", (c, p) -> both(c::close, p::reset), "Failed[ECONNRESET]"),
                way("FIN, close", (c, p) -> both(p::sendFin, c::close), "LocallyClosed[]"),
                way("abort", (connection, _) -> connection.abort(), "LocallyClosed[]"),
                way("abort twice", (c, _) -> twice(c::abort), "LocallyClosed[]"),
                way("close, abort", (c, _) -> both(c::close, c::abort), "LocallyClosed[]"),
                way("abort, reset", (c, p) -> both(c::abort, p::reset), "LocallyClosed[]"),
                waiting(
                        "protocol error",
                        (connection, _) -> connection.protocolError("what?"),
                        "ProtocolError[message=what?]"),
                way("task fails", (c, _) -> c.ref().execute(_ -> fail()), BUG),
                way(
                        "task aborts and fails",
                        (c, _) -> c.ref().execute(_ -> both(c::abort, EndsOnceTest::fail)),
                        "LocallyClosed[]"),
                way(
                        "timer aborts",
                        (c, _) -> c.schedule(Duration.ZERO, c::abort),
                        "LocallyClosed[]"),
                way("timer fails", (c, _) -> c.schedule(Duration.ZERO, EndsOnceTest::fail), BUG),
                waiting("idle timeout", (_, _) -> {}, "TimedOut[limit=IDLE]"),
                waiting(
                        "write timeout",
                        (connection, _) -> connection.write(new byte[16 << 20]),
                        "TimedOut[limit=WRITE]"));
    }

    private static void twice(Runnable action) {
        both(action, action);
    }

    private static void both(Runnable first, Runnable second) {
        first.run();
        second.run();
    }

    private static void fail() {
        throw new IllegalStateException("bug");
    }

    /** The write timeout is the shorter, so that it is the one to close a stuck connection. */
    private static TurnedServer server(HandlerFactory handlers) {
        return new TurnedServer(
                ConnectionOptions.defaults()
                        .withIdleTimeout(LONG)
                        .withWriteTimeout(LONG.dividedBy(2)),
                handlers);
    }

    @ParameterizedTest
    @MethodSource("ways")
    @DisplayName("E27 onClose comes once, whatever the way, and nothing comes after it")
    void onCloseComesOnce(Way way) {
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted(4096);
            server.turnUntilAsleep();
            way.action.accept(handler.connection, peer);
            if (way.waits) {
                server.turnUntilAsleep();
                assertThat(handler.isClosed()).isFalse();
                server.kernel.passTime(LONG.multipliedBy(2));
            }
            server.turnUntil(handler::isClosed);
            server.turn(5);
            assertThat(handler.timesClosed()).isEqualTo(1);
            assertThat(handler.told.getLast()).isEqualTo("close " + way.reason);
            assertThat(server.kernelConnections()).isZero();
            assertThat(server.stats().activeConnections()).isZero();
        }
        assertThat(handler.timesClosed()).as("after the server's end").isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    @DisplayName("E27 onClose comes once also when the server ends while it is on its way")
    void onCloseComesOnceThoughTheServerEnds(Way way) {
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted(4096);
            server.turnUntilAsleep();
            way.action.accept(handler.connection, peer);
            server.end();
        }
        assertThat(handler.timesClosed()).isEqualTo(1);
        assertThat(handler.told.getLast()).startsWith("close ");
    }
}
