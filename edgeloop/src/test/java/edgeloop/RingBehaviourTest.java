package edgeloop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can go wrong on a ring alone, on the real one. */
@Timeout(60)
class RingBehaviourTest {
    private static final ServerOptions RING =
            ServerOptions.defaults()
                    .withTransport(Transport.IO_URING)
                    .withBindAddress(InetAddress.getLoopbackAddress());

    private final List<Connection> connections = new ArrayList<>();

    @BeforeAll
    static void askForARing() {
        assumeTrue(Defaults.HAS_RING, "no io_uring here");
    }

    private ConnectionHandler pausedFirst(Connection connection, ConnectionHandler handler) {
        connection.pause();
        connections.add(connection);
        return handler;
    }

    /** Bytes that tell which connection they are of, and where in its stream they are. */
    private static byte[] stream(int of, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (of * 31 + i + i / 251);
        }
        return bytes;
    }

    @Test
    @DisplayName("E62 one that keeps all it may and is paused sees its peer's reset")
    void resetBehindWhatIsKept() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(RING, c -> pausedFirst(c, handler.on(c)))) {
            Peer peer = server.accepted();
            fill(server, peer);
            peer.reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("close Failed[ECONNRESET]");
            server.assertSleeps();
        }
    }

    /** By readiness, since much has come at once, or by the watch for the end alone. */
    @ParameterizedTest
    @ValueSource(ints = {100_000, 4_000})
    @DisplayName("E62 one that keeps all it may and is paused sees its peer's FIN, in time")
    void finBehindWhatIsKept(int atOnce) {
        var handler = new RecordingHandler();
        var options =
                RING.withConnection(
                        ConnectionOptions.defaults().withHalfCloseTimeout(Duration.ofSeconds(5)));
        try (TurnedServer server = new TurnedServer(options, c -> pausedFirst(c, handler.on(c)))) {
            Peer peer = server.accepted();
            for (int sent = 0; sent < 100_000; sent += atOnce) {
                peer.send(new byte[atOnce]);
                server.turnUntilAsleep();
            }
            peer.sendFin();
            server.turnUntilAsleep();
            server.kernel.passTime(Duration.ofSeconds(4));
            server.turn(3);
            assertThat(handler.isClosed()).isFalse();
            server.kernel.passTime(Duration.ofSeconds(2));
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).singleElement().asString().contains("TimedOut");
        }
    }

    /** Sends until nothing more is taken. */
    private static int fill(TurnedServer server, Peer peer) {
        byte[] block = new byte[1 << 20];
        int sent = 0;
        for (int still = 0; still < 10; still++) {
            int n = peer.offer(block, 0, block.length);
            sent += n;
            server.turn();
            still = n > 0 ? 0 : still;
        }
        return sent;
    }

    @Test
    void oneThatIsPausedKeepsABoundedPart() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(RING, c -> pausedFirst(c, handler.on(c)))) {
            int sent = fill(server, server.accepted());
            assertThat(sent).isGreaterThan(1 << 20);
            assertThat(connections.getFirst().unreadBytes())
                    .isBetween(64 * 1024L, (64 + 1024) * 1024L);
            server.assertSleeps();
            connections.getFirst().resume();
            server.turnUntil(() -> server.stats().bytesRead() == sent);
            assertThat(server.reactor.segments.taken()).isZero();
        }
    }

    /** Sends a stream from where it stands, and turns until the handler has all. */
    private static void stream(TurnedServer server, Peer peer, byte[] bytes) {
        long before = server.stats().bytesRead();
        int[] done = {0};
        server.turnUntil(
                () -> {
                    done[0] += peer.offer(bytes, done[0], bytes.length - done[0]);
                    return server.stats().bytesRead() - before == bytes.length;
                });
    }

    @Test
    void whatComesInBulkIsReceivedInFewCallsAndWithoutBuffers() {
        try (TurnedServer server =
                new TurnedServer(RING, _ -> (_, in) -> in.skip(in.remaining()))) {
            Peer peer = server.accepted();
            stream(server, peer, new byte[1 << 20]);
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            stream(server, peer, new byte[8 << 20]);
            assertThat(server.kernel.count(Call.RECV)).isBetween(8 * 8, 8 * 64);

            stream(server, peer, "hello".getBytes(US_ASCII));
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            stream(server, peer, "hello again".getBytes(US_ASCII));
            assertThat(server.kernel.count(Call.RECV)).as("by a buffer again").isZero();
            server.assertSleeps();
        }
    }

    @Test
    void oneThatPausesAtEachOfSmallRequestsIsReadByBuffersAgain() {
        HandlerFactory handlers =
                connection -> {
                    connections.add(connection);
                    return (from, in) -> {
                        in.skip(in.remaining());
                        from.pause();
                    };
                };
        try (TurnedServer server = new TurnedServer(RING, handlers)) {
            Peer peer = server.accepted();
            peer.send(new byte[100_000]);
            for (int sent = 100_000; sent < 100_500; sent += 100) {
                int before = sent;
                server.turnUntil(
                        () -> {
                            connections.getFirst().resume();
                            return server.stats().bytesRead() == before;
                        });
                server.turnUntilAsleep();
                server.kernel.forgetCounts();
                peer.send(new byte[100]);
            }
            server.turnUntilAsleep();
            assertThat(server.kernel.count(Call.RECV)).isZero();
        }
    }

    @Test
    void oneThatPausesInTheMidstOfBulkLeavesTheRestInTheKernel() {
        int before = 2 << 20;
        HandlerFactory handlers =
                connection -> {
                    connections.add(connection);
                    int[] read = {0};
                    return (from, in) -> {
                        boolean isFirst = read[0] <= before;
                        read[0] += in.remaining();
                        in.skip(in.remaining());
                        if (isFirst && read[0] > before) {
                            from.pause();
                        }
                    };
                };
        try (TurnedServer server = new TurnedServer(RING, handlers)) {
            long sent = fill(server, server.accepted());
            server.turnUntilAtRest();
            assertThat(server.stats().bytesRead()).isBetween(before + 1L, before + 64L * 1024);
            assertThat(connections.getFirst().unreadBytes()).isZero();
            connections.getFirst().resume();
            server.turnUntil(() -> server.stats().bytesRead() == sent);
        }
    }

    @Test
    void inputThatCameDuringAPauseIsFoundBehindWhatWasKept() {
        boolean[] pauses = {true};
        HandlerFactory handlers =
                connection -> {
                    connections.add(connection);
                    return (from, in) -> {
                        in.skip(in.remaining());
                        if (pauses[0]) {
                            from.pause();
                        } else {
                            from.awaitInput(); // as who has all that the kernel had
                        }
                    };
                };
        try (TurnedServer server = new TurnedServer(RING, handlers)) {
            Peer peer = server.accepted();
            peer.send(new byte[40_000]);
            server.turnUntilAsleep();
            assertThat(connections.getFirst().unreadBytes()).isPositive();
            peer.send(new byte[1_000]); // of which the kernel tells once
            server.turnUntilAsleep();
            pauses[0] = false;
            connections.getFirst().resume();
            server.turnUntil(() -> server.stats().bytesRead() == 41_000);
        }
    }

    @Test
    void oneThatIsPausedKeepsLittleOfWhatComesBitByBit() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(RING, c -> pausedFirst(c, handler.on(c)))) {
            Peer peer = server.accepted();
            for (int i = 0; i < 50; i++) {
                peer.send(new byte[4096]);
                server.turn();
            }
            assertThat(connections.getFirst().unreadBytes()).isBetween(64 * 1024L, 80 * 1024L);
        }
    }

    /** Eight connections for each buffer. */
    @Test
    void nothingIsLostWhereBuffersAreFew() {
        int many = 500;
        int length = 64 * 1024;
        List<byte[]> got = new ArrayList<>();
        int[] filled = new int[many];
        HandlerFactory handlers =
                connection -> {
                    int number = connections.size();
                    got.add(new byte[length]);
                    return pausedFirst(
                            connection,
                            (_, in) -> {
                                int n = in.remaining();
                                in.readBytes(got.get(number), filled[number], n);
                                filled[number] += n;
                            });
                };
        try (TurnedServer server = new TurnedServer(RING, handlers)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                peers.add(server.accepted());
            }
            for (int i = 0; i < many; i++) {
                int sent = peers.get(i).offer(stream(i, length), 0, length);
                assertThat(sent).isEqualTo(length);
            }
            server.turn(50);
            assertThat(server.stats().bytesRead()).isZero();
            connections.forEach(Connection::resume);
            server.turnUntil(() -> Arrays.stream(filled).allMatch(n -> n == length));
            for (int i = 0; i < many; i++) {
                assertThat(got.get(i)).isEqualTo(stream(i, length));
            }
            assertThat(server.reactor.segments.taken()).isZero();
            server.turn(50); // what was cancelled says so by and by
            server.assertSleeps();
        }
    }

    @Test
    void aFinGoesOutThoughAReceiveIsUnderWay() {
        var handler = new RecordingHandler();
        ServerOptions options =
                RING.withConnection(ConnectionOptions.defaults().withLingerTimeout(Duration.ZERO));
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            handler.connection.write("bye");
            handler.connection.close();
            server.turnUntil(peer::isEnded);
            assertThat(peer.text()).isEqualTo("bye");
            assertThat(peer.gotFin()).isTrue();
        }
    }

    /** What is already in the ring's completions comes after the pause, in order. */
    @ParameterizedTest
    @ValueSource(ints = {5_000, 20_000, 1 << 20})
    void orderIsKeptByOneThatPausesAtEachPiece(int atOnce) {
        int length = 1 << 20;
        byte[] sent = stream(3, length);
        byte[] got = new byte[length];
        int[] filled = {0};
        int[] calls = {0};
        HandlerFactory handlers =
                connection -> {
                    connections.add(connection);
                    return (from, in) -> {
                        int n = Math.min(in.remaining(), 7_001);
                        in.readBytes(got, filled[0], n);
                        filled[0] += n;
                        calls[0]++;
                        from.pause();
                    };
                };
        try (TurnedServer server = new TurnedServer(RING, handlers)) {
            Peer peer = server.accepted();
            int[] done = {0};
            server.turnUntil(
                    () -> {
                        int most = Math.min(atOnce, length - done[0]);
                        done[0] += peer.offer(sent, done[0], most);
                        connections.getFirst().resume();
                        return filled[0] == length;
                    });
            assertThat(got).isEqualTo(sent);
            assertThat(calls[0]).isGreaterThanOrEqualTo(length / 7_001);
        }
    }

    /** The ring takes some 20 of many that are ready in one call; in bulk recv takes all. */
    @ParameterizedTest
    @ValueSource(ints = {0, 40_000})
    @DisplayName("E31 what all peers had sent before the shutdown is served")
    void whatCameBeforeTheShutdownIsServed(int before) {
        int many = 300;
        try (TurnedServer server = new TurnedServer(RING, _ -> Connection::write)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                peers.add(server.accepted());
                peers.getLast().send(new byte[before]);
            }
            server.turnUntil(() -> peers.stream().allMatch(peer -> peer.size() == before));
            server.kernel.passTime(Duration.ofSeconds(2)); // nobody has just come
            server.turnUntilAsleep();
            peers.reversed().forEach(peer -> peer.send("last request"));
            server.server.shutdown();
            server.turnUntil(() -> peers.stream().allMatch(Peer::isEnded));
            assertThat(peers)
                    .allMatch(peer -> peer.text().substring(before).equals("last request"));
        }
    }

    /**
     * Sockets that the ring still holds when it is closed would go later, and so would the port.
     */
    @Test
    void allIsClosedWhenTheServerIs() throws Exception {
        for (int round = 0; round < 5; round++) {
            Server server = Server.start(RING, _ -> Connection::write);
            int port = server.port();
            List<Socket> peers = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), port);
                peer.setSoTimeout(10_000);
                peer.getOutputStream().write('x');
                assertThat(peer.getInputStream().read()).isEqualTo('x');
                peers.add(peer);
            }
            server.shutdownNow();
            server.join();
            assertThat(open(port)).isEmpty();
            Server.start(RING.withPort(port), _ -> Connection::write).close();
            for (Socket peer : peers) {
                peer.close();
            }
        }
    }

    /** Of the server's sockets, those that have told their peers of no end; proc_net_tcp. */
    private static List<String> open(int port) throws IOException {
        String local = String.format(":%04X", port);
        String established = "01";
        List<String> found = new ArrayList<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                List<String> fields = List.of(line.strip().split("\\s+"));
                if (fields.get(1).endsWith(local) && fields.get(3).equals(established)) {
                    found.add(line);
                }
            }
        }
        return found;
    }

    @Test
    @DisplayName("E9 after a handler ended its own connection, nothing more is delivered")
    void nothingIsDeliveredAfterTheEnd() {
        for (Consumer<Connection> end :
                List.<Consumer<Connection>>of(
                        Connection::close,
                        Connection::abort,
                        c -> c.protocolError("not like that"))) {
            var handler =
                    new RecordingHandler() {
                        @Override
                        public void onRead(Connection from, IoBuffer in) {
                            super.onRead(from, in);
                            end.accept(from);
                        }
                    };
            try (TurnedServer server = new TurnedServer(RING, handler::on)) {
                Peer peer = server.accepted();
                peer.send(new byte[100_000]);
                server.turnUntil(() -> !handler.told.isEmpty());
                peer.close();
                server.turnUntil(handler::isClosed);
                assertThat(handler.told).hasSize(2).first().asString().startsWith("read ");
                assertThat(handler.text.length()).isLessThan(100_000);
            }
        }
    }

    @Test
    void anEchoIsOneCall() {
        try (TurnedServer server = new TurnedServer(RING, _ -> Connection::write)) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            for (int i = 1; i <= 100; i++) {
                int expected = 5 * i;
                peer.send("hello");
                server.turnUntil(() -> peer.size() == expected);
            }
            assertThat(server.kernel.count(Call.RING_ENTER)).isLessThanOrEqualTo(201);
            assertThat(server.kernel.made())
                    .allMatch(made -> made.call() == Call.RING_ENTER || made.call() == Call.MAP);
        }
    }

    @Test
    @DisplayName("E25 a reset that output runs into closes the connection once, under its cause")
    void resetBehindOutput() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(RING, handler::on)) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            handler.connection.write("into the void");
            peer.reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).hasSize(1);
            assertThat(handler.reason)
                    .isIn(
                            new CloseReason.Failed(Errno.ECONNRESET),
                            new CloseReason.Failed(Errno.EPIPE));
            assertThat(server.stats().errors()).isEqualTo(1);
            server.assertSleeps();
        }
    }
}
