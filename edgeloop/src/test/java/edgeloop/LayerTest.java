package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.ToyLayer.Toy;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands between a connection and its handler changes bytes, and neither knows. */
class LayerTest {
    private static final byte[] HELLO = ToyLayer.record(ToyLayer.HELLO, "");
    private static final byte[] END = ToyLayer.record(ToyLayer.END, "");

    private final Toy toy = new Toy();

    /** Whatever a test did, each layer is disposed of once. */
    @AfterEach
    void noLayerIsLeft() {
        assertThat(toy.living).isZero();
    }

    private TurnedServer server(HandlerFactory handlers) {
        return new TurnedServer(Defaults.server().withTls(toy), handlers);
    }

    private static byte[] data(String text) {
        return ToyLayer.record(ToyLayer.DATA, text);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    @Test
    void handlerSeesWhatWasSaidAndPeerWhatWasAnswered() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(join(HELLO, data("ping"), data("pong")));
            byte[] wanted = join(HELLO, data("ping"), data("pong"));
            server.turnUntil(() -> peer.size() >= wanted.length);
            assertThat(peer.bytes()).isEqualTo(wanted);
        }
    }

    @Test
    void recordThatComesByteByByteIsOne() {
        List<String> read = new ArrayList<>();
        HandlerFactory handlers = _ -> (_, in) -> read.add(in.readString(in.remaining(), UTF_8));
        try (TurnedServer server = server(handlers)) {
            Peer peer = server.accepted();
            for (byte b : join(HELLO, data("whole"))) {
                peer.send(new byte[] {b});
                server.turnUntilAsleep();
            }
            server.turnUntil(() -> !read.isEmpty());
            assertThat(read).containsExactly("whole");
        }
    }

    /** What a handler writes in pieces goes out in one. */
    @Test
    void writesOfOneCallbackAreEncodedTogether() {
        HandlerFactory handlers =
                _ ->
                        (connection, in) -> {
                            in.skip(in.remaining());
                            connection.write("head ");
                            connection.write("body");
                        };
        try (TurnedServer server = server(handlers)) {
            Peer peer = server.accepted().send(join(HELLO, data("?")));
            byte[] wanted = join(HELLO, data("head body"));
            server.turnUntil(() -> peer.size() >= wanted.length);
            assertThat(peer.bytes()).isEqualTo(wanted);
        }
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
            peer.send(HELLO);
            server.turnUntil(() -> !made.isEmpty());
            assertThat(made.getFirst()).isNotNull().extracting("protocol").isEqualTo("Toy");
            assertThat(server.stats().handshakes().full()).isEqualTo(1);
        }
    }

    /** What was left unread is in front of what comes next, both of them plain. */
    @Test
    void unreadPlaintextIsShownAgain() {
        HandlerFactory handlers =
                _ ->
                        (connection, in) -> {
                            String line = in.readLine();
                            if (line != null) {
                                connection.write(line);
                            }
                        };
        try (TurnedServer server = server(handlers)) {
            Peer peer = server.accepted().send(join(HELLO, data("one ")));
            server.turnUntil(() -> peer.size() == HELLO.length);
            server.turnUntilAsleep();
            peer.send(data("line\n"));
            byte[] wanted = join(HELLO, data("one line"));
            server.turnUntil(() -> peer.size() >= wanted.length);
            assertThat(peer.bytes()).isEqualTo(wanted);
        }
    }

    /** The records behind the one at which a handler pauses stay, and come when it resumes. */
    @Test
    void pausedHandlerIsShownNoMore() {
        List<String> read = new ArrayList<>();
        Connection[] paused = new Connection[1];
        HandlerFactory handlers =
                connection -> {
                    paused[0] = connection;
                    return (_, in) -> {
                        read.add(in.readString(in.remaining(), UTF_8));
                        connection.pause();
                    };
                };
        try (TurnedServer server = server(handlers)) {
            Peer _ = server.accepted().send(join(HELLO, data("a"), data("b"), data("c")));
            server.turnUntil(() -> !read.isEmpty());
            server.assertSleeps();
            assertThat(read).containsExactly("a");
            paused[0].resume();
            server.turnUntil(() -> read.size() == 2);
            server.assertSleeps();
            paused[0].resume();
            server.turnUntil(() -> read.size() == 3);
            assertThat(read).containsExactly("a", "b", "c");
            server.assertSleeps();
        }
    }

    /** The end that the layer tells of leaves the other direction open. */
    @Test
    void endOfInputIsNotTheEndOfTheAnswer() {
        List<CloseReason> closed = new ArrayList<>();
        ConnectionHandler handler =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        in.skip(in.remaining());
                    }

                    @Override
                    public void onEnd(Connection connection, IoBuffer in) {
                        connection.write("bye");
                        connection.close();
                    }

                    @Override
                    public void onClose(Connection connection, CloseReason reason) {
                        closed.add(reason);
                    }
                };
        try (TurnedServer server = server(_ -> handler)) {
            Peer peer = server.accepted().send(join(HELLO, data("x"), END));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(HELLO, data("bye"), END));
            assertThat(closed).isEmpty(); // it lingers for the peer's FIN
            peer.sendFin();
            server.turnUntil(() -> !closed.isEmpty());
            assertThat(closed).containsExactly(new CloseReason.PeerClosed());
        }
    }

    @Test
    void finWithoutEndIsTruncation() {
        List<CloseReason> closed = new ArrayList<>();
        boolean[] ended = new boolean[1];
        ConnectionHandler handler =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        connection.write(in);
                    }

                    @Override
                    public void onEnd(Connection connection, IoBuffer in) {
                        ended[0] = true;
                    }

                    @Override
                    public void onClose(Connection connection, CloseReason reason) {
                        closed.add(reason);
                    }
                };
        try (TurnedServer server = server(_ -> handler)) {
            Peer peer = server.accepted().send(join(HELLO, data("half")));
            peer.sendFin();
            server.turnUntil(() -> !closed.isEmpty());
            assertThat(closed).containsExactly(new CloseReason.Truncated());
            assertThat(ended[0]).isFalse();
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(HELLO, data("half"), END));
            assertThat(server.stats().handshakes().truncated()).isEqualTo(1);
            assertThat(server.stats().errors()).isZero();
        }
    }

    @Test
    void localCloseTellsThePeerBeforeTheFin() {
        HandlerFactory handlers =
                _ ->
                        (connection, in) -> {
                            connection.write(in);
                            connection.close();
                        };
        try (TurnedServer server = server(handlers)) {
            Peer peer = server.accepted().send(join(HELLO, data("last")));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(HELLO, data("last"), END));
        }
    }

    @Test
    void brokenRecordIsAnsweredAndEndsTheConnection() {
        RecordingHandler handler = new RecordingHandler();
        try (TurnedServer server = server(_ -> handler)) {
            Peer peer = server.accepted().send(join(HELLO, ToyLayer.record('?', "")));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(HELLO, ToyLayer.record(ToyLayer.ALERT, "")));
            peer.close();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            assertThat(server.stats().protocolErrors()).isEqualTo(1);
            assertThat(server.stats().handshakes().failed()).isZero();
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

    /**
     * E: a thousand handshakes at once would keep those who are established waiting for a second.
     */
    @Test
    void costlyHandshakesTakeTurns() {
        toy.isCostly = true;
        try (TurnedServer server = server(_ -> Connection::write)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                peers.add(server.accepted());
            }
            server.turnUntilAsleep();
            peers.forEach(peer -> peer.send(join(HELLO, data("x"))));
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
            peers.forEach(peer -> peer.send(HELLO));
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
            Peer peer = server.accepted().send(join(HELLO, data("later")));
            server.turnUntil(() -> toy.continuation != null);
            server.assertSleeps();
            assertThat(peer.size()).isZero();
            toy.continuation.run();
            server.turnUntil(() -> peer.size() == HELLO.length + data("later").length);
        }
    }

    @Test
    void taskThatIsDoneAfterTheEndDoesNothing() {
        toy.hasTasks = true;
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(HELLO);
            server.turnUntil(() -> toy.continuation != null);
            peer.reset();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            toy.continuation.run();
            server.assertSleeps();
        }
    }

    @Test
    void fileGoesOutEncodedBetweenWhatIsWritten(@TempDir Path folder) throws Exception {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        Files.write(folder.resolve("file"), content);
        FileHandle[] file = new FileHandle[1];
        HandlerFactory handlers =
                _ ->
                        (connection, in) -> {
                            in.skip(in.remaining());
                            connection.write("before");
                            connection.transfer(file[0], 0, content.length);
                            file[0].close();
                            connection.write("behind");
                            assertThat(connection.pendingOutput()).isPositive();
                        };
        try (TurnedServer server = server(handlers)) {
            file[0] = Directory.open(server.reactor, folder).open("file".getBytes(UTF_8));
            Peer peer = server.accepted().send(join(HELLO, data("?")));
            byte[] wanted = join("before".getBytes(UTF_8), content, "behind".getBytes(UTF_8));
            server.turnUntil(() -> plain(peer.bytes()).length >= wanted.length);
            assertThat(plain(peer.bytes())).isEqualTo(wanted);
        }
    }

    /** The plaintext of whole data records. */
    private static byte[] plain(byte[] records) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at + 3 <= records.length) {
            int length = (records[at + 1] & 0xff) << 8 | (records[at + 2] & 0xff);
            if (at + 3 + length > records.length) {
                break;
            }
            for (int i = 0; i < length; i++) {
                out.write(~records[at + 3 + i]);
            }
            at += 3 + length;
        }
        return out.toByteArray();
    }

    @Test
    void slowPeerGetsAllAndStopsTheSender() {
        byte[] all = new byte[4 * 1024 * 1024];
        new Random(2).nextBytes(all);
        int[] sent = new int[1];
        ConnectionHandler handler =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        in.skip(in.remaining());
                        onDrain(connection);
                    }

                    @Override
                    public void onDrain(Connection connection) {
                        while (sent[0] < all.length && !connection.isCongested()) {
                            int n = Math.min(10_000, all.length - sent[0]);
                            connection.write(all, sent[0], n);
                            sent[0] += n;
                            assertThat(connection.pendingOutput()).isLessThan(300_000);
                        }
                    }
                };
        try (TurnedServer server = server(_ -> handler)) {
            Peer peer = server.accepted(4096).send(join(HELLO, data("?")));
            server.turnUntil(() -> peer.size() > HELLO.length);
            server.turnUntil(() -> plain(peer.bytes()).length >= all.length);
            assertThat(plain(peer.bytes())).isEqualTo(all);
        }
    }

    /** 1 MB comes back as it went, to a peer that reads and writes in pieces of any size. */
    @Test
    void echoOfPiecesOfAnySize() {
        Random random = new Random(3);
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(HELLO);
            ByteArrayOutputStream plain = new ByteArrayOutputStream();
            ByteArrayOutputStream coded = new ByteArrayOutputStream();
            while (plain.size() < 1_000_000) {
                byte[] piece = new byte[random.nextInt(20_000)];
                random.nextBytes(piece);
                plain.writeBytes(piece);
                coded.writeBytes(ToyLayer.record(ToyLayer.DATA, piece));
            }
            byte[] toSend = coded.toByteArray();
            int[] sent = new int[1];
            server.turnUntil(
                    () -> {
                        int n = Math.min(1 + random.nextInt(70_000), toSend.length - sent[0]);
                        sent[0] += n == 0 ? 0 : peer.offer(toSend, sent[0], n);
                        return plain(peer.bytes()).length >= plain.size();
                    });
            assertThat(plain(peer.bytes())).isEqualTo(plain.toByteArray());
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
}
