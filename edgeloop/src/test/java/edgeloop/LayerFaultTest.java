package edgeloop;

import static edgeloop.ToyLayer.FAREWELL;
import static edgeloop.ToyLayer.GREETING;
import static edgeloop.ToyLayer.data;
import static edgeloop.ToyLayer.join;
import static edgeloop.ToyLayer.plain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.ToyLayer.Toy;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What handlers, peers and the kernel do to a connection with a layer at the worst moment. */
class LayerFaultTest {
    private static final byte[] STRANGE = ToyLayer.record('?', "");
    private static final byte[] ALERT = ToyLayer.record(ToyLayer.ALERT, "");

    private final Toy toy = new Toy();

    @AfterEach
    void noLayerIsLeft() {
        assertThat(toy.living).isZero();
    }

    private TurnedServer server(HandlerFactory handlers) {
        return new TurnedServer(Defaults.server().withTls(toy), handlers);
    }

    private TurnedServer server(ConnectionOptions options, HandlerFactory handlers) {
        return new TurnedServer(Defaults.server().withTls(toy).withConnection(options), handlers);
    }

    /** Echoes, and does what a test wants before that. */
    private static class Echo extends RecordingHandler {
        @Override
        public void onRead(Connection from, IoBuffer in) {
            byte[] bytes = in.readBytes(in.remaining());
            told.add("read " + new String(bytes, UTF_8));
            from.write(bytes);
        }
    }

