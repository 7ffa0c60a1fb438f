package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel takes less than it is given. */
class PartialWriteTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 8191, 8192, 8193, 65_536})
    @DisplayName("E13 what a short write did not take goes out later, in order")
    void shortWritesLoseNothing(int most) {
        byte[] bytes = new byte[most < 1000 ? 20_000 : 300_000];
        new Random(most).nextBytes(bytes);
        try (TurnedServer server = TurnedServer.echo()) {
            Peer peer = server.accepted();
            server.kernel.limitTransfers(most);
            peer.send(bytes);
            server.turnUntil(() -> peer.size() == bytes.length);
            assertThat(peer.bytes()).isEqualTo(bytes);
            assertThat(server.stats().bytesWritten()).isEqualTo(bytes.length);
            assertThat(server.stats().bytesRead()).isEqualTo(bytes.length);
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E14 after a short write the rest is sent at once: EPOLLOUT is no longer to come")
    void restOfAShortWriteIsSentAtOnce() {
        try (TurnedServer server = TurnedServer.echo()) {
            Peer peer = server.accepted().send("0123456789");
            server.kernel.limitTransfers(4);
            server.turnUntil(() -> server.kernel.count(Call.RECV) > 0);
            server.turn();
            assertThat(peer.text()).isEqualTo("0123456789");
        }
    }

    @Test
    @DisplayName("E14 after EAGAIN nothing is sent until EPOLLOUT has come")
    void nothingIsSentBetweenEagainAndEpollout() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            // More than the kernel holds for both ends together.
            handler.connection.write(new byte[16 << 20]);
            server.turnUntil(() -> lastSend(server) == -Errno.EAGAIN);
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            handler.connection.write("more");
            server.turn(5);
            assertThat(sends(server)).isZero();

            server.turnUntil(() -> peer.receive(1 << 20) == 0 && peer.size() == (16 << 20) + 4);
        }
    }

    private static int lastSend(TurnedServer server) {
        return server.kernel.made().stream()
                .filter(made -> made.call() == Call.SEND || made.call() == Call.SENDMSG)
                .mapToInt(made -> made.outcome())
                .reduce(0, (_, last) -> last);
    }

    private static int sends(TurnedServer server) {
        return server.kernel.count(Call.SEND) + server.kernel.count(Call.SENDMSG);
    }

    @Test
    @DisplayName("E13 an interrupted write is done again, and nothing is doubled")
    void interruptedWriteIsDoneAgain() {
        try (TurnedServer server = TurnedServer.echo()) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.SEND, -Errno.EINTR);
            server.kernel.answerNext(Call.SEND, -Errno.EINTR);
            peer.send("once");
            server.turnUntil(() -> peer.size() > 0);
            server.turn(3);
            assertThat(peer.text()).isEqualTo("once");
            assertThat(server.stats().errors()).isZero();
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E13 output that found the socket full goes out before what is written next")
    void orderIsKeptWhenTheDirectWayIsFreeAgain() {
        byte[] large = new byte[8192]; // large enough to be sent without being collected first
        try (TurnedServer server = TurnedServer.echo()) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.SEND, -Errno.EAGAIN);
            peer.send("first");
            server.turnUntil(() -> server.kernel.count(Call.SEND) == 1);
            peer.send(large);
            server.turnUntil(() -> peer.size() == 5 + large.length);
            assertThat(peer.text()).startsWith("first");
        }
    }
}
