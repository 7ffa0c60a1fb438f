package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

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
            server.assertSleeps();

            peer.send("!");
            server.turnUntil(() -> handler.text.toString().endsWith("!"));
        }
    }
}
