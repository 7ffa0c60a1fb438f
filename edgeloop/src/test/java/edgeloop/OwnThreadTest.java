package edgeloop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handler calls what would wait for the loop that it runs on. */
@Timeout(30)
class OwnThreadTest {
    private interface Action {
        void run() throws Exception;
    }

    /** Runs {@code action} on the reactor's thread, and answers when that goes on. */
    private static void onThreadOf(Reactor reactor, Action action) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        reactor.execute(
                () -> {
                    try {
                        action.run();
                        done.complete(null);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                });
        done.get(10, SECONDS);
    }

    @Test
    @DisplayName("E59 a server closed on its own thread begins to end, and the call returns")
    void serverClosesFromItsThread() throws Exception {
        Server server = Server.start(Defaults.server(), _ -> Connection::write);
        onThreadOf(server.reactors().getFirst(), server::close);
        server.join();
    }

    @Test
    @DisplayName("E59 joining from the server's own thread throws at once")
    void joinFromItsThreadThrows() throws Exception {
        try (Server server = Server.start(Defaults.server(), _ -> Connection::write)) {
            onThreadOf(
                    server.reactors().getFirst(),
                    () ->
                            assertThatIllegalStateException()
                                    .isThrownBy(server::join)
                                    .withMessageContaining("wait for itself"));
        }
    }

    @Test
    @DisplayName("E59 who waits on the reactor's own thread for what it does is told at once")
    void awaitOnItsThreadThrows() throws Exception {
        try (Client client = Client.start(Defaults.client())) {
            Reactor reactor = client.reactor();
            onThreadOf(
                    reactor,
                    () ->
                            assertThatIllegalStateException()
                                    .isThrownBy(() -> reactor.await(new CompletableFuture<>()))
                                    .withMessageContaining("wait for itself"));
        }
    }

    @Test
    void awaitElsewhereAnswersWhatTheReactorHasDone() throws Exception {
        try (Client client = Client.start(Defaults.client())) {
            Reactor reactor = client.reactor();
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            reactor.execute(() -> done.complete(reactor.isCurrent()));
            assertThat(reactor.await(done)).isTrue();

            CompletableFuture<Boolean> failed = new CompletableFuture<>();
            reactor.execute(() -> failed.completeExceptionally(new IOException("x")));
            assertThatThrownBy(() -> reactor.await(failed))
                    .isInstanceOf(CompletionException.class)
                    .hasRootCauseInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("E59 statistics are answered on the server's own thread")
    void statsOnItsThread() throws Exception {
        try (Server server = Server.start(Defaults.server(), _ -> Connection::write)) {
            onThreadOf(
                    server.reactors().getFirst(),
                    () -> assertThat(server.stats().activeConnections()).isZero());
        }
    }

    @Test
    @DisplayName("E59 a client closed on its own thread begins to end, and the call returns")
    void clientClosesFromItsThread() throws Exception {
        Client client = Client.start(Defaults.client());
        onThreadOf(client.reactor(), client::close);
        client.close();
        assertThat(client.reactor().hasStopped()).isTrue();
    }

    @Test
    @DisplayName("E59 a client ends though its handler connects again whenever a connection closes")
    void clientThatReconnectsEnds() throws Exception {
        try (Server server = Server.start(Defaults.server(), _ -> Connection::write)) {
            Client client = Client.start(Defaults.client());
            CompletableFuture<Void> connected = new CompletableFuture<>();
            reconnect(client, server.port(), connected);
            connected.get(10, SECONDS);
            client.close();
            assertThat(client.reactor().hasStopped()).isTrue();
        }
    }

    private static void reconnect(Client client, int port, CompletableFuture<Void> connected) {
        ConnectionHandler handler =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        in.skip(in.remaining());
                    }

                    @Override
                    public void onClose(Connection from, CloseReason reason) {
                        reconnect(client, port, connected);
                    }
                };
        client.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                _ -> {
                    connected.complete(null);
                    return handler;
                },
                _ -> {});
    }

    @Test
    @DisplayName("E59 what is called in the last callbacks of a server does not wait either")
    void lastCallbacksDoNotWait() throws Exception {
        CompletableFuture<Server> started = new CompletableFuture<>();
        CompletableFuture<Throwable> joined = new CompletableFuture<>();
        ConnectionHandler closing =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        started.join().shutdownNow();
                    }

                    @Override
                    public void onClose(Connection connection, CloseReason reason) {
                        started.join().close();
                        try {
                            started.join().join();
                        } catch (IllegalStateException | InterruptedException e) {
                            joined.complete(e);
                        }
                    }
                };
        Server server = Server.start(Defaults.server(), _ -> closing);
        started.complete(server);
        try (Peer peer = Peer.connect(server.port(), 0)) {
            peer.send("x");
            server.join();
        }
        assertThat(joined.get(10, SECONDS)).isInstanceOf(IllegalStateException.class);
    }
}
