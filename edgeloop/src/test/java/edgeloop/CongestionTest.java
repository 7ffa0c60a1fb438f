package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A handler writes more in one call than the high-water mark. */
class CongestionTest {
    private static final byte[] HALF = new byte[32 * 1024];

    private final List<Boolean> congested = new ArrayList<>();

    private void writeHalves(Connection connection, int halves) {
        for (int i = 0; i < halves; i++) {
            connection.write(HALF);
            congested.add(connection.isCongested());
        }
    }

    /** Nobody had offered it to the kernel yet; to wait for that would stall peers that do read. */
    @Test
    void whatTheKernelTakesDoesNotWait() {
        try (TurnedServer server =
                new TurnedServer(
                        connection ->
                                (_, in) -> {
                                    in.skip(in.remaining());
                                    writeHalves(connection, 4);
                                })) {
            Peer peer = server.accepted();
            peer.send("?");
            server.turnUntil(() -> peer.size() == 4 * HALF.length);

            assertThat(congested).hasSize(4).containsOnly(false);
        }
    }

    @Test
    void whatItDoesNotTakeWaits() {
        try (TurnedServer server =
                new TurnedServer(
                        connection ->
                                (_, in) -> {
                                    in.skip(in.remaining());
                                    writeHalves(connection, 1_000); // 32 MiB
                                })) {
            server.accepted(4096).send("?");
            server.turnUntil(() -> !congested.isEmpty());

            assertThat(congested).startsWith(false, false).endsWith(true);
        }
    }
}
