package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.CloseReason.Overload;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors run short while connections hold some of them for nothing. */
class DescriptorShortageTest {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final CloseReason IDLE = new Overload(Overload.Resource.DESCRIPTORS);

    private static final byte[] FILE = {'f', 'i', 'l', 'e'};

    /** Echoes, and lets idle connections go. */
    private static class Echo implements ConnectionHandler {
        final List<CloseReason> ends = new ArrayList<>();
        boolean idle = true;

        @Override
        public void onRead(Connection from, IoBuffer in) {
            from.write(in);
        }

        @Override
        public boolean isIdle(Connection connection) {
            return idle;
        }

        @Override
        public void onClose(Connection from, CloseReason reason) {
            ends.add(reason);
        }
    }

    private final Echo handler = new Echo();

    private TurnedServer server() {
        TurnedServer server = new TurnedServer(_ -> handler);
        server.kernel.stopClock(server.kernel.nanoTime());
        return server;
    }

    /** Peers that come one millisecond after the other. */
    private static List<Peer> accepted(TurnedServer server, int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        _ -> {
                            server.kernel.passTime(Duration.ofMillis(1));
                            server.turn();
                            return server.accepted();
                        })
                .toList();
    }

    @Test
    @DisplayName("E68 at EMFILE the longest idle goes, by a FIN, and the next turn accepts")
    void theLongestIdleGoes() {
        try (TurnedServer server = server()) {
            List<Peer> peers = accepted(server, 10);
            server.kernel.passTime(Duration.ofMillis(1));
            server.turn();
            peers.get(0).send("x");
            server.turnUntil(() -> peers.get(0).text().equals("x"));

            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            Peer newcomer = server.peer().send("hello");
            server.turnUntil(() -> newcomer.text().equals("hello"));
            assertThat(peers.get(1).gotFin()).isTrue();
            assertThat(peers.stream().filter(Peer::isEnded)).hasSize(1);
            assertThat(handler.ends).containsExactly(IDLE);
            assertThat(IDLE.isError()).isFalse();
            assertThat(server.stats().closedForDescriptors()).isEqualTo(1);
            assertThat(server.stats().acceptPauses()).isZero();
        }
    }

    @Test
    @DisplayName("E68 an eighth of the idle goes at once, and 32 at most")
    void manyGoAtOnceButNotAll() {
        try (TurnedServer server = server()) {
            List<Peer> peers = accepted(server, 300);
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            server.peer();
            server.turn(3);
            assertThat(server.stats().closedForDescriptors()).isEqualTo(32);
            assertThat(peers.subList(0, 32)).allMatch(Peer::gotFin);

            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            server.peer();
            server.turn(3);
            assertThat(server.stats().closedForDescriptors()).isEqualTo(32 + 268 / 8 - 1);
            assertThat(server.kernelConnections()).isEqualTo(302 - 64);
        }
    }

    @Test
    @DisplayName("E68 a release that throws is told, and the others are asked")
    void releaseThatThrowsIsTold() {
        try (TurnedServer server = server()) {
            server.reactor.onDescriptorShortage(
                    () -> {
                        throw new NoClassDefFoundError("on purpose");
                    });
            accepted(server, 1);
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            Peer newcomer = server.peer().send("hello");
            server.turnUntil(() -> newcomer.text().equals("hello"));
            assertThat(server.problems).anyMatch(line -> line.contains("on purpose"));
        }
    }

    @Test
    @DisplayName("E68 where nobody is idle nobody goes, and accepting pauses")
    void whereNobodyIsIdleAcceptingPauses() {
        handler.idle = false;
        try (TurnedServer server = server()) {
            accepted(server, 3);
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            Peer newcomer = server.peer().send("hello");
            server.turn(5);
            assertThat(server.stats().acceptPauses()).isEqualTo(1);
            assertThat(server.kernelConnections()).isEqualTo(3);

            server.kernel.passTime(PAUSE.plusMillis(1));
            server.turnUntil(() -> newcomer.text().equals("hello"));
        }
    }

    @Test
    @DisplayName("E68 one that speaks, owes output or has left input unread is not idle")
    void busyOnesStay() {
        try (TurnedServer server = server()) {
            Peer speaking = accepted(server, 1).getFirst();
            accepted(server, 3);
            server.kernel.passTime(Duration.ofMillis(1));
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            server.kernel.gather(2);
            speaking.send("wait");
            server.peer();
            server.turn(3);
            assertThat(speaking.text()).isEqualTo("wait");
            assertThat(speaking.isEnded()).isFalse();
            assertThat(handler.ends).containsExactly(IDLE);
        }
    }

    @Test
    @DisplayName(
            "E68 a failure that freeing descriptors does not end pauses, and takes one batch each")
    void failureWithoutEndTakesOneBatchForEachPause() {
        try (TurnedServer server = server()) {
            accepted(server, 16);
            server.kernel.answerAlways(Call.ACCEPT, -Errno.ENFILE);
            server.peer();
            server.turn(10);
            assertThat(server.stats().closedForDescriptors()).isEqualTo(2);
            assertThat(server.stats().acceptPauses()).isEqualTo(1);
            server.kernel.passTime(PAUSE.plusMillis(1));
            server.turn(10);
            assertThat(server.stats().closedForDescriptors()).isEqualTo(3);
            assertThat(server.stats().acceptPauses()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName(
            "E68 connections are not accepted into the reserve, which is there when one closes")
    void reserveIsKept() {
        handler.idle = false;
        try (TurnedServer server = server()) {
            List<Peer> peers = accepted(server, 40);
            for (int i = 0; i < 20; i++) {
                server.peer(); // they are of this process, and take descriptors too
            }
            int next = server.kernel.duplicate(server.lastAccepted());
            server.kernel.close(next);
            int limit = limitWithRoomFor(5, next);
            server.kernel.answerAlways(Call.DESCRIPTOR_LIMIT, limit);
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE); // has the limit looked at again
            server.turn(5);
            server.kernel.passTime(PAUSE.plusMillis(1));
            server.turn(5);
            assertThat(server.kernelConnections()).isEqualTo(45);
            server.kernel.passTime(PAUSE.plusMillis(1));
            server.turn(5);
            assertThat(server.kernelConnections()).isEqualTo(45);

            int freed = server.acceptedDescriptors().get(7);
            peers.get(7).sendFin();
            server.turnUntil(peers.get(7)::isEnded);
            server.kernel.passTime(PAUSE.plusMillis(1));
            server.turnUntil(() -> server.lastAccepted() == freed);
            assertThat(server.kernelConnections()).isEqualTo(45);
        }
    }

    /** A limit of which a sixteenth is reserved, and that leaves so many from {@code next} on. */
    private static int limitWithRoomFor(int connections, int next) {
        int limit = next + connections;
        while (limit - limit / 16 < next + connections) {
            limit++;
        }
        return limit;
    }

    @Test
    @DisplayName("E68 files that are kept go before connections")
    void keptFilesGoFirst() {
        try (TurnedServer server = server()) {
            accepted(server, 10);
            List<String> released = new ArrayList<>();
            server.reactor.onDescriptorShortage(() -> released.isEmpty() && released.add("files"));
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            server.peer();
            server.turn(3);
            assertThat(released).hasSize(1);
            assertThat(server.stats().closedForDescriptors()).isZero();
            assertThat(server.kernelConnections()).isEqualTo(11);
        }
    }

    @Test
    @DisplayName("E68 those who linger go before those who are idle")
    void lingeringOnesGoFirst() {
        HandlerFactory closing =
                connection -> {
                    if (handler.ends.isEmpty() && !handler.idle) {
                        connection.close();
                    }
                    return handler;
                };
        try (TurnedServer server = new TurnedServer(closing)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            List<Peer> idle = accepted(server, 2);
            handler.idle = false;
            Peer lingering = accepted(server, 1).getFirst();
            server.turnUntil(lingering::gotFin);
            assertThat(server.kernelConnections()).isEqualTo(3);

            handler.idle = true;
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            server.peer();
            server.turn(3);
            assertThat(handler.ends).containsExactly(new CloseReason.LocallyClosed());
            assertThat(idle).noneMatch(Peer::isEnded);
            assertThat(server.kernelConnections()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("E68 a file that can't be opened has kept files closed, and idle connections go")
    void fileThatCannotBeOpenedMakesRoom(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("file"), "text");
        try (TurnedServer server = server()) {
            accepted(server, 10);
            Directory directory = Directory.open(server.reactor, folder);
            List<String> released = new ArrayList<>();
            server.reactor.onDescriptorShortage(() -> released.isEmpty() && released.add("files"));
            server.kernel.answerNext(Call.OPEN_BENEATH, -Errno.EMFILE);
            directory.open(FILE).close();
            server.turn(3);
            assertThat(server.stats().closedForDescriptors()).isZero();

            server.kernel.answerNext(Call.OPEN_BENEATH, -Errno.EMFILE);
            assertThatThrownBy(() -> directory.open(FILE)).isInstanceOf(SyscallException.class);
            server.turn(3);
            assertThat(server.stats().closedForDescriptors()).isEqualTo(1);
            directory.open(FILE).close();
        }
    }

    @Test
    @DisplayName("E68 a handler that fails when it is asked is closed like any that fails")
    void handlerThatFailsIsClosed() {
        HandlerFactory failing =
                _ ->
                        new Echo() {
                            @Override
                            public boolean isIdle(Connection connection) {
                                throw new IllegalStateException("on purpose");
                            }
                        };
        try (TurnedServer server = new TurnedServer(failing)) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE);
            server.peer();
            server.turnUntil(peer::wasReset);
            assertThat(server.stats().handlerFailures()).isEqualTo(1);
        }
    }
}
