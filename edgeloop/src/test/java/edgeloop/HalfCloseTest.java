package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A peer's FIN comes, and its handler does not close. Such a peer may still be reading, or have
 * gone for good: the two look the same.
 */
class HalfCloseTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** By then the timeout has run out, an eighth late as it may be. */
    private static final Duration LATEST = TIMEOUT.plus(TIMEOUT.dividedBy(8));

    private static final Duration LITTLE = Duration.ofSeconds(2);

    private static final String TIMED_OUT = "close TimedOut[limit=HALF_CLOSE]";

    /** Stays open when its peer has finished. */
    private final RecordingHandler handler =
            new RecordingHandler() {
                @Override
                public void onEnd(Connection from, IoBuffer in) {
                    told.add("end");
                }
            };

    private TurnedServer serve() {
        return serve(ConnectionOptions.defaults());
    }

    private TurnedServer serve(ConnectionOptions options) {
        TurnedServer server = new TurnedServer(options, handler::on);
        server.kernel.stopClock(server.kernel.nanoTime());
        return server;
    }

    private void pass(TurnedServer server, Duration time) {
        server.kernel.passTime(time);
        server.turn(3);
    }

    /** Whoever it was has gone, and its connection costs nothing any more. */
    private void assertGone(TurnedServer server) {
        server.turnUntil(handler::isClosed);
        assertThat(handler.told).endsWith(TIMED_OUT);
        assertThat(server.kernelConnections()).isZero();
        assertThat(server.stats().timeouts()).isEqualTo(1);
        assertThat(server.reactor.timers.wheel().size()).isZero();
    }

    @Test
    @DisplayName("E62 a peer that closes while its handler has paused is gone after the timeout")
    void peerThatClosesDuringAPause() {
        try (TurnedServer server = serve()) {
            Peer peer = server.accepted();
            handler.connection.pause();
            server.turnUntilAsleep();
            peer.close();
            server.turnUntil(() -> server.reactor.timers.wheel().size() == 1);
            pass(server, TIMEOUT.minusMillis(1));
            assertThat(handler.told).as("it could still be reading").isEmpty();
            pass(server, LATEST.minus(TIMEOUT).plusMillis(1));
            assertGone(server);
        }
    }

    @Test
    @DisplayName("E62 one that had gone before its handler paused is gone too")
    void peerThatClosedBeforeThePause() {
        RecordingHandler pausing =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        from.pause();
                    }
                };
        try (TurnedServer server = new TurnedServer(pausing::on)) {
            server.accepted().send("and off").close();
            server.turnUntil(() -> !pausing.told.isEmpty());
            server.turnUntil(() -> server.reactor.timers.wheel().size() == 1);
            pass(server, LATEST);
            server.turnUntil(pausing::isClosed);
            assertThat(pausing.told).containsExactly("read and off", TIMED_OUT);
        }
    }

    @Test
    @DisplayName("E62 a handler that does not close at the end is ended when nothing more moves")
    void handlerThatStaysOpen() {
        try (TurnedServer server = serve()) {
            server.accepted().sendFin();
            server.turnUntil(() -> handler.told.contains("end"));
            pass(server, TIMEOUT.minusMillis(1));
            assertThat(handler.isClosed()).isFalse();
            pass(server, LATEST);
            assertGone(server);
        }
    }

    @Test
    @DisplayName("E62 with the timeout off it stays")
    void timeoutOff() {
        try (TurnedServer server =
                serve(ConnectionOptions.defaults().withHalfCloseTimeout(Duration.ZERO))) {
            server.accepted().sendFin();
            server.turnUntil(() -> handler.told.contains("end"));
            assertThat(server.reactor.timers.wheel().size()).isZero();
            pass(server, Duration.ofDays(1));
            assertThat(handler.isClosed()).isFalse();
        }
    }

    @Test
    @DisplayName("E62 E20 a peer that only finished gets all that is written while bytes move")
    void answerThatMovesIsNotCutOff() {
        try (TurnedServer server = serve()) {
            Peer peer = server.accepted().send("question");
            peer.sendFin();
            server.turnUntil(() -> handler.told.contains("end"));
            for (int i = 0; i < 20; i++) {
                pass(server, TIMEOUT.minus(LITTLE));
                handler.connection.write("+");
                server.turn();
            }
            handler.connection.close();
            server.turnUntil(handler::isClosed);
            server.turnUntil(peer::isEnded); // a ring's FIN goes out with its next call
            assertThat(peer.text()).isEqualTo("+".repeat(20));
            assertThat(peer.gotFin()).isTrue();
            assertThat(handler.told).endsWith("close PeerClosed[]");
        }
    }

    @Test
    @DisplayName("E62 a pause that ends in time reads all, and the end of it has its own time")
    void pauseThatEndsInTime() {
        try (TurnedServer server = serve()) {
            Peer peer = server.accepted();
            handler.connection.pause();
            peer.send("all of it").sendFin();
            server.turnUntil(() -> server.reactor.timers.wheel().size() == 1);
            pass(server, TIMEOUT.minus(LITTLE));
            handler.connection.resume();
            server.turnUntil(() -> handler.told.contains("end"));
            assertThat(handler.text.toString()).isEqualTo("all of it");
            pass(server, TIMEOUT.minus(LITTLE));
            assertThat(handler.isClosed()).isFalse();
            pass(server, LATEST);
            assertGone(server);
        }
    }

    @Test
    @DisplayName("E62 while output waits the write timeout holds, and then the other begins anew")
    void outputThatWaitsHasTheWriteTimeout() {
        int bytes = 16 << 20;
        try (TurnedServer server =
                serve(ConnectionOptions.defaults().withWriteTimeout(Duration.ZERO))) {
            Peer peer = server.accepted(4096);
            handler.connection.pause();
            handler.connection.write(new byte[bytes]);
            peer.sendFin();
            server.turnUntilAsleep();
            pass(server, Duration.ofHours(1));
            assertThat(handler.isClosed()).isFalse();

            server.turnUntil(() -> peer.size() == bytes);
            pass(server, TIMEOUT.minus(LITTLE));
            assertThat(handler.isClosed()).isFalse();
            pass(server, LATEST);
            assertGone(server);
        }
    }

    @Test
    @DisplayName("E62 an RST behind the FIN ends a paused connection at once")
    void resetBehindTheFin() {
        try (TurnedServer server = serve()) {
            Peer peer = server.accepted();
            handler.connection.pause();
            server.turnUntilAsleep();
            peer.close();
            server.turnUntil(() -> server.reactor.timers.wheel().size() == 1);
            handler.connection.write("to nobody"); // which its kernel answers with RST
            server.turnUntil(handler::isClosed);
            assertThat(handler.told)
                    .containsExactly("close " + new CloseReason.Failed(Errno.EPIPE));
        }
    }

    @Test
    @DisplayName("E62 an RST ends a connection whose output waits, read or not")
    void resetOfACongestedConnection() {
        try (TurnedServer server = serve()) {
            Peer peer = server.accepted(4096);
            handler.connection.write(new byte[16 << 20]);
            server.turnUntilAsleep();
            assertThat(handler.connection.isCongested()).isTrue();
            peer.reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told)
                    .containsExactly("close " + new CloseReason.Failed(Errno.ECONNRESET));
        }
    }

    @Test
    @DisplayName("E62 a peer that finishes and is answered at once costs no timer")
    void quickEndHasNoTimer() {
        try (TurnedServer server = TurnedServer.echo()) {
            Peer peer = server.accepted().send("quick");
            peer.sendFin();
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(peer.text()).isEqualTo("quick");
            assertThat(server.reactor.timers.wheel().size()).isZero();
            assertThat(server.kernel.count(Call.ARM_TIMERFD)).isZero();
        }
    }
}
