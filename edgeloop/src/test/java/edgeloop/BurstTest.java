package edgeloop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.engine.Engine;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What counts as a request: one burst, read and answered whole. */
class BurstTest {
    private final List<Long> served = new ArrayList<>();

    private final ServerOptions listening =
            Defaults.server()
                    .withListeners(
                            _ ->
                                    new ReactorListener() {
                                        @Override
                                        public void onServed(long nanos) {
                                            served.add(nanos);
                                        }
                                    });

    /** Echoes, and has the peer do something while the server is still at it. */
    private static ConnectionHandler echoWhile(Consumer<IoBuffer> meanwhile) {
        return (connection, in) -> {
            meanwhile.accept(in);
            connection.write(in);
        };
    }

    @Test
    void aRequestThatComesBeforeTheDrainEndsIsOneOfItsOwn() {
        Peer[] peer = new Peer[1];
        int[] left = {2};
        ConnectionHandler echo =
                echoWhile(
                        _ -> {
                            if (left[0]-- > 0) {
                                peer[0].send("next");
                            }
                        });
        try (TurnedServer server = new TurnedServer(listening, _ -> echo)) {
            peer[0] = server.accepted();
            peer[0].send("first");
            server.turnUntil(() -> served.size() == 3);
            assertThat(server.stats().requests()).isEqualTo(3);
        }
    }

    @Test
    void aRequestThatAPauseDividesIsOne() {
        List<Connection> paused = new ArrayList<>();
        ConnectionHandler handler =
                (connection, in) -> {
                    in.skip(in.remaining());
                    if (paused.isEmpty()) {
                        paused.add(connection);
                        connection.pause();
                    }
                };
        try (TurnedServer server = new TurnedServer(listening, _ -> handler)) {
            server.accepted().send(new byte[40_000]);
            server.turnUntilAsleep();
            paused.getFirst().resume();
            server.turnUntil(() -> served.size() == 1);
            server.turnUntilAsleep();
            assertThat(server.stats().bytesRead()).isEqualTo(40_000);
            assertThat(server.stats().requests()).isEqualTo(1);
        }
    }

    /** What fills the room behind what was left unread is not the whole of a burst. */
    @Test
    void aRequestThatComesBehindAnUnreadPartIsOne() {
        int all = 1_000 + 100_000;
        int[] taken = {0};
        ConnectionHandler handler =
                (connection, in) -> {
                    if (taken[0] > 0 || in.remaining() > 1_000) {
                        taken[0] += in.remaining();
                        connection.write(in);
                    }
                };
        try (TurnedServer server = new TurnedServer(listening, _ -> handler)) {
            Peer peer = server.accepted();
            peer.send("x".repeat(1_000));
            server.turnUntilAsleep();
            peer.send("x".repeat(100_000));
            server.turnUntil(() -> taken[0] == all);
            server.turnUntil(
                    () -> {
                        peer.receive(1 << 16);
                        return peer.size() == all;
                    });
            server.turnUntilAsleep();
            assertThat(server.stats().requests()).isEqualTo(1);
        }
    }

    /** All three are there at once: nobody can tell them from one. */
    @Test
    void whatComesInOnePieceIsOneRequest() {
        try (TurnedServer server = new TurnedServer(listening, _ -> Connection::write)) {
            server.accepted().send("one").send("two").send("three");
            server.turnUntil(() -> served.size() == 1);
            server.turnUntilAsleep();
            assertThat(server.stats().requests()).isEqualTo(1);
        }
    }

    /** A handler that leaves much unread has the next read's buffer small, and so soon full. */
    private void assertThatOneRequestFillsTheBuffer(int beyond) {
        int first = 60_000;
        int total = Engine.INPUT_BYTES + beyond;
        ConnectionHandler inOnePiece =
                (connection, in) -> {
                    if (in.remaining() == Engine.INPUT_BYTES || in.remaining() == beyond) {
                        connection.write(in);
                    }
                };
        try (TurnedServer server = new TurnedServer(listening, _ -> inOnePiece)) {
            Peer peer = server.accepted();
            peer.send(new byte[first]);
            server.turnUntil(() -> server.stats().bytesRead() == first);
            peer.send(new byte[total - first]);
            server.turnUntil(() -> server.stats().bytesWritten() == total);
            server.turnUntilAsleep();
            assertThat(server.stats().requests()).isEqualTo(1);
        }
    }

