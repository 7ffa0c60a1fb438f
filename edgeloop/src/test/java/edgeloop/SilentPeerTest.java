package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
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
            server.kernel.forgetCounts();
            server.turn(20);
            assertThat(server.kernel.made())
                    .hasSize(20)
                    .allMatch(made -> made.call() == Call.EPOLL_WAIT && made.outcome() == 0);
            assertThat(handler.told).isEmpty();
            assertThat(handler.connection.isOpen()).isTrue();
            assertThat(peer.isEnded()).isFalse();
            assertThat(server.reactor.segments.taken()).isZero();
        }
    }
}
