package edgeloop;

import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.Http;
import edgeloop.http.HttpOptions;
import edgeloop.http.Response;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A peer sends and does not read what it gets back. */
class SlowReaderTest {
    private static final int HIGH = 64 * 1024;
    private static final int READ_BUFFER = 64 * 1024;
    private static final int SEGMENT = 8 * 1024;

    private final byte[] block = new byte[1 << 20];
    private Connection slow;

    private ConnectionHandler echo(Connection connection) {
        if (slow == null) {
            slow = connection;
        }
        return Connection::write;
    }

    /** Sends until the kernels of both ends and the server hold as much as they will. */
    private int fill(TurnedServer server, Peer peer) {
        new Random(1).nextBytes(block);
        int sent = 0;
        int still = 0;
        while (still < 20) {
            int n = peer.offer(block, sent % block.length, block.length - sent % block.length);
            sent += n;
            still = n == 0 ? still + 1 : 0;
            server.turn();
        }
        return sent;
    }

    @Test
    @DisplayName(
            "E16 a peer that never reads costs the high-water mark and one read buffer at most")
    void memoryIsBounded() {
        try (TurnedServer server = new TurnedServer(this::echo)) {
            Peer peer = server.accepted(4096);
            int sent = fill(server, peer);
            assertThat(sent).isGreaterThan(1 << 20);
            assertThat(slow.isCongested()).isTrue();
            assertThat(slow.pendingOutput())
                    .isGreaterThanOrEqualTo(HIGH)
                    .isLessThanOrEqualTo(HIGH + READ_BUFFER);
            assertThat(server.reactor.segments.taken())
                    .isLessThanOrEqualTo((HIGH + READ_BUFFER + Defaults.KEPT_INPUT) / SEGMENT + 1);
            assertThat(server.stats().bytesRead()).isLessThan(sent);
        }
    }

    @Test
    @DisplayName("E16 what a slow reader sent comes back whole once it reads, and memory goes back")
    void everythingComesBack() {
        try (TurnedServer server = new TurnedServer(this::echo)) {
            Peer peer = server.accepted(4096);
            int sent = fill(server, peer);
            server.turnUntil(() -> peer.receive(100_000) == 0 && peer.size() == sent);
            byte[] received = peer.bytes();
            for (int i = 0; i < sent; i++) {
                if (received[i] != block[i % block.length]) {
                    throw new AssertionError("byte " + i + " of " + sent + " is wrong");
                }
            }
            assertThat(slow.isCongested()).isFalse();
            assertThat(server.reactor.segments.taken()).isZero();
        }
    }

    @Test
    @DisplayName("E16 others are served as ever while a slow reader's output waits")
    void othersAreServed() {
        try (TurnedServer server = new TurnedServer(this::echo)) {
            fill(server, server.accepted(4096));
            Peer other = server.accepted();
            for (int i = 0; i < 100; i++) {
                int expected = 5 * (i + 1);
                other.send("hello");
                server.turn(2); // on a ring the answer goes out in the call that begins the next
                assertThat(other.size()).isEqualTo(expected);
            }
        }
    }