    @Test
    void whatFillsTheInputBufferGoesOn() {
        assertThatOneRequestFillsTheBuffer(100);
    }

    @Test
    void whatFillsTheInputBufferExactlyEndsWithTheDrain() {
        assertThatOneRequestFillsTheBuffer(0);
    }

    /** As of an upload that is too large: its handler answers and closes amid the input. */
    @Test
    void whatIsThrownAwayWhileItLingersIsNone() {
        ConnectionHandler refusal =
                (connection, in) -> {
                    in.skip(in.remaining());
                    connection.write("no".getBytes(US_ASCII));
                    connection.close();
                };
        try (TurnedServer server = new TurnedServer(listening, _ -> refusal)) {
            Peer peer = server.accepted();
            peer.send(new byte[2 * Engine.INPUT_BYTES]);
            server.turnUntil(() -> server.stats().bytesWritten() == 2);
            server.turnUntilAsleep();
            assertThat(server.stats().requests()).isZero();
            assertThat(served).isEmpty();
        }
    }

    @CallsOfEpoll
    @Test
    void itIsNotOverWhileTheKernelHasNotTakenTheAnswer() {
        try (TurnedServer server = new TurnedServer(listening, _ -> Connection::write)) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.SEND, -Errno.EAGAIN);
            peer.send("hello");
            server.turnUntil(() -> server.stats().bytesRead() == 5);
            server.turnUntilAsleep();
            assertThat(served).isEmpty();

            server.kernel.injectEvent(4, keyOf(server)); // EPOLLOUT
            server.turnUntil(() -> served.size() == 1);
            assertThat(server.stats().requests()).isEqualTo(1);
        }
    }

    private static long keyOf(TurnedServer server) {
        return server.kernel.keyOf(server.lastAccepted());
    }

    @Test
    void itIsNotOverWhileTheHandlerLeavesSomethingUnread() {
        ConnectionHandler lines =
                (connection, in) -> {
                    if (in.indexOf((byte) '\n') >= 0) {
                        connection.write(in);
                    }
                };
        try (TurnedServer server = new TurnedServer(listening, _ -> lines)) {
            Peer peer = server.accepted();
            peer.send("hel");
            server.turnUntil(() -> server.stats().bytesRead() == 3);
            server.turnUntilAsleep();
            assertThat(served).isEmpty();

            peer.send("lo\n");
            server.turnUntil(() -> served.size() == 1);
            assertThat(server.stats().requests()).isEqualTo(1);
        }
    }

    @Test
    void latencyIsFromTheEventToTheLastByteHandedOver() {
        TurnedServer[] server = new TurnedServer[1];
        ConnectionHandler slow = echoWhile(_ -> server[0].kernel.passTime(Duration.ofMillis(7)));
        try (TurnedServer turned = new TurnedServer(listening, _ -> slow)) {
            server[0] = turned;
            turned.kernel.stopClock(1_000_000_000);
            turned.accepted().send("hello");
            turned.turnUntil(() -> served.size() == 1);
            assertThat(served).containsExactly(7_000_000L);
        }
    }

    /** Its event is that of the first, but it was not there yet. */
    @Test
    void latencyOfTheNextInTheSameDrainIsFromTheEndOfTheFirst() {
        TurnedServer[] server = new TurnedServer[1];
        Peer[] peer = new Peer[1];
        long[] nanos = {7_000_000, 2_000_000};
        int[] n = {0};
        ConnectionHandler slow =
                echoWhile(
                        _ -> {
                            server[0].kernel.passTime(Duration.ofNanos(nanos[n[0]]));
                            if (n[0]++ == 0) {
                                peer[0].send("next");
                            }
                        });
        try (TurnedServer turned = new TurnedServer(listening, _ -> slow)) {
            server[0] = turned;
            turned.kernel.stopClock(1_000_000_000);
            peer[0] = turned.accepted();
            peer[0].send("first");
            turned.turnUntil(() -> served.size() == 2);
            assertThat(served).containsExactly(7_000_000L, 2_000_000L);
        }
    }
}
