package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Connections by the thousand, at once and one after the other, leave nothing behind. */
class ManyConnectionsTest {
    private static final int AT_ONCE = 2_000;
    private static final int CYCLES = 5_000;

    @Test
    @DisplayName("N3, N4 thousands at once and in turn leave descriptors and memory as they were")
    void nothingIsLeftBehind() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.forgetCounts();
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                peers.add(server.accepted());
            }
            for (int i = 0; i < AT_ONCE; i++) {
                peers.get(i).send("hello from " + i);
            }
            for (int i = 0; i < AT_ONCE; i++) {
                Peer peer = peers.get(i);
                String expected = "hello from " + i;
                server.turnUntil(() -> peer.text().equals(expected));
            }
            assertThat(server.kernelConnections()).isEqualTo(AT_ONCE);
            peers.forEach(Peer::close);
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(server.reactor.segments.taken()).isZero();

            int slots = server.reactor.channels.size();
            long mapped = server.kernel.mappedBytes();
            for (int i = 0; i < CYCLES; i++) {
                churn(server, i);
            }
            assertThat(server.reactor.channels.size()).isEqualTo(slots);
            assertThat(server.kernel.mappedBytes()).isEqualTo(mapped);
            assertThat(server.kernelConnections()).isZero();
            assertThat(server.stats().accepted()).isEqualTo(AT_ONCE + CYCLES);
            assertThat(server.stats().activeConnections()).isZero();
        }
    }

    /** One connection, ended in one of the usual ways. */
    private static void churn(TurnedServer server, int i) {
        try (Peer peer = Peer.connect(server.server.port())) {
            peer.send("x");
            server.turnUntil(() -> peer.size() == 1);
            if (i % 2 == 0) {
                peer.reset();
            }
        }
        server.turnUntil(() -> server.kernelConnections() == 0);
    }

    @Test
    @DisplayName("E45 no memory is mapped or unmapped per connection: one slab serves all")
    void oneSlabServesAll() {
        try (TurnedServer server = TurnedServer.echo()) {
            churn(server, 0);
            server.kernel.forgetCounts();
            for (int i = 0; i < 500; i++) {
                churn(server, i);
            }
            assertThat(server.kernel.count(Call.MAP)).isZero();
            assertThat(server.kernel.count(Call.UNMAP)).isZero();
        }
    }
}