    @Test
    @DisplayName("E16 reading goes on at the low-water mark, and the handler hears of it")
    void readingGoesOnAtTheLowMark() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        from.write(in);
                    }
                };
        ConnectionOptions options = ConnectionOptions.defaults().withWaterMarks(1000, 2000);
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            Peer peer = server.accepted(4096);
            int sent = fill(server, peer);
            server.turnUntilAtRest();
            assertThat(handler.connection.isCongested()).isTrue();
            handler.told.clear(); // the peer's kernel may have made room while it filled up
            server.turn(20);
            assertThat(handler.told).as("drains before the peer reads").doesNotContain("drain");
            server.turnUntil(() -> peer.receive(100_000) == 0 && peer.size() == sent);
            assertThat(handler.told).contains("drain");
            assertThat(handler.connection.isCongested()).isFalse();
        }
    }

    @Test
    @DisplayName(
            "E16 a peer that takes nothing for the write timeout is closed, and its memory freed")
    void writeTimeoutFreesTheConnection() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        from.write(in);
                    }
                };
        ConnectionOptions options =
                ConnectionOptions.defaults().withWriteTimeout(Duration.ofSeconds(8));
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            Peer peer = server.accepted(4096);
            fill(server, peer);
            server.kernel.passTime(Duration.ofSeconds(7));
            server.turn(3);
            assertThat(handler.isClosed()).isFalse();

            server.kernel.passTime(Duration.ofSeconds(2));
            server.turnUntil(handler::isClosed);
            assertThat(handler.reason)
                    .isEqualTo(new CloseReason.TimedOut(CloseReason.TimedOut.Limit.WRITE));
            assertThat(server.stats().timeouts()).isEqualTo(1);
            assertThat(server.reactor.segments.taken()).isZero();
        }
    }

    /**
     * Writes 3,840 bytes to a peer that takes {@code bytes} of them every 5 s; after how many of
     * these it is closed for it, or 0 if it takes them all.
     */
    private static int stepsUntilClosed(ConnectionOptions options, int bytes) {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            server.accepted();
            long key = server.kernel.keyOf(server.lastAccepted());
            server.kernel.answerAlways(Call.SEND, -Errno.EAGAIN);
            handler.connection.write(new byte[3_840]);
            server.turnUntilAsleep();
            for (int step = 1; step <= 3_840 / bytes; step++) {
                server.kernel.passTime(Duration.ofSeconds(5));
                server.kernel.answerNext(Call.SEND, bytes);
                server.kernel.injectEvent(EPOLLOUT, key);
                server.turn(3);
                if (handler.isClosed()) {
                    assertThat(handler.reason)
                            .isEqualTo(new CloseReason.TimedOut(CloseReason.TimedOut.Limit.WRITE));
                    return step;
                }
            }
            assertThat(handler.connection.pendingOutput()).isZero();
            return 0;
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName(
            "E16 a peer that takes a few bytes now and then is closed where a rate is asked for")
    void trickleIsNotEnough() {
        ConnectionOptions options =
                ConnectionOptions.defaults().withWriteTimeout(Duration.ofSeconds(60));
        assertThat(stepsUntilClosed(options, 32)).isZero();
        ConnectionOptions withRate = options.withMinOutputRate(256);
        assertThat(stepsUntilClosed(withRate, 32)).isBetween(12, 14);
        assertThat(stepsUntilClosed(withRate, 640)).as("half of it: 2 minutes").isZero();
        assertThat(stepsUntilClosed(withRate, 80)).isBetween(12, 14);
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E16 with HTTP a client that takes a few bytes now and then is closed by default")
    void httpAsksForARate() {
        HttpOptions defaults = HttpOptions.defaults();
        assertThat(timeoutsOfATrickle(defaults)).isEqualTo(1);
        assertThat(timeoutsOfATrickle(defaults.withMinOutputRate(0))).isZero();
        ConnectionOptions own = ConnectionOptions.defaults().withMinOutputRate(1_000);
        assertThat(Http.serve(_ -> Response.empty(204)).connectionOptions(own)).isEqualTo(own);
    }

    private static long timeoutsOfATrickle(HttpOptions options) {
        Http http = Http.serve(options, _ -> Response.text(200, "x".repeat(4_000)));
        try (TurnedServer server = new TurnedServer(http)) {
            Peer peer = server.accepted();
            long key = server.kernel.keyOf(server.lastAccepted());
            server.kernel.answerAlways(Call.SEND, -Errno.EAGAIN);
            peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            server.turnUntil(() -> server.kernel.count(Call.SEND) > 0);
            for (int step = 0; step < 20 && server.stats().timeouts() == 0; step++) {
                server.kernel.passTime(Duration.ofSeconds(5));
                server.kernel.answerNext(Call.SEND, 32);
                server.kernel.injectEvent(EPOLLOUT, key);
                server.turn(3);
            }
            return server.stats().timeouts();
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E16 a peer that takes what it should is kept, and time without output is no debt")
    void onlyWaitingOutputIsOwed() {
        ConnectionOptions options =
                ConnectionOptions.defaults()
                        .withWriteTimeout(Duration.ofSeconds(10))
                        .withMinOutputRate(256);
        assertThat(stepsUntilClosed(options, 1_280)).isZero();
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            Peer peer = server.accepted();
            for (int i = 1; i <= 20; i++) {
                server.kernel.passTime(Duration.ofSeconds(60));
                handler.connection.write("x");
                server.turn(3);
                assertThat(peer.text()).hasSize(i);
            }
            assertThat(handler.isClosed()).isFalse();
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E16 the debt of output that is gone does not count when the peer has finished")
    void debtEndsWithTheOutput() {
        ConnectionOptions options =
                ConnectionOptions.defaults()
                        .withWriteTimeout(Duration.ofSeconds(60))
                        .withMinOutputRate(1)
                        .withHalfCloseTimeout(Duration.ofSeconds(10));
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onEnd(Connection from, IoBuffer in) {
                        told.add("end");
                    }
                };
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            Peer peer = server.accepted();
            long key = server.kernel.keyOf(server.lastAccepted());
            server.kernel.answerAlways(Call.SEND, -Errno.EAGAIN);
            handler.connection.write("ab");
            server.turnUntilAsleep();
            peer.sendFin();
            server.turnUntil(() -> handler.told.contains("end"));
            server.kernel.passTime(Duration.ofSeconds(50));
            server.kernel.answerByKernel(Call.SEND);
            server.kernel.injectEvent(EPOLLOUT, key);
            server.turn(3);
            server.kernel.passTime(Duration.ofSeconds(5));
            server.turn(3);
            assertThat(handler.isClosed()).isFalse();
        }
    }

    @Test
    @DisplayName("E16 with backpressure off the handler is told by isCongested, and reads on")
    void backpressureCanBeOff() {
        var handler = new RecordingHandler();
        ConnectionOptions options =
                ConnectionOptions.defaults().withBackpressure(false).withWaterMarks(1000, 2000);
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            Peer peer = server.accepted(4096);
            handler.connection.write(new byte[16 << 20]);
            server.turn(3);
            assertThat(handler.connection.isCongested()).isTrue();
            peer.send("still read");
            server.turnUntil(() -> handler.text.toString().equals("still read"));
            server.turnUntil(() -> peer.size() == 16 << 20);
            assertThat(handler.told).containsExactly("read still read", "drain");
        }
    }
}
