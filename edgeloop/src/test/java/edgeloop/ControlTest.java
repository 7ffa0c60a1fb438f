package edgeloop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server is asked to end, or what it has done, while its loop has much else to do. */
@Timeout(30)
class ControlTest {
    interface Ending {
        void end(Server server);
    }

    static Stream<Named<Ending>> endings() {
        return Stream.of(
                Named.of("shutdown", Server::shutdown),
                Named.of("shutdownNow", Server::shutdownNow),
                Named.of("close", Server::close));
    }

    @ParameterizedTest
    @MethodSource("endings")
    @DisplayName("E61 a server with 65,536 tasks waiting can be ended")
    void endsBehindAFullQueue(Ending ending) throws Exception {
        Server server = Server.start(Defaults.server(), _ -> Connection::write);
        CountDownLatch gate = new CountDownLatch(1);
        server.reactors().getFirst().execute(() -> awaitUninterruptibly(gate));
        AcceptedTaskTest.fill(server.reactors().getFirst());
        Thread opener = Thread.ofVirtual().unstarted(gate::countDown);
        CompletableFuture<Void> ended =
                CompletableFuture.runAsync(
                        () -> {
                            opener.start();
                            ending.end(server);
                        });
        ended.get(10, SECONDS);
        server.join();
    }

    @Test
    @DisplayName("E61 control does not wait for the tasks that were there before it")
    void controlGoesFirst() {
        TurnedServer server = TurnedServer.echo();
        StringBuilder order = new StringBuilder();
        server.reactor.execute(
                () -> {
                    order.append("first ");
                    server.reactor.control(() -> order.append("control "));
                });
        server.reactor.execute(() -> order.append("second"));
        server.turn();
        assertThat(order).hasToString("first control second");
        server.close();
    }

    @Test
    @DisplayName("E61 statistics are answered while a handler blocks the loop")
    void statsWhileAHandlerBlocks() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        HandlerFactory blocking =
                _ ->
                        (connection, in) -> {
                            connection.write(in);
                            entered.countDown();
                            awaitUninterruptibly(gate);
                        };
        try (Server server = Server.start(Defaults.server(), blocking);
                Peer peer = Peer.connect(server.port(), 0)) {
            peer.send("hello");
            entered.await();
            try (Peer waiting = Peer.connect(server.port(), 0)) {
                ServerStats stats = CompletableFuture.supplyAsync(server::stats).get(10, SECONDS);
                assertThat(stats.activeConnections()).isEqualTo(1);
                assertThat(stats.bytesRead()).isEqualTo(5);
                assertThat(stats.pendingConnections()).isEqualTo(1);
                assertThat(waiting.isEnded()).isFalse();
            } finally {
                gate.countDown();
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
