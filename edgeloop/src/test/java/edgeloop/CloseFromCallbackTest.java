package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A handler closes its own connection or another one, in the middle of the loop's work. */
class CloseFromCallbackTest {
    private final List<RecordingHandler> handlers = new ArrayList<>();

    /** What the first connection does when it has read something. */
    private Consumer<Connection> onRead = _ -> {};

    private ConnectionHandler handlerFor(Connection connection) {
        boolean first = handlers.isEmpty();
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        if (first) {
                            onRead.accept(from);
                        }
                    }
                };
        handlers.add(handler);
        return handler.on(connection);
    }

    private static void end(Connection connection, String how) {
        switch (how) {
            case "close" -> connection.close();
            case "abort" -> connection.abort();
            case "protocolError" -> connection.protocolError("not like that");
            default -> throw new AssertionError(how);
        }
    }

    @CallsOfEpoll
    @ParameterizedTest
    @ValueSource(strings = {"close", "abort", "protocolError"})
    @DisplayName("E9 after a handler ended its own connection, nothing more is delivered")
    void nothingIsDeliveredAfterTheEnd(String how) {
        onRead = connection -> end(connection, how);
        try (TurnedServer server = new TurnedServer(this::handlerFor)) {
            Peer peer = server.accepted();
            server.kernel.limitTransfers(2);
            peer.send("abcdef");
            server.turnUntil(() -> !handlers.getFirst().told.isEmpty());
            peer.close();
            server.turnUntil(handlers.getFirst()::isClosed);
            assertThat(handlers.getFirst().told).first().isEqualTo("read ab");
            assertThat(handlers.getFirst().told).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "abort", "protocolError"})
    @DisplayName("E9 a connection that another one ended hears nothing of its event in the batch")
    void connectionEndedByAnotherHearsNothing(String how) {
        onRead = _ -> end(handlers.get(1).connection, how);
        try (TurnedServer server = new TurnedServer(this::handlerFor)) {
            Peer first = server.accepted();
            Peer second = server.accepted();
            server.turnUntilAsleep();
            first.send("end the other");
            second.send("never heard");
            server.kernel.gather(2);
            server.turn();
            second.close();
            server.turnUntil(handlers.get(1)::isClosed);
            assertThat(handlers.get(1).told).hasSize(1);
            assertThat(handlers.getFirst().told).containsExactly("read end the other");

            first.send("!");
            server.turnUntil(() -> handlers.getFirst().text.toString().endsWith("!"));
        }
    }

    @Test
    @DisplayName("E9 a connection accepted in the turn in which another ended is not touched")
    void newConnectionIsNotTouched() {
        onRead =
                connection -> {
                    connection.abort();
                    connection.write("lost");
                    connection.close();
                };
        try (TurnedServer server = new TurnedServer(this::handlerFor)) {
            server.accepted().send("x");
            Peer next = server.peer();
            server.kernel.gather(2);
            server.turn();
            next.send("hello");
            server.turnUntil(() -> handlers.size() == 2 && !handlers.get(1).told.isEmpty());
            assertThat(handlers.get(1).told).containsExactly("read hello");
            assertThat(next.size()).isZero();
        }
    }

    @Test
    void closingAllOthersFromOneCallbackClosesEachOnce() {
        onRead = _ -> handlers.forEach(handler -> handler.connection.abort());
        try (TurnedServer server = new TurnedServer(this::handlerFor)) {
            Peer first = server.accepted();
            for (int i = 0; i < 20; i++) {
                var _ = server.accepted();
            }
            first.send("stop");
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(handlers).hasSize(21).allMatch(handler -> handler.timesClosed() == 1);
            assertThat(server.stats().locallyClosed()).isEqualTo(21);
        }
    }

    @Test
    void onCloseMayEndOtherConnections() {
        List<RecordingHandler> chain = new ArrayList<>();
        HandlerFactory factory =
                connection -> {
                    var handler =
                            new RecordingHandler() {
                                @Override
                                public void onClose(Connection from, CloseReason why) {
                                    super.onClose(from, why);
                                    int next = chain.indexOf(this) + 1;
                                    if (next < chain.size()) {
                                        chain.get(next).connection.abort();
                                    }
                                }
                            };
                    chain.add(handler);
                    return handler.on(connection);
                };
        try (TurnedServer server = new TurnedServer(factory)) {
            for (int i = 0; i < 10; i++) {
                var _ = server.accepted();
            }
            chain.getFirst().connection.abort();
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(chain).hasSize(10).allMatch(handler -> handler.timesClosed() == 1);
        }
    }

    @Test
    void onCloseCannotReviveTheConnection() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onClose(Connection from, CloseReason why) {
                        super.onClose(from, why);
                        from.write("too late");
                        from.close();
                        from.abort();
                        from.resume();
                        assertThat(from.isOpen()).isFalse();
                        assertThat(from.schedule(Duration.ZERO, () -> {}).isPending()).isFalse();
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().sendFin();
            server.turnUntil(handler::isClosed);
            server.turn(5);
            assertThat(handler.timesClosed()).isEqualTo(1);
            assertThat(server.stats().peerClosed()).isEqualTo(1);
            assertThat(server.stats().handlerFailures()).isZero();
        }
    }

    @Test
    void handlerFactoryMayCloseAtOnce() {
        var handler = new RecordingHandler();
        HandlerFactory greeting =
                connection -> {
                    connection.write("full\n");
                    connection.close();
                    return handler.on(connection);
                };
        try (TurnedServer server = new TurnedServer(greeting)) {
            Peer peer = server.peer();
            server.turnUntil(peer::isEnded);
            assertThat(peer.text()).isEqualTo("full\n");
            assertThat(peer.gotFin()).isTrue();
            peer.close();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("close LocallyClosed[]");
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E17 writes in a callback are sent together, in order, when it has returned")
    void writesInACallbackAreSentTogether() {
        StringBuilder expected = new StringBuilder();
        onRead =
                connection -> {
                    for (int i = 0; i < 1000; i++) {
                        connection.write(i + ",");
                        expected.append(i).append(',');
                    }
                };
        try (TurnedServer server = new TurnedServer(this::handlerFor)) {
            Peer peer = server.accepted();
            server.kernel.forgetCounts();
            peer.send("?");
            server.turnUntil(() -> peer.text().contains("999,"));
            assertThat(peer.text()).isEqualTo(expected.toString());
            assertThat(server.kernel.count(Call.SEND) + server.kernel.count(Call.SENDMSG))
                    .isEqualTo(1);
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E17 writes to another connection are sent together too, once in the turn")
    void writesToAnotherConnectionAreSentTogether() {
        onRead =
                _ -> {
                    for (int i = 0; i < 100; i++) {
                        handlers.get(1).connection.write("tick ");
                    }
                };
        try (TurnedServer server = new TurnedServer(this::handlerFor)) {
            Peer first = server.accepted();
            Peer second = server.accepted();
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            first.send("?");
            server.turnUntil(() -> second.size() > 0);
            assertThat(second.text()).isEqualTo("tick ".repeat(100));
            assertThat(server.kernel.count(Call.SEND)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E17 writing calls no handler: onDrain waits until the callback has returned")
    void writingCallsNoHandler() {
        var handler =
                new RecordingHandler() {
                    int depth;

                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        in.skip(in.remaining());
                        refill(from);
                    }

                    @Override
                    public void onDrain(Connection from) {
                        super.onDrain(from);
                        refill(from);
                    }

                    private void refill(Connection from) {
                        assertThat(depth++).isZero();
                        while (told.size() < 50 && !from.isCongested()) {
                            from.write(new byte[100_000]);
                        }
                        depth--;
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096).send("?");
            server.turnUntil(() -> peer.receive(1 << 20) == 0 && handler.told.size() == 50);
            assertThat(handler.told).containsOnly("drain");
            assertThat(server.stats().handlerFailures()).isZero();
        }
    }

    /** What is yet to be received of the others must not lie where this one's input does. */
    @Test
    void whatIsReadWhenItsClientIsClosedIsStillItsOwn() throws IOException {
        Map<String, String> read = new TreeMap<>();
        List<String> ends = new ArrayList<>();
        try (TurnedServer server = TurnedServer.echo();
                var listener = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
            Client client = Client.on(server.reactor, Defaults.client());
            List<Socket> peers = new ArrayList<>();
            for (String name : List.of("one", "two")) {
                client.connect(
                        (InetSocketAddress) listener.getLocalSocketAddress(),
                        _ -> new Closing(client, name, read, ends),
                        reason -> ends.add("not connected: " + reason));
                peers.add(listener.accept());
            }
            server.turnUntilAsleep();
            for (int i = 0; i < 2; i++) {
                peers.get(i)
                        .getOutputStream()
                        .write(i == 0 ? "for one".getBytes(UTF_8) : "for two".getBytes(UTF_8));
            }
            server.turnUntil(() -> read.size() == 2);
            assertThat(read).containsExactly(entry("one", "for one"), entry("two", "for two"));
            server.turn(2);
            for (Socket peer : peers) {
                peer.close();
            }
            server.turnUntil(() -> ends.size() == 2);
            assertThat(ends)
                    .containsExactlyInAnyOrder("one LocallyClosed[]", "two LocallyClosed[]");
        }
    }

    private record Closing(Client client, String name, Map<String, String> read, List<String> ends)
            implements ConnectionHandler {
        @Override
        public void onRead(Connection connection, IoBuffer in) {
            client.close();
            read.put(name, in.readString(in.remaining(), UTF_8));
        }

        @Override
        public void onClose(Connection connection, CloseReason reason) {
            ends.add(name + " " + reason);
        }
    }

    /** Those being established are closed at once: none of them begins in the same turn. */
    @Test
    void clientThatIsClosedEstablishesNoMore() throws IOException {
        List<String> told = new ArrayList<>();
        try (TurnedServer server = TurnedServer.echo();
                var listener = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
            Client client = Client.on(server.reactor, Defaults.client());
            for (int i = 0; i < 2; i++) {
                client.connect(
                        (InetSocketAddress) listener.getLocalSocketAddress(),
                        _ -> {
                            told.add("established");
                            client.close();
                            return (_, in) -> in.skip(in.remaining());
                        },
                        reason -> told.add(reason.toString()));
            }
            server.turnUntil(() -> told.size() == 2);
            assertThat(told).containsExactly("established", "LocallyClosed[]");
        }
    }
}
