package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A handler stops reading and goes on later. */
class PauseTest {

    /** Pauses when it has read {@code !}. */
    private static class Pausing extends RecordingHandler {
        @Override
        public void onRead(Connection from, IoBuffer in) {
            super.onRead(from, in);
            if (text.toString().endsWith("!")) {
                from.pause();
            }
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E8 what waited in the kernel is read after resume, though no edge comes")
    void whatWaitedIsReadAfterResume() {
        var handler = new Pausing();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.limitTransfers(1);
            peer.send("ab!cd");
            server.turnUntil(() -> handler.text.length() == 3);
            server.turn(5);
            assertThat(handler.text.toString()).isEqualTo("ab!");

            handler.connection.resume();
            server.turn();
            assertThat(handler.text.toString()).isEqualTo("ab!cd");
        }
    }

    @Test
    @DisplayName("E8 what came during the pause is read after resume, though its edge is over")
    void whatCameMeanwhileIsReadAfterResume() {
        var handler = new Pausing();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted().send("!");
            server.turnUntil(() -> handler.text.length() == 1);
            server.kernel.forgetCounts();
            peer.send("later");
            server.turn(5);
            assertThat(server.kernel.count(Call.RECV)).as("reads during the pause").isZero();

            handler.connection.resume();
            server.turn();
            assertThat(handler.text.toString()).isEqualTo("!later");
        }
    }

    @Test
    @DisplayName("E8 what the handler left unread is delivered again after resume")
    void whatWasLeftIsDeliveredAgain() {
        var handler =
                new RecordingHandler() {
                    boolean ready;

                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        if (ready) {
                            super.onRead(from, in);
                        } else {
                            from.pause();
                        }
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("not now");
            server.turnUntil(() -> server.stats().bytesRead() == 7);
            server.turnUntilAsleep();
            assertThat(handler.told).isEmpty();

            handler.ready = true;
            handler.connection.resume();
            server.turn();
            assertThat(handler.told).containsExactly("read not now");
        }
    }

    @Test
    @DisplayName("E8 the peer's FIN waits for resume too")
    void finWaitsForResume() {
        var handler = new Pausing();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("!").sendFin();
            server.turnUntil(() -> handler.text.length() == 1);
            server.turn(5);
            assertThat(handler.told).containsExactly("read !");

            handler.connection.resume();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("read !", "end", "close PeerClosed[]");
        }
    }

    @Test
    void connectionPausedFromTheBeginningReadsNothing() {
        var handler = new RecordingHandler();
        HandlerFactory pausedFirst =
                connection -> {
                    connection.pause();
                    return handler.on(connection);
                };
        try (TurnedServer server = new TurnedServer(pausedFirst)) {
            server.peer().send("hello");
            server.turn(5);
            assertThat(handler.told).isEmpty();
            handler.connection.resume();
            server.turn();
            assertThat(handler.told).containsExactly("read hello");
        }
    }

    @CallsOfEpoll
    @Test
    void resumeInTheSameCallbackReadsOn() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        from.pause();
                        from.resume();
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.kernel.limitTransfers(2);
            server.accepted().send("abcdef");
            server.turnUntil(() -> handler.text.length() == 6);
            assertThat(handler.told).containsExactly("read ab", "read cd", "read ef");
        }
    }

    @Test
    void resumeWithoutPauseDoesNothing() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted();
            server.turnUntilAsleep();
            handler.connection.resume();
            server.turn();
            assertThat(server.kernel.lastWaitMillis()).isEqualTo(-1);
        }
    }

    @Test
    void pausedConnectionStillWrites() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            handler.connection.pause();
            handler.connection.write("news");
            server.turnUntil(() -> peer.text().equals("news"));
        }
    }

    @Test
    void pausedConnectionIsClosedWithItsAnswer() {
        var handler = new Pausing();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted().send("!and more");
            server.turnUntil(() -> handler.text.length() > 0);
            handler.connection.pause();
            handler.connection.write("bye");
            handler.connection.close();
            server.turnUntil(peer::isEnded);
            assertThat(peer.text()).isEqualTo("bye");
            assertThat(peer.gotFin()).isTrue();
        }
    }
}
