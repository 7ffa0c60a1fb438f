package edgeloop;

import static edgeloop.ToyLayer.FAREWELL;
import static edgeloop.ToyLayer.GREETING;
import static edgeloop.ToyLayer.data;
import static edgeloop.ToyLayer.join;
import static edgeloop.ToyLayer.plain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.ToyLayer.Toy;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands between a connection and its handler changes bytes, and neither knows. */
class LayerTest {
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
    void handlerSeesWhatWasSaidAndPeerWhatWasAnswered() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(GREETING);
            server.turnUntil(() -> peer.size() == GREETING.length);
            peer.send(join(data("ping"), data("pong")));
            byte[] wanted = join(GREETING, data("ping"), data("pong"));
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
            for (byte b : join(GREETING, data("whole"))) {
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
            Peer peer = server.accepted().send(join(GREETING, data("?")));
            byte[] wanted = join(GREETING, data("head body"));
            server.turnUntil(() -> peer.size() >= wanted.length);
            assertThat(peer.bytes()).isEqualTo(wanted);
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
            Peer peer = server.accepted().send(join(GREETING, data("one ")));
            server.turnUntil(() -> peer.size() == GREETING.length);
            server.turnUntilAsleep();
            peer.send(data("line\n"));
            byte[] wanted = join(GREETING, data("one line"));
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
            Peer _ = server.accepted().send(join(GREETING, data("a"), data("b"), data("c")));
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

    /** Each packet costs more than what is in it. */
    @CallsOfEpoll
    @Test
    void layersEndGoesOutWithTheLastAnswer() {
        ConnectionHandler handler =
                (connection, in) -> {
                    connection.write(in);
                    connection.close();
                };
        try (TurnedServer server = server(_ -> handler)) {
            Peer peer = server.accepted().send(GREETING);
            server.turnUntil(() -> peer.size() == GREETING.length);
            int before = server.kernel.count(Call.SEND);
            peer.send(data("x"));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, data("x"), FAREWELL));
            assertThat(server.kernel.count(Call.SEND) - before).isEqualTo(1);
        }
    }

    /** With what the layer has said by itself, too, such as TLS's ticket. */
    @CallsOfEpoll
    @Test
    void layersEndGoesOutWithItsOwnWords() {
        try (TurnedServer server = server(_ -> new RecordingHandler())) {
            Peer peer = server.accepted().send(join(GREETING, FAREWELL));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, FAREWELL));
            assertThat(server.kernel.count(Call.SEND)).isEqualTo(1);
        }
    }

    @Test
    void layersEndIsSaidToWhoHasNoTimeLeft() {
        ConnectionOptions limits =
                ConnectionOptions.defaults().withIdleTimeout(Duration.ofMillis(50));
        ServerOptions options = Defaults.server().withTls(toy).withConnection(limits);
        try (TurnedServer server = new TurnedServer(options, _ -> new RecordingHandler())) {
            Peer peer = server.accepted().send(GREETING);
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, FAREWELL));
            assertThat(server.stats().timeouts()).isEqualTo(1);
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
            Peer peer = server.accepted().send(join(GREETING, data("x"), FAREWELL));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, data("bye"), FAREWELL));
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
            Peer peer = server.accepted().send(join(GREETING, data("half")));
            peer.sendFin();
            server.turnUntil(() -> !closed.isEmpty());
            assertThat(closed).containsExactly(new CloseReason.Truncated());
            assertThat(ended[0]).isFalse();
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, data("half"), FAREWELL));
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
            Peer peer = server.accepted().send(join(GREETING, data("last")));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, data("last"), FAREWELL));
        }
    }

    @Test
    void brokenRecordIsAnsweredAndEndsTheConnection() {
        RecordingHandler handler = new RecordingHandler();
        try (TurnedServer server = server(_ -> handler)) {
            Peer peer = server.accepted().send(join(GREETING, ToyLayer.record('?', "")));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, ToyLayer.record(ToyLayer.ALERT, "")));
            peer.close();
            server.turnUntil(() -> server.stats().activeConnections() == 0);
            assertThat(server.stats().protocolErrors()).isEqualTo(1);
            assertThat(server.stats().handshakes().failed()).isZero();
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
            Peer peer = server.accepted().send(join(GREETING, data("?")));
            byte[] wanted = join("before".getBytes(UTF_8), content, "behind".getBytes(UTF_8));
            server.turnUntil(() -> plain(peer.bytes()).length >= wanted.length);
            assertThat(plain(peer.bytes())).isEqualTo(wanted);
        }
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
            Peer peer = server.accepted(4096).send(join(GREETING, data("?")));
            server.turnUntil(() -> peer.size() > GREETING.length);
            server.turnUntil(() -> plain(peer.bytes()).length >= all.length);
            assertThat(plain(peer.bytes())).isEqualTo(all);
        }
    }

    /** 1 MB comes back as it went, to a peer that reads and writes in pieces of any size. */
    @Test
    void echoOfPiecesOfAnySize() {
        Random random = new Random(3);
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(GREETING);
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
}
