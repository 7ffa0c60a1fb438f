package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

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
            assertThat(server.reactor.segments().taken())
                    .isLessThanOrEqualTo((HIGH + READ_BUFFER) / SEGMENT + 1);
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
            assertThat(server.reactor.segments().taken()).isZero();
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
                server.turn();
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
            assertThat(handler.connection.isCongested()).isTrue();
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
            assertThat(server.reactor.segments().taken()).isZero();
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
