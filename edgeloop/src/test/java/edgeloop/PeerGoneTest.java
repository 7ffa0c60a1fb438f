package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The peer ends the connection, in each of its ways and at each time. */
class PeerGoneTest {
    private static final int MANY = 16 << 20;

    private final RecordingHandler handler = new RecordingHandler();

    private static List<String> failedWith(int errno) {
        return List.of("close " + new CloseReason.Failed(errno));
    }

    @Test
    @DisplayName("E19 all that came before the FIN is read, though it is announced from the start")
    void allBeforeTheFinIsRead() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            int offered = peer.offer(new byte[8 << 20], 0, 8 << 20);
            assertThat(offered).isGreaterThan(1 << 20); // more than one turn reads
            peer.sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.text).hasSize(offered);
            assertThat(handler.told.subList(handler.told.size() - 2, handler.told.size()))
                    .containsExactly("end", "close PeerClosed[]");
        }
    }

    /** Reading goes on in the turn's second step, where no event is at hand to tell. */
    @Test
    @DisplayName("E25 a reset is told of where its handler pauses when the budget was spent")
    void resetIsToldOfWhereReadingGoesOnAndPauses() {
        var pausing =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        if (told.size() == 80) { // more than one go reads in pieces
                            from.pause();
                        }
                    }
                };
        try (TurnedServer server = new TurnedServer(pausing::on)) {
            Peer peer = server.accepted();
            server.kernel.limitTransfers(3);
            peer.send("x".repeat(1_000));
            peer.reset();
            server.turnUntil(pausing::isClosed);
            assertThat(pausing.reason).isEqualTo(new CloseReason.Failed(Errno.ECONNRESET));
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E19 EPOLLRDHUP is no end: only a recv of 0 is")
    void readHangUpAloneIsNoEnd() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            long key = server.kernel.keyOf(server.lastAccepted());
            server.kernel.injectEvent(EpollEvents.EPOLLIN | EpollEvents.EPOLLRDHUP, key);
            server.turn();
            assertThat(handler.told).isEmpty();

            peer.send("last words");
            server.turnUntil(() -> handler.text.toString().equals("last words"));
            peer.sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told)
                    .containsExactly("read last words", "end", "close PeerClosed[]");
        }
    }

    @Test
    @DisplayName("E19 what came before a reset is read too, where the kernel has it still")
    void bytesBeforeAResetAreRead() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("last words").reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told)
                    .containsExactly(
                            "read last words", "close " + new CloseReason.Failed(Errno.ECONNRESET));
        }
    }

    @Test
    @DisplayName("E25 a reset of an idle connection closes it once, under its cause")
    void resetWhileIdle() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            peer.reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).isEqualTo(failedWith(Errno.ECONNRESET));
            assertClosedOnceAsAnError(server);
        }
    }

    @Test
    @DisplayName("E25 a reset while reading is paused closes the connection once, without a read")
    void resetWhilePaused() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            handler.connection.pause();
            server.turnUntilAsleep();
            peer.reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).isEqualTo(failedWith(Errno.ECONNRESET));
            assertClosedOnceAsAnError(server);
        }
    }

    @Test
    @DisplayName("E25 a reset while output waits closes the connection once, and frees the output")
    void resetWhileOutputWaits() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            handler.connection.write(new byte[MANY]);
            server.turnUntilAsleep();
            assertThat(handler.connection.pendingOutput()).isPositive();
            peer.reset();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).isEqualTo(failedWith(Errno.ECONNRESET));
            assertThat(server.reactor.segments.taken()).isZero();
            assertClosedOnceAsAnError(server);
        }
    }

    @CallsOfEpoll
    @ParameterizedTest
    @ValueSource(ints = {Errno.EPIPE, Errno.ECONNRESET, Errno.ETIMEDOUT, Errno.EHOSTUNREACH})
    @DisplayName("E25 an error of a write closes the connection once, under its cause")
    void errorOfAWrite(int errno) {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            var _ = server.accepted();
            server.kernel.answerNext(Call.SEND, -errno);
            handler.connection.write("into the void");
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).isEqualTo(failedWith(errno));
            assertClosedOnceAsAnError(server);
        }
    }

    @CallsOfEpoll
    @ParameterizedTest
    @ValueSource(ints = {Errno.ECONNRESET, Errno.ETIMEDOUT, Errno.EHOSTUNREACH})
    @DisplayName("E25 an error of a read closes the connection once, under its cause")
    void errorOfARead(int errno) {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.RECV, -errno);
            peer.send("never read");
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).isEqualTo(failedWith(errno));
            assertClosedOnceAsAnError(server);
        }
    }

    @Test
    @DisplayName("E25 FINs that cross each other close the connection once, without an error")
    void finsThatCross() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            handler.connection.close();
            peer.sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("close LocallyClosed[]");
            assertThat(peer.gotFin()).isTrue();
            assertThat(server.stats().locallyClosed()).isEqualTo(1);
            assertThat(server.stats().errors()).isZero();
        }
    }

    /** A mask without IN and OUT, as for a socket that nobody wants anything of. */
    @CallsOfEpoll
    @ParameterizedTest
    @ValueSource(ints = {EpollEvents.EPOLLHUP, EpollEvents.EPOLLERR})
    @DisplayName("E26 HUP or ERR alone is looked into once, and the loop sleeps again")
    void hangUpOrErrorAlone(int mask) {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            server.kernel.injectEvent(mask, server.kernel.keyOf(server.lastAccepted()));
            server.turn(2);
            assertThat(server.kernel.lastWaitMillis()).isNotZero();
            server.assertSleeps();

            peer.send("all is well");
            server.turnUntil(() -> handler.text.toString().equals("all is well"));
        }
    }

    @Test
    @DisplayName("E26 a reset that comes as HUP and ERR, with reading paused, does not spin")
    void resetOfAPausedConnectionDoesNotSpin() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            handler.connection.pause();
            peer.send("unread");
            server.turnUntilAsleep();
            peer.reset();
            server.turnUntil(handler::isClosed);
            server.assertSleeps();
        }
    }

    private void assertClosedOnceAsAnError(TurnedServer server) {
        server.turn(5);
        assertThat(handler.timesClosed()).isEqualTo(1);
        ServerStats stats = server.stats();
        assertThat(stats.errors()).isEqualTo(1);
        assertThat(stats.activeConnections()).isZero();
        assertThat(Stream.of(stats.peerClosed(), stats.locallyClosed(), stats.timeouts()))
                .containsOnly(0L);
        assertThat(server.kernelConnections()).isZero();
    }
}
