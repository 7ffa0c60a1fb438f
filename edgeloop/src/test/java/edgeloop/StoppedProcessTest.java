package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.EpollEvents;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The process does not run for longer than the timeouts are, and then has news of more connections
 * than one wait can tell of.
 */
class StoppedProcessTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private static ServerOptions oneEventAWait(ConnectionOptions connection) {
        return Defaults.server().withMaxEvents(1).withConnection(connection);
    }

    @Test
    @DisplayName("E39: who has sent meanwhile is not idle, though no event has told of it yet")
    void whoHasSentMeanwhileIsNotIdle() {
        ConnectionOptions options = ConnectionOptions.defaults().withIdleTimeout(TIMEOUT);
        try (TurnedServer server =
                new TurnedServer(oneEventAWait(options), _ -> Connection::write)) {
            List<Peer> peers = List.of(server.accepted(), server.accepted(), server.accepted());
            server.turnUntilAsleep();

            peers.forEach(peer -> peer.send("x"));
            server.kernel.passTime(TIMEOUT.multipliedBy(2));
            server.turnUntil(() -> peers.stream().allMatch(peer -> peer.size() == 1));

            assertThat(server.stats().timeouts()).isZero();
        }
    }

    @Test
    @DisplayName("E39: who has taken output meanwhile did not stall")
    void whoHasReadMeanwhileDidNotStall() {
        int bytes = 16 << 20;
        ConnectionOptions options = ConnectionOptions.defaults().withWriteTimeout(TIMEOUT);
        try (TurnedServer server =
                new TurnedServer(
                        oneEventAWait(options),
                        connection -> {
                            connection.write(new byte[bytes]);
                            return Connection::write;
                        })) {
            List<Peer> peers = List.of(server.accepted(), server.accepted(), server.accepted());
            server.turnUntilAsleep();

            // What is under way arrives when the kernel brings it, so once is not enough.
            Runnable take = () -> peers.forEach(Peer::size);
            server.acceptedDescriptors()
                    .forEach(fd -> server.kernel.awaitReady(fd, EpollEvents.EPOLLOUT, take));
            server.kernel.passTime(TIMEOUT.multipliedBy(2));
            server.turn(peers.size() + 1);

            assertThat(server.stats().timeouts()).isZero();
        }
    }

    @Test
    @DisplayName("E39: who has done nothing is idle all the same")
    void whoHasDoneNothingIsIdle() {
        ConnectionOptions options = ConnectionOptions.defaults().withIdleTimeout(TIMEOUT);
        try (TurnedServer server =
                new TurnedServer(oneEventAWait(options), _ -> Connection::write)) {
            server.accepted();
            server.turnUntilAsleep();

            server.kernel.passTime(TIMEOUT.multipliedBy(2));
            server.turnUntil(() -> server.stats().timeouts() == 1);
        }
    }
}
