package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UrgentDataTest {

    @Test
    @DisplayName("E10 urgent data does not make the loop spin, and the stream goes on")
    void streamGoesOnAndTheLoopSleeps() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            peer.send("before ");
            peer.sendUrgent('!');
            peer.send("after");
            server.turnUntil(() -> handler.text.toString().endsWith("after"));
            assertThat(handler.text.toString()).isEqualTo("before after");

            peer.sendUrgent('?');
            server.turn(5);
            server.kernel.forgetCounts();
            server.turn(20);
            assertThat(server.kernel.made())
                    .hasSize(20)
                    .allMatch(made -> made.call() == Call.EPOLL_WAIT && made.outcome() == 0);

            peer.send("!");
            server.turnUntil(() -> handler.text.toString().endsWith("!"));
        }
    }
}
