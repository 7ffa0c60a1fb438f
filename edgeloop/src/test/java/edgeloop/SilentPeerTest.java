package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SilentPeerTest {

    @Test
    @DisplayName("E11 a peer that only connects stays connected, and costs nothing")
    void peerThatOnlyConnectsStaysConnected() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            peer.send("");
            server.turnUntilAsleep();
            server.assertSleeps();
            assertThat(handler.told).isEmpty();
            assertThat(handler.connection.isOpen()).isTrue();
            assertThat(peer.isEnded()).isFalse();
            assertThat(server.reactor.segments.taken()).isZero();
        }
    }
}
