package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The server's side ends a connection, by {@code close} or by {@code abort}. */
class ClosingTest {
    private static final Duration LINGER = ConnectionOptions.defaults().lingerTimeout();

    private final RecordingHandler handler = new RecordingHandler();

    /** Answers the first bytes that come and closes, whatever may follow them. */
    private final RecordingHandler answering =
            new RecordingHandler() {
                @Override
                public void onRead(Connection from, IoBuffer in) {
                    in.skip(1);
                    from.write("too long\n");
                    from.close();
                }
            };

    /** Sends more than the server reads before it closes; what stays unread would cause a reset. */
    private static void sendTooMuch(Peer peer) {
        int offered = peer.offer(new byte[8 << 20], 0, 8 << 20);
        assertThat(offered).isGreaterThan(1 << 20);
    }

    @Test
    @DisplayName("E21 input that nobody reads does not destroy the answer: a FIN, then a drain")
    void unreadInputDoesNotDestroyTheAnswer() {
        try (TurnedServer server = new TurnedServer(answering::on)) {
            Peer peer = server.accepted();
            sendTooMuch(peer);
            server.turnUntil(peer::isEnded);
            assertThat(peer.text()).isEqualTo("too long\n");
            assertThat(peer.gotFin()).isTrue();
            assertThat(answering.isClosed()).as("before the peer's FIN").isFalse();

            peer.sendFin();
            server.turnUntil(answering::isClosed);
            assertThat(answering.told).containsExactly("close LocallyClosed[]");
        }
    }

    @Test
    @DisplayName("E21 the drain has a deadline, also for a peer that goes on sending")
    void drainHasADeadline() {
        try (TurnedServer server = new TurnedServer(answering::on)) {
            Peer peer = server.accepted();
            sendTooMuch(peer);
            server.turnUntil(peer::isEnded);
            byte[] more = new byte[1 << 20];
            server.kernel.passTime(LINGER.dividedBy(2));
            for (int i = 0; i < 10; i++) {
                peer.offer(more, 0, more.length);
                server.turn();
            }
            assertThat(answering.isClosed()).isFalse();

            peer.offer(more, 0, more.length);
            server.kernel.passTime(LINGER);
            server.turnUntil(answering::isClosed);
            assertThat(answering.told).containsExactly("close LocallyClosed[]");
            assertThat(server.stats().errors()).isZero();
        }
    }

    @Test
    @DisplayName("E21 a linger timeout of zero closes at once")
    void withoutLingerTimeoutItClosesAtOnce() {
        ConnectionOptions options = ConnectionOptions.defaults().withLingerTimeout(Duration.ZERO);
        try (TurnedServer server = new TurnedServer(options, answering::on)) {
            server.accepted().send("x");
            server.turnUntil(answering::isClosed);
            assertThat(answering.told).containsExactly("close LocallyClosed[]");
        }
    }

    @Test
    @DisplayName("E22 abort sends a reset and no FIN before it, and waiting output is lost")
    void abortSendsAResetAlone() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            int fd = server.lastAccepted();
            handler.connection.write("never sent");
            handler.connection.abort();
            server.turnUntil(handler::isClosed);
            server.turnUntil(peer::wasReset); // on a ring what it has under way is cancelled first
            assertThat(peer.size()).isZero();
            List<Call> calls = server.kernel.madeAbout(fd);
            assertThat(calls).doesNotContain(Call.SHUTDOWN, Call.SEND);
            assertThat(calls)
                    .containsSubsequence(Call.SET_LINGER_ZERO, Call.CLOSE)
                    .containsOnlyOnce(Call.CLOSE);
        }
    }

    @Test
    @DisplayName("E23 an interrupted close is not done again: the number may be a stranger's")
    void interruptedCloseIsNotDoneAgain() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            int fd = server.lastAccepted();
            server.kernel.answerNext(Call.CLOSE, -Errno.EINTR);
            peer.sendFin();
            server.turnUntil(handler::isClosed);
            server.turn(5);
            assertThat(server.kernel.madeAbout(fd)).containsOnlyOnce(Call.CLOSE);
            assertThat(handler.timesClosed()).isEqualTo(1);
            assertThat(server.stats().errors()).isZero();

            server.accepted().send("hello"); // one of its two ends has the number now
            server.turnUntil(() -> handler.text.toString().equals("hello"));
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E24 a duplicate of the descriptor leaves nothing registered: DEL comes first")
    void descriptorIsDeregisteredBeforeItIsClosed() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(server.kernel.madeAbout(server.lastAccepted()))
                    .endsWith(Call.EPOLL_DELETE, Call.CLOSE);
        }
    }
}
