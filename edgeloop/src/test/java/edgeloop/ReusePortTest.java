package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Servers that share a port, as processes do: to the kernel there is no difference. */
final class ReusePortTest {
    private static final ServerOptions SHARED = Defaults.server().withReusePort(true);

    private static TurnedServer sharing(TurnedServer first) {
        return new TurnedServer(SHARED.withPort(first.server.port()), _ -> Connection::write);
    }

    @Test
    void kernelSpreadsConnectionsOverThem() {
        try (TurnedServer first = new TurnedServer(SHARED, _ -> Connection::write);
                TurnedServer second = sharing(first)) {
            List<Peer> peers = connected(first, 100);
            serveAll(first, second, peers);
            long ofFirst = first.server.stats().accepted();
            assertThat(ofFirst).isBetween(1L, 99L); // all at one: 2^-99
            assertThat(second.server.stats().accepted()).isEqualTo(100 - ofFirst);
        }
    }

    @Test
    void whoWaitsInTheQueueOfOneThatEndsIsServedByIt() {
        try (TurnedServer first = new TurnedServer(SHARED, _ -> Connection::write);
                TurnedServer second = sharing(first)) {
            List<Peer> peers = connected(first, 100);
            first.server.shutdown();
            first.turn(3);
            List<Peer> late = connected(second, 20); // all to the one that still listens
            peers.addAll(late);
            serveAll(first, second, peers);
            assertThat(first.server.stats().accepted()).isBetween(1L, 99L);
            assertThat(second.server.stats().accepted())
                    .isEqualTo(120 - first.server.stats().accepted());
            assertThat(first.server.stats().errors()).isZero();
            assertThat(first.server.stats().cutOff()).isZero();
        }
    }

    @Test
    void bothHaveToWantIt() {
        try (TurnedServer alone = TurnedServer.echo();
                TurnedServer shared = new TurnedServer(SHARED, _ -> Connection::write)) {
            assertTaken(SHARED.withPort(alone.server.port()));
            assertTaken(Defaults.server().withPort(shared.server.port()));
        }
    }

    private static void assertTaken(ServerOptions options) {
        assertThatThrownBy(() -> Server.start(options, _ -> Connection::write))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("EADDRINUSE");
    }

    private static List<Peer> connected(TurnedServer to, int count) {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(to.peer().send("hello"));
        }
        return peers;
    }

    private static void serveAll(TurnedServer first, TurnedServer second, List<Peer> peers) {
        for (Peer peer : peers) {
            first.turnUntil(
                    () -> {
                        second.turn(1);
                        return peer.text().equals("hello");
                    });
        }
    }
}
