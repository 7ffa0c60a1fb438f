package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.ScriptedSyscalls.Call;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One peer has more for the server, or wants more of it, than others should have to wait for. */
class FairnessTest {
    private static final int SHARE = 1 << 20;

    @CallsOfEpoll
    @Test
    @DisplayName("E7 a fast peer is read up to a budget, then the others have their turn")
    void fastPeerIsReadUpToABudget() {
        var fast = new RecordingHandler();
        var slow = new RecordingHandler();
        try (TurnedServer server =
                new TurnedServer(c -> fast.connection == null ? fast.on(c) : slow.on(c))) {
            Peer fastPeer = server.accepted();
            Peer slowPeer = server.accepted();
            int offered = fastPeer.offer(new byte[8 << 20], 0, 8 << 20);
            assertThat(offered).isGreaterThan(SHARE);
            waitForEachByte(server, server.acceptedDescriptors().getFirst(), fast, offered);
            slowPeer.send("me too");
            server.kernel.gather(2);
            server.turn();
            assertThat(slow.text.toString()).isEqualTo("me too");
            assertThat(fast.text.length()).isPositive().isLessThan(SHARE);

            server.turn();
            assertThat(server.kernel.lastWaitMillis()).as("timeout with some left").isZero();
            server.turnUntil(() -> fast.text.length() == offered);
        }
    }

    @Test
    @DisplayName("E7 a peer that sends byte by byte does not hold up the loop either")
    void readsAreCountedAsWellAsBytes() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.forgetCounts();
            server.kernel.limitTransfers(1);
            peer.send(new byte[10_000]);
            server.turnUntil(() -> handler.text.length() > 0);
            assertThat(server.kernel.count(Call.RECV)).isLessThan(1000);
            server.turnUntil(() -> handler.text.length() == 10_000);
        }
    }

    @Test
    @DisplayName("E14 a flush that its budget ends goes on in the next turn, without an edge")
    void outputIsSentUpToABudget() {
        HandlerFactory handlers =
                connection -> {
                    connection.write(new byte[100_000]);
                    return Connection::write;
                };
        try (TurnedServer server = new TurnedServer(handlers)) {
            server.kernel.limitTransfers(10);
            Peer peer = server.peer();
            int turns = 0;
            int most = 0;
            while (peer.size() < 100_000) {
                server.kernel.forgetCounts();
                server.turn();
                most = Math.max(most, sends(server));
                assertThat(turns++).isLessThan(10_000);
            }
            assertThat(most).as("sends in a turn").isLessThan(1000);
        }
    }

    /**
     * Lets each recv wait until {@code fd} has input, as long as not all of it was read: what the
     * peer's kernel has taken need not have come yet, and the loop may be quicker than that.
     */
    private static void waitForEachByte(
            TurnedServer server, int fd, RecordingHandler handler, int total) {
        server.kernel.runBeforeNext(
                Call.RECV,
                () -> {
                    if (handler.text.length() < total) {
                        server.kernel.awaitReady(fd, EpollEvents.EPOLLIN);
                        waitForEachByte(server, fd, handler, total);
                    }
                });
    }

    private static int sends(TurnedServer server) {
        return server.kernel.count(Call.SEND) + server.kernel.count(Call.SENDMSG);
    }
}
