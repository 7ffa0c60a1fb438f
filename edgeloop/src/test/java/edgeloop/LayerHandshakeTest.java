package edgeloop;

import static edgeloop.ToyLayer.FAREWELL;
import static edgeloop.ToyLayer.GREETING;
import static edgeloop.ToyLayer.data;
import static edgeloop.ToyLayer.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.ToyLayer.Toy;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A layer's two sides come to an agreement, or don't, before there is a handler. */
class LayerHandshakeTest {
    private final Toy toy = new Toy();

    /** Whatever a test did, each layer is disposed of once. */
    @AfterEach
    void noLayerIsLeft() {
        assertThat(toy.living).isZero();
    }

    private TurnedServer server(HandlerFactory handlers) {
        return new TurnedServer(Defaults.server().withTls(toy), handlers);
    }

    @Test
    void handlerIsMadeWhenTheHandshakeIsOver() {
        List<@Nullable TlsSession> made = new ArrayList<>();
        HandlerFactory handlers =
                connection -> {
                    made.add(connection.tls());
                    return Connection::write;
                };
        try (TurnedServer server = server(handlers)) {
            Peer peer = server.accepted();
            server.turn(3);
            assertThat(made).isEmpty();
            peer.send(GREETING);
            server.turnUntil(() -> !made.isEmpty());
            assertThat(made.getFirst()).isNotNull().extracting("protocol").isEqualTo("Toy");
            assertThat(server.stats().handshakes().full()).isEqualTo(1);
        }
    }

    @Test
    void handshakeThatFailsIsCountedAndNoHandlerIsMade() {
        try (TurnedServer server =
                server(
                        _ -> {
                            throw new AssertionError("a handler was asked for");
                        })) {
            Peer peer = server.accepted().send(ToyLayer.record('?', ""));
            server.turnUntil(peer::gotFin);
            peer.close();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            server.accepted().close();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            server.accepted().reset();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            assertThat(server.stats().handshakes().failed()).isEqualTo(1);
            assertThat(server.stats().handshakes().abandoned()).isEqualTo(2);
            assertThat(server.problems).isEmpty();
        }
    }