    /** The one is answered while the other still waits to be decoded. */
    @Test
    void recordsThatWereKeptAreAnswered() {
        RecordingHandler handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        if (told.size() == 1) {
                            from.pause();
                        }
                        from.write("an answer to all of it: " + text);
                    }
                };
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a"), data("b"), data("c")));
            server.turnUntil(() -> handler.told.size() == 1);
            server.turnUntilAtRest();
            handler.connection.resume();
            server.turnUntil(() -> handler.told.size() == 3);
            assertThat(handler.told).containsExactly("read a", "read b", "read c");
            server.turnUntil(() -> new String(plain(peer.bytes()), UTF_8).endsWith("it: abc"));
        }
    }

    @Test
    void nothingIsShownToOneThatHasClosed() {
        Echo handler =
                new Echo() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        from.close();
                    }
                };
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a"), data("b"), FAREWELL));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, data("a"), FAREWELL));
            assertThat(handler.told).containsExactly("read a");
        }
    }

    @Test
    void nothingIsShownToOneThatWasReset() {
        RecordingHandler handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        from.abort();
                    }
                };
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a"), data("b"), FAREWELL));
            server.turnUntil(peer::wasReset);
            assertThat(handler.told).containsExactly("read a", "close LocallyClosed[]");
        }
    }

    /** A layer that answers as it reads may find that the peer is gone. */
    @CallsOfEpoll
    @Test
    void whatAFailedAnswerCameWithIsNotShown() {
        toy.readsAhead = true;
        RecordingHandler handler = new RecordingHandler();
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(GREETING);
            server.turnUntil(() -> peer.size() == GREETING.length);
            server.kernel.answerNext(Call.SEND, -Errno.EPIPE);
            peer.send(join(data("a"), ToyLayer.record(ToyLayer.PING, new byte[8_000])));
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("close Failed[EPIPE]");
        }
    }

    /** The end comes with the last bytes: it waits until they have been taken. */
    @Test
    void endThatComesWithDataWaitsForAPausedHandler() {
        toy.readsAhead = true;
        RecordingHandler handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        from.pause();
                    }
                };
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a"), FAREWELL));
            server.turnUntil(() -> !handler.told.isEmpty());
            server.turnUntilAtRest();
            assertThat(handler.told).containsExactly("read a");
            handler.connection.resume();
            server.turnUntil(peer::gotFin);
            assertThat(handler.told).containsExactly("read a", "end");
        }
    }

    @Test
    void endThatComesWithDataIsNotToldToOneThatCloses() {
        toy.readsAhead = true;
        RecordingHandler handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        from.close();
                    }
                };
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a"), FAREWELL));
            peer.sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("read a", "close LocallyClosed[]");
        }
    }

    @Test
    void failureThatComesWithDataComesAfterIt() {
        toy.readsAhead = true;
        Echo handler = new Echo();
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a"), STRANGE));
            server.turnUntil(peer::gotFin);
            peer.close();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told)
                    .containsExactly("read a", "close TlsFailed[message=no record]");
            assertThat(peer.bytes()).isEqualTo(join(GREETING, ALERT));
        }
    }

    /** Who was told that it can't be spoken with is told nothing more. */
    @Test
    void whatWaitsWhenTheLayerFailsIsGivenUp() {
        RecordingHandler handler = new RecordingHandler();
        ConnectionOptions options = ConnectionOptions.defaults().withBackpressure(false);
        try (TurnedServer server = server(options, handler::on)) {
            Peer peer = server.accepted(4_096).send(join(GREETING));
            server.turnUntil(() -> handler.connection != null);
            server.reactor.execute(() -> handler.connection.write(new byte[10_000_000]));
            server.turnUntilAtRest();
            peer.send(STRANGE);
            server.turnUntil(peer::gotFin);
            byte[] got = peer.bytes();
            assertThat(plain(got)).hasSizeLessThan(10_000_000);
            assertThat(Arrays.copyOfRange(got, got.length - ALERT.length, got.length))
                    .isEqualTo(ALERT);
        }
    }

    @Test
    @DisplayName("a peer that has the layer answer, and does not read that, is not read either")
    void answersOfALayerAreBounded() {
        RecordingHandler handler = new RecordingHandler();
        ConnectionOptions options = ConnectionOptions.defaults().withWaterMarks(10_000, 20_000);
        try (TurnedServer server = server(options, handler::on)) {
            Peer peer = server.accepted(4_096).send(GREETING);
            byte[] pings = join(ToyLayer.record(ToyLayer.PING, new byte[10_000]), data("x"));
            long[] sent = {0};
            long[] before = {-1};
            server.turnUntil(
                    () -> {
                        before[0] = sent[0];
                        sent[0] +=
                                peer.offer(
                                        pings,
                                        (int) (sent[0] % pings.length),
                                        pings.length - (int) (sent[0] % pings.length));
                        return sent[0] == before[0] && server.kernel.lastWaitMillis() != 0;
                    });
            assertThat(handler.connection.pendingOutput()).isLessThan(40_000 + Defaults.KEPT_INPUT);
            assertThat(handler.connection.isCongested()).isTrue();
            handler.told.clear();
            server.turnUntil(() -> peer.receive(1 << 16) >= 0 && handler.told.contains("drain"));
        }
    }

    /** That of a write has its own turn to be called from. */
    @Test
    void onDrainIsNotCalledWithinAWrite() {
        boolean[] within = new boolean[1];
        int[] drains = new int[1];
        ConnectionHandler handler =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        in.skip(in.remaining());
                        within[0] = true;
                        for (int i = 0; i < 4; i++) {
                            connection.write(new byte[3_000]); // what waits goes out at once
                        }
                        within[0] = false;
                    }

                    @Override
                    public void onDrain(Connection connection) {
                        drains[0]++;
                        assertThat(within[0]).isFalse();
                    }
                };
        ConnectionOptions options = ConnectionOptions.defaults().withWaterMarks(10, 1_000);
        try (TurnedServer server = server(options, _ -> handler)) {
            Peer peer = server.accepted().send(join(GREETING, data("?")));
            server.turnUntil(() -> plain(peer.bytes()).length == 12_000);
            server.turnUntilAtRest();
            assertThat(server.problems).isEmpty();
            assertThat(drains[0]).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void recordsOfOneBurstAreOneRequest() {
        try (TurnedServer server = server(_ -> Connection::write)) {
            Peer peer = server.accepted().send(GREETING);
            server.turnUntil(() -> peer.size() == GREETING.length);
            peer.send(join(data("one "), data("and "), data("the same")));
            server.turnUntil(() -> plain(peer.bytes()).length == 16);
            server.turnUntilAtRest();
            assertThat(server.stats().requests()).isEqualTo(1);
            peer.send(data("another"));
            server.turnUntil(() -> plain(peer.bytes()).length == 23);
            server.turnUntilAtRest();
            assertThat(server.stats().requests()).isEqualTo(2);
        }
    }

    /** A record of which there is no room for all comes in parts. */
    @Test
    void messageOfAsMuchAsMayBeLeftUnreadIsRead() {
        int length = Connection.MAX_UNREAD_BYTES;
        byte[][] read = new byte[1][];
        HandlerFactory handlers =
                _ ->
                        (_, in) -> {
                            if (in.remaining() > length) {
                                read[0] = in.readBytes(in.remaining());
                            }
                        };
        byte[] message = new byte[length + 1];
        new Random(4).nextBytes(message);
        try (TurnedServer server = server(handlers)) {
            Peer peer = server.accepted().send(GREETING);
            for (int at = 0; at < message.length; at += 16_000) {
                int n = Math.min(16_000, message.length - at);
                peer.send(ToyLayer.record(ToyLayer.DATA, Arrays.copyOfRange(message, at, at + n)));
                server.turnUntilAtRest();
            }
            server.turnUntil(() -> read[0] != null);
            assertThat(read[0]).isEqualTo(message);
        }
    }

    @Test
    void recordThatIsLongerThanAPieceEndsItsConnection() {
        RecordingHandler handler = new RecordingHandler();
        try (TurnedServer server = server(handler::on)) {
            byte[] record = ToyLayer.record(ToyLayer.DATA, new byte[65_535]);
            Peer peer = server.accepted().send(GREETING);
            int[] sent = {0};
            server.turnUntil(
                    () -> {
                        sent[0] +=
                                peer.isEnded()
                                        ? 0
                                        : peer.offer(record, sent[0], record.length - 1 - sent[0]);
                        return sent[0] == record.length - 1;
                    });
            server.turnUntil(peer::isEnded);
            server.turnUntil(() -> server.stats().protocolErrors() == 1 || handler.isClosed());
            peer.close();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).hasSize(1).first().asString().startsWith("close TlsFailed");
        }
    }

    @Test
    void layerThatThrowsEndsItsOwnConnectionAlone() {
        RecordingHandler handler = new RecordingHandler();
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(GREETING);
            server.turnUntil(() -> peer.size() == GREETING.length);
            peer.send(ToyLayer.record(ToyLayer.BUG, ""));
            server.turnUntil(peer::wasReset);
            assertThat(handler.told).hasSize(1).first().asString().contains("HandlerFailed");
            assertThat(server.stats().handlerFailures()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void layerThatThrowsWhileItEncodesDoesSo(ToyLayer.Breaks where) {
        toy.breaks = where;
        Echo handler = new Echo();
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a"), FAREWELL));
            server.turnUntil(peer::isEnded);
            server.turnUntil(handler::isClosed);
            assertThat(handler.told.getLast()).contains("HandlerFailed");
        }
    }

    /** A peer that has said its last and does not close is not waited for for ever. */
    @Test
    void endOfTheLayerHasTheTimeoutOfAHalfClose() {
        toy.timeoutMillis = 0;
        RecordingHandler handler =
                new RecordingHandler() {
                    @Override
                    public void onEnd(Connection from, IoBuffer in) {
                        told.add("end");
                    }
                };
        ConnectionOptions options =
                ConnectionOptions.defaults()
                        .withIdleTimeout(Duration.ZERO)
                        .withHalfCloseTimeout(Duration.ofSeconds(5));
        try (TurnedServer server = server(options, handler::on)) {
            Peer _ = server.accepted().send(join(GREETING, data("a"), FAREWELL));
            server.turnUntil(() -> handler.told.contains("end"));
            server.turnUntilAtRest();
            server.kernel.passTime(Duration.ofSeconds(4));
            server.turn(5);
            assertThat(handler.isClosed()).isFalse();
            server.kernel.passTime(Duration.ofSeconds(2));
            server.turnUntil(handler::isClosed);
            assertThat(handler.told.getLast()).isEqualTo("close TimedOut[limit=HALF_CLOSE]");
        }
    }

    /** Its output begins to wait when it is made, however long nothing was written before. */
    @CallsOfEpoll
    @Test
    void farewellHasTheWholeTimeoutOfAWrite() {
        RecordingHandler handler = new RecordingHandler();
        ConnectionOptions options =
                ConnectionOptions.defaults()
                        .withIdleTimeout(Duration.ZERO)
                        .withWriteTimeout(Duration.ofSeconds(5));
        try (TurnedServer server = server(options, handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("a")));
            server.turnUntil(() -> !handler.told.isEmpty());
            server.turnUntilAtRest();
            server.kernel.passTime(Duration.ofMinutes(1));
            server.turn();
            server.kernel.answerAlways(Call.SEND, -Errno.EAGAIN);
            server.reactor.execute(handler.connection::close);
            server.turn(5);
            server.kernel.passTime(Duration.ofSeconds(1));
            server.turn(5);
            assertThat(handler.isClosed()).isFalse();
            server.kernel.answerByKernel(Call.SEND);
            server.kernel.passTime(Duration.ofSeconds(5));
            server.turnUntil(peer::gotFin);
            assertThat(peer.bytes()).isEqualTo(join(GREETING, FAREWELL));
        }
    }

    /** What the layer has yet to make bytes of must not keep what it has made from being shown. */
    @Test
    void unreadIsShownAgainThoughOnlyAPartOfARecordHasCome() {
        RecordingHandler handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        told.add("shown " + in.remaining());
                        from.pause();
                    }
                };
        try (TurnedServer server = server(handler::on)) {
            Peer peer = server.accepted().send(join(GREETING, data("abc")));
            server.turnUntil(() -> handler.told.size() == 1);
            peer.send(Arrays.copyOf(data("def"), 4));
            server.turnUntilAtRest();
            handler.connection.resume();
            server.turnUntil(() -> handler.told.size() == 2);
            assertThat(handler.told).containsExactly("shown 3", "shown 3");
        }
    }

    /** Pieces of any size, a handler that pauses as it likes, a layer that waits. */
    @ParameterizedTest
    @EnumSource
    void stormOfPausesLosesNothing(Trigger trigger) {
        toy.isCostly = true;
        boolean ring = Defaults.transport() == Transport.IO_URING;
        ServerOptions options = Defaults.server().withTls(toy);
        for (int seed = 0; seed < 5; seed++) {
            toy.readsAhead = seed % 2 == 0;
            storm(ring ? options : options.withTrigger(trigger), new Random(seed));
        }
    }

    private static void storm(ServerOptions options, Random random) {
        Echo handler =
                new Echo() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        if (random.nextInt(4) == 0) {
                            from.pause();
                        }
                        int left = random.nextInt(in.remaining() / 2 + 1);
                        byte[] bytes = in.readBytes(in.remaining() - left);
                        int half = bytes.length / 2;
                        from.write(bytes, 0, half);
                        from.write(bytes, half, bytes.length - half);
                    }
                };
        byte[] message = new byte[300_000];
        random.nextBytes(message);
        byte[] sent = GREETING;
        for (int at = 0; at < message.length; ) {
            int n = Math.min(1 + random.nextInt(20_000), message.length - at);
            byte[] piece = Arrays.copyOfRange(message, at, at + n);
            sent = join(sent, ToyLayer.record(ToyLayer.DATA, piece));
            at += n;
        }
        byte[] toSend = sent;
        try (TurnedServer server =
                new TurnedServer(
                        options.withConnection(
                                ConnectionOptions.defaults().withWaterMarks(5_000, 30_000)),
                        handler::on)) {
            Peer peer = server.accepted(4_096);
            int[] done = {0};
            server.turnUntil(
                    () -> {
                        int n = Math.min(1 + random.nextInt(30_000), toSend.length - done[0]);
                        done[0] += n == 0 ? 0 : peer.offer(toSend, done[0], n);
                        peer.receive(random.nextInt(30_000));
                        if (handler.connection != null && random.nextBoolean()) {
                            handler.connection.pause();
                            handler.connection.resume();
                        }
                        return plain(peer.bytes()).length >= message.length;
                    });
            assertThat(plain(peer.bytes())).isEqualTo(message);
            assertThat(server.problems).isEmpty();
        }
    }
}
