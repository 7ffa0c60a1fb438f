package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.CloseReason.Overload;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Connections hold all the memory that they may together, each within its own limits. */
class MemoryShortageTest {
    private static final int MIB = 1 << 20;
    private static final CloseReason OUT_OF_MEMORY = new Overload(Overload.Resource.MEMORY);

    /** Leaves all input unread, and notes how each connection ended, by the order they came in. */
    private static class Keeping implements ConnectionHandler {
        final List<Connection> connections = new ArrayList<>();
        final Map<Integer, CloseReason> ends = new LinkedHashMap<>();
        private final Map<Connection, Integer> numbers = new LinkedHashMap<>();
        int opened;

        ConnectionHandler on(Connection connection) {
            connections.add(connection);
            numbers.put(connection, opened++);
            return this;
        }

        @Override
        public void onRead(Connection from, IoBuffer in) {}

        @Override
        public void onClose(Connection from, CloseReason reason) {
            ends.put(numbers.get(from), reason);
        }
    }

    private static ServerOptions bound(long bytes) {
        return Defaults.server().withMaxBufferBytes(bytes);
    }

    private static Peer keeping(TurnedServer server, int bytes) {
        long before = server.stats().bytesRead();
        Peer peer = server.accepted().send(new byte[bytes]);
        server.turnUntil(() -> server.stats().bytesRead() == before + bytes);
        return peer;
    }

    @Test
    @DisplayName("E67 unfinished messages of many peers stay within the bound, and the loop lives")
    void unfinishedMessagesStayWithinTheBound() {
        var handler = new Keeping();
        try (TurnedServer server = new TurnedServer(bound(MIB), handler::on)) {
            for (int i = 0; i < 100; i++) {
                keeping(server, 30_000);
                assertThat(server.reactor.segments.mappedBytes()).isLessThanOrEqualTo(MIB);
            }
            assertThat(server.stats().cutOffForMemory()).isBetween(60L, 75L);
            assertThat(server.stats().errors()).isEqualTo(server.stats().cutOffForMemory());
            assertThat(handler.ends.values()).containsOnly(OUT_OF_MEMORY);
        }
    }

    @Test
    @DisplayName("E67 who has not moved goes first, and of those who holds most, by a reset")
    void whoHoldsMostWithoutMovingGoesFirst() {
        var handler = new Keeping();
        try (TurnedServer server = new TurnedServer(bound(MIB), handler::on)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            List<Peer> stalled = new ArrayList<>();
            for (int kib : new int[] {8, 40, 24, 16}) {
                stalled.add(keeping(server, kib * 1024));
            }
            server.kernel.passTime(Duration.ofSeconds(2));
            while (handler.ends.isEmpty()) {
                keeping(server, 60 * 1024);
            }
            // A scan makes room for 32 segments of 8 KiB; these four hold eleven.
            server.turnUntil(() -> stalled.stream().allMatch(Peer::wasReset));
            assertThat(new ArrayList<>(handler.ends.keySet()).subList(0, 4))
                    .containsExactly(1, 2, 3, 0);
            assertThat(handler.ends.keySet()).hasSizeGreaterThan(4);
            assertThat(handler.ends).doesNotContainKey(handler.opened - 1);
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E67 a peer that takes nothing has not moved, whatever it sends")
    void outputThatIsNotTakenDoesNotMove() {
        var handler = new Keeping();
        try (TurnedServer server = new TurnedServer(bound(MIB), handler::on)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            Peer deaf = server.accepted();
            server.kernel.answerAlways(Call.SEND, -Errno.EAGAIN);
            handler.connections.getFirst().write("never sent");
            server.turn();
            server.kernel.passTime(Duration.ofSeconds(2));
            deaf.send("still here");
            server.turnUntil(() -> server.stats().bytesRead() == 10);
            while (handler.ends.isEmpty()) {
                keeping(server, 60 * 1024);
            }
            assertThat(handler.ends.keySet().iterator().next()).isZero();
        }
    }

    @Test
    @DisplayName("E67 one that writes without end is cut off itself, and not those who hold less")
    void whoeverHoldsMostIsCutOffAlsoInItsOwnWrite() {
        var handler = new Keeping();
        try (TurnedServer server = new TurnedServer(bound(MIB), handler::on)) {
            Peer modest = keeping(server, 100);
            Peer greedy = server.accepted(4_096);
            server.turnUntilAsleep();
            Connection connection = handler.connections.getLast();
            for (int i = 0; i < 20; i++) {
                connection.write(new byte[MIB]);
            }
            assertThat(connection.pendingOutput()).isZero();
            server.turnUntil(greedy::wasReset);
            assertThat(handler.ends).containsExactly(Map.entry(1, OUT_OF_MEMORY));
            assertThat(modest.isEnded()).isFalse();
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E67 one whose callback runs may be the one to go for another's output")
    void victimMayBeTheOneWhoseCallbackRuns() {
        var handler =
                new Keeping() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        if (opened == 2 && from == connections.getFirst()) {
                            connections.getLast().write(new byte[MIB - 8 * 1024]);
                            from.write(in); // to nobody
                        }
                    }
                };
        // So that one byte does not count as a move.
        ConnectionOptions connection = ConnectionOptions.defaults().withIdleBytes(100);
        ServerOptions options = bound(MIB).withConnection(connection);
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            Peer reader = keeping(server, 40_000);
            server.accepted(4_096);
            server.turnUntilAsleep();
            server.kernel.answerAlways(Call.SEND, -Errno.EAGAIN);
            server.kernel.answerAlways(Call.SENDMSG, -Errno.EAGAIN);
            server.kernel.passTime(Duration.ofSeconds(2));
            reader.send("x");
            server.turnUntil(() -> handler.ends.size() == 1);
            assertThat(handler.ends).containsExactly(Map.entry(0, OUT_OF_MEMORY));
            assertThat(reader.wasReset()).isTrue();
            assertThat(handler.connections.getLast().pendingOutput()).isEqualTo(MIB - 8 * 1024);
        }
    }

    @Test
    @DisplayName(
            "E67 where the kernel has no memory, who needs some is cut off, and no handler failed")
    void whoNeedsMemoryThatNobodyHoldsIsCutOff() {
        var handler = new Keeping();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.kernel.answerNext(Call.MAP, -Errno.ENOMEM);
            Peer first = keeping(server, 100);
            server.turnUntil(first::wasReset);
            assertThat(handler.ends).containsExactly(Map.entry(0, OUT_OF_MEMORY));
            assertThat(server.stats().cutOffForMemory()).isEqualTo(1);
            assertThat(server.stats().handlerFailures()).isZero();

            Peer second = keeping(server, 100);
            assertThat(second.isEnded()).isFalse();
        }
    }

    @Test
    @DisplayName("E67 memory of one that is about to be closed goes back before anybody is cut off")
    void memoryOfTheDoomedGoesBackFirst() {
        var handler = new Keeping();
        try (TurnedServer server = new TurnedServer(bound(MIB), handler::on)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            for (int i = 0; i < 16; i++) {
                keeping(server, 64_000);
            }
            for (int i = 0; i < 4; i++) {
                handler.connections.get(i).abort();
            }
            handler.connections.getLast().write(new byte[100_000]);
            server.turn();
            assertThat(server.stats().cutOffForMemory()).isZero();
        }
    }
}