    /** Bytes that come one by one do not renew it. */
    @Test
    void handshakeHasATimeOfItsOwn() {
        toy.timeoutMillis = 50;
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted();
            server.turnUntil(
                    () -> {
                        if (!peer.isEnded()) {
                            peer.send(new byte[] {ToyLayer.HELLO});
                        }
                        return server.stats().activeConnections() == 0;
                    });
            assertThat(server.stats().handshakes().timedOut()).isEqualTo(1);
            assertThat(server.stats().timeouts()).isEqualTo(1);
        }
    }

    /** A thousand handshakes at once would keep those who are established waiting for a second. */
    @Test
    void costlyHandshakesTakeTurns() {
        toy.isCostly = true;
        try (TurnedServer server = server(_ -> Connection::write)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                peers.add(server.accepted());
            }
            server.turnUntilAsleep();
            peers.forEach(peer -> peer.send(join(GREETING, data("x"))));
            for (int i = 0; i < 5; i++) {
                int before = toy.turns;
                server.turn();
                assertThat(toy.turns - before).isBetween(0, 2);
            }
            server.turnUntil(() -> peers.stream().allMatch(peer -> peer.size() == 7));
            assertThat(toy.turns).isEqualTo(10);
            server.assertSleeps();
        }
    }

    @Test
    void peerThatLeavesWhileItWaitsForItsTurnIsForgotten() {
        toy.isCostly = true;
        try (TurnedServer server = server(_ -> Connection::write)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                peers.add(server.accepted());
            }
            peers.forEach(peer -> peer.send(GREETING));
            server.turn();
            peers.forEach(Peer::reset);
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            server.assertSleeps();
        }
    }

    /** Somebody else's thread works on it; nothing spins meanwhile, and nothing is read. */
    @Test
    void taskIsWaitedForAsleep() {
        toy.hasTasks = true;
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(join(GREETING, data("later")));
            server.turnUntil(() -> toy.continuation != null);
            server.assertSleeps();
            assertThat(peer.size()).isZero();
            toy.continuation.run();
            server.turnUntil(() -> peer.size() == GREETING.length + data("later").length);
        }
    }

    @Test
    void taskThatIsDoneAfterTheEndDoesNothing() {
        toy.hasTasks = true;
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(GREETING);
            server.turnUntil(() -> toy.continuation != null);
            peer.reset();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            toy.continuation.run();
            server.assertSleeps();
        }
    }

    @Test
    void reloadReachesTheContext() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            server.server.reloadTls();
            assertThat(toy.reloads).isEqualTo(1);
        }
    }

    @Test
    void clientSpeaksFirstAndItsHandlerComesWithTheAnswer() {
        List<String> read = new ArrayList<>();
        try (TurnedServer server = server(_ -> Connection::write)) {
            Client client = Client.on(server.reactor, ClientOptions.defaults().withTls(toy));
            client.connect(
                    server.server.address(),
                    connection -> {
                        connection.write("said");
                        return (_, in) -> read.add(in.readString(in.remaining(), UTF_8));
                    },
                    failure -> {
                        throw new AssertionError(failure);
                    });
            server.turnUntil(() -> !read.isEmpty());
            assertThat(read).containsExactly("said");
            client.close();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
        }
    }

    @Test
    void clientIsToldOfAHandshakeThatFails() {
        List<CloseReason> failures = new ArrayList<>();
        try (TurnedServer server = new TurnedServer(_ -> (connection, _) -> connection.close())) {
            Client client =
                    Client.on(
                            server.reactor,
                            ClientOptions.defaults()
                                    .withTls(toy)
                                    .withConnectTimeout(Duration.ofSeconds(5)));
            client.connect(
                    server.server.address(),
                    _ -> {
                        throw new AssertionError("a handler was asked for");
                    },
                    failures::add);
            server.turnUntil(() -> !failures.isEmpty());
            assertThat(failures)
                    .containsExactly(
                            new CloseReason.TlsFailed(
                                    "the peer closed the connection during the handshake"));
        }
    }

    /** The name that is to be asked for, and verified, is not the kernel's to know. */
    @Test
    void layerOfAClientIsToldOfTheNameThatWasConnectedTo() throws Exception {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Client client = Client.on(server.reactor, ClientOptions.defaults().withTls(toy));
            InetAddress named = InetAddress.getByAddress("a.name", new byte[] {127, 0, 0, 1});
            boolean[] established = new boolean[1];
            client.connect(
                    new InetSocketAddress(named, server.server.port()),
                    _ -> {
                        established[0] = true;
                        return Connection::write;
                    },
                    failure -> {
                        throw new AssertionError(failure);
                    });
            server.turnUntil(() -> established[0]);
            assertThat(toy.remotes).extracting(InetSocketAddress::getHostString).contains("a.name");
            client.close();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
        }
    }

    @Test
    void endInsteadOfAGreetingIsAHandshakeThatWasAbandoned() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(FAREWELL);
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            server.turnUntil(peer::isEnded);
            assertThat(server.stats().handshakes().abandoned()).isEqualTo(1);
        }
    }

    /** The reset comes while the alert still waits. */
    @CallsOfEpoll
    @Test
    void handshakeThatFailsAndIsResetThenIsCountedOnce() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted();
            server.kernel.answerAlways(Call.SEND, -Errno.EAGAIN);
            peer.send(ToyLayer.record('?', ""));
            server.turnUntil(() -> server.kernel.count(Call.SEND) > 0);
            peer.reset();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            assertThat(server.stats().handshakes().failed()).isEqualTo(1);
            assertThat(server.stats().handshakes().abandoned()).isZero();
            assertThat(server.stats().protocolErrors()).isEqualTo(1);
        }
    }

    /** As one has who has just been accepted: its handshake is on the way, and its request. */
    @Test
    @DisplayName("E70 a shutdown leaves a handshake its moment")
    void shutdownLeavesAHandshakeItsMoment() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted();
            server.server.shutdown();
            server.turn(5);
            peer.send(join(GREETING, data("last")));
            byte[] wanted = join(GREETING, data("last"), FAREWELL);
            server.turnUntil(() -> peer.size() >= GREETING.length + data("last").length);
            server.kernel.passTime(Duration.ofSeconds(2));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(wanted);
        }
    }

    @Test
    void handshakeThatTheEndOfTheServerCutsOffIsCounted() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted();
            server.server.shutdownNow();
            server.runToEnd();
            assertThat(peer.wasReset()).isTrue();
            assertThat(server.stats().cutOff()).isEqualTo(1);
        }
    }

    /** A thread that has worked for a reactor does not care whether that is still there. */
    @Test
    void taskThatIsDoneAfterTheReactorDoesNothing() {
        toy.hasTasks = true;
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer _ = server.accepted().send(GREETING);
            server.turnUntil(() -> toy.continuation != null);
            server.end();
            toy.continuation.run();
        }
    }

    /** Of what it has sent a part is here already. */
    @Test
    void descriptorsAreNotTakenFromOneThatHasSentAPartOfARecord() {
        RecordingHandler handler =
                new RecordingHandler() {
                    @Override
                    public boolean isIdle(Connection connection) {
                        return true;
                    }
                };
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, Arrays.copyOf(data("abc"), 4)));
            server.turnUntil(() -> peer.size() == GREETING.length);
            server.turnUntilAtRest();
            server.reactor.execute(() -> server.reactor.descriptors.want(null));
            server.turn(3);
            assertThat(handler.told).isEmpty();
            peer.send(Arrays.copyOfRange(data("abc"), 4, 6));
            server.turnUntil(() -> handler.told.contains("read abc"));
        }
    }
}
