package edgeloop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When the kernel tells of a connection, and what is told to it: on the real one. */
@CallsOfEpoll
class TriggerTest {
    private static final String LONG = "0123456789".repeat(200_000);

    private static TurnedServer echo(Trigger trigger) {
        return new TurnedServer(
                ServerOptions.defaults().withTrigger(trigger), _ -> Connection::write);
    }

    private static TurnedServer serve(Trigger trigger, RecordingHandler handler) {
        return new TurnedServer(ServerOptions.defaults().withTrigger(trigger), handler::on);
    }

    @ParameterizedTest
    @CsvSource({"EDGE, 2, 0", "EDGE_UNTIL_SHORT, 1, 0", "LEVEL, 1, 0", "ONE_SHOT, 1, 1"})
    @DisplayName("E41 one ADD for a connection's life, and a MOD for an echo where it is one-shot")
    void callsOfAnEcho(Trigger trigger, int receives, int changes) {
        try (TurnedServer server = echo(trigger)) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            peer.send("hello");
            server.turnUntil(() -> server.kernel.count(Call.SEND) == 1);
            server.turnUntilAsleep();
            assertThat(server.kernel.count(Call.RECV)).isEqualTo(receives);
            assertThat(server.kernel.count(Call.EPOLL_MODIFY)).isEqualTo(changes);
            assertThat(server.kernel.count(Call.EPOLL_ADD)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void allOfALongEchoComesBack(Trigger trigger) {
        try (TurnedServer server = echo(trigger)) {
            Peer peer = server.accepted(4_096);
            byte[] sent = LONG.getBytes(US_ASCII);
            int[] done = {0};
            server.turnUntil(
                    () -> {
                        done[0] += peer.offer(sent, done[0], sent.length - done[0]);
                        peer.receive(1 << 16);
                        return peer.size() == sent.length;
                    });
            assertThat(peer.text()).isEqualTo(LONG);
        }
    }

    @ParameterizedTest
    @CsvSource({"EDGE, 0", "EDGE_UNTIL_SHORT, 0", "LEVEL, 2"})
    void roomIsAskedForWhileOutputWaits(Trigger trigger, int changes) {
        var handler = new RecordingHandler();
        try (TurnedServer server = serve(trigger, handler)) {
            Peer peer = server.accepted(4_096);
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            server.reactor.execute(() -> handler.connection.write(LONG + LONG));
            server.turn(4);
            assertThat(handler.connection.pendingOutput()).isPositive();
            server.turnUntil(
                    () -> {
                        peer.receive(1 << 16);
                        return peer.size() == 2 * LONG.length();
                    });
            server.turnUntilAsleep();
            assertThat(server.kernel.count(Call.EPOLL_MODIFY)).isEqualTo(changes);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("E62 one that is paused, and whose peer has sent and finished, does not spin")
    void pausedDoesNotSpin(Trigger trigger) {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        from.pause();
                    }
                };
        try (TurnedServer server = serve(trigger, handler)) {
            Peer peer = server.accepted().send("first");
            server.turnUntil(() -> handler.told.size() == 1);
            peer.send("second").sendFin();
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            server.turn(3); // each of them sleeps as long as a wait of the test's may
            assertThat(server.kernel.count(Call.EPOLL_WAIT)).isEqualTo(3);
            assertThat(server.kernel.count(Call.RECV)).isZero();
            handler.connection.resume();
            server.turnUntil(() -> handler.told.contains("read second"));
            handler.connection.resume();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told)
                    .containsExactly("read first", "read second", "end", "close PeerClosed[]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetEndsOneThatIsPaused(Trigger trigger) {
        var handler = new RecordingHandler();
        try (TurnedServer server = serve(trigger, handler)) {
            Peer peer = server.accepted();
            handler.connection.pause();
            server.turnUntilAsleep();
            peer.reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("close Failed[ECONNRESET]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFinBehindBytesIsSeen(Trigger trigger) {
        var handler = new RecordingHandler();
        try (TurnedServer server = serve(trigger, handler)) {
            server.accepted().send("hello").sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("read hello", "end", "close PeerClosed[]");
        }
    }

    /** Behind it recv(2) ends short, though there is more. */
    @ParameterizedTest
    @EnumSource
    @DisplayName("E6 what is behind urgent data is read")
    void whatIsBehindUrgentDataIsRead(Trigger trigger) {
        var handler = new RecordingHandler();
        try (TurnedServer server = serve(trigger, handler)) {
            Peer peer = server.accepted();
            peer.send("before");
            peer.sendUrgent('!');
            peer.send("behind");
            server.turnUntil(() -> handler.text.toString().equals("beforebehind"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReadThatFillsTheBufferIsNotTheLast(Trigger trigger) {
        var handler = new RecordingHandler();
        try (TurnedServer server = serve(trigger, handler)) {
            Peer peer = server.accepted();
            peer.send("x".repeat(64 * 1024 + 1));
            server.turnUntil(() -> handler.text.length() == 64 * 1024 + 1);
        }
    }

    @Test
    void aClientHasItToo() {
        assertThat(ClientOptions.defaults().withTrigger(Trigger.LEVEL).trigger())
                .isEqualTo(Trigger.LEVEL);
    }
}
