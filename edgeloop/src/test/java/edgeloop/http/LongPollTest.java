package edgeloop.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.ConnectionOptions;
import edgeloop.Defaults;
import edgeloop.Server;
import edgeloop.SettledStats;
import edgeloop.http.TestServer.Client;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers that never come, for as many clients as there may be, over the kernel's own TCP. */
class LongPollTest {
    private static final int LIMIT = 10;

    private final LinkedBlockingQueue<CompletableFuture<Response>> asked =
            new LinkedBlockingQueue<>();
    private final List<Client> clients = new ArrayList<>();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server =
                Server.start(
                        Defaults.server()
                                .withBindAddress(InetAddress.getLoopbackAddress())
                                .withMaxConnections(LIMIT)
                                .withConnection(
                                        ConnectionOptions.defaults()
                                                .withHalfCloseTimeout(Duration.ofMillis(300))),
                        Http.serve(this::answer));
    }

    @AfterEach
    void stop() {
        clients.forEach(Client::close);
        server.close();
    }

    private Response answer(Request request) {
        if (!request.path().equals("/poll")) {
            return Response.text(200, "ok");
        }
        CompletableFuture<Response> answer = new CompletableFuture<>();
        asked.add(answer);
        return Response.later(answer);
    }

    private Client connect() {
        Client client = new Client(server.port());
        clients.add(client);
        return client;
    }

    private List<CompletableFuture<Response>> poll() throws InterruptedException {
        List<CompletableFuture<Response>> polls = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            connect().send("GET /poll HTTP/1.1\r\nHost: a\r\n\r\n");
            polls.add(asked.poll(10, SECONDS));
        }
        return polls;
    }

    /** The clients have gone: each answer is cancelled, and others have their places. */
    private void assertPlacesAreFree(List<CompletableFuture<Response>> polls) {
        for (CompletableFuture<Response> poll : polls) {
            assertThat(poll)
                    .failsWithin(10, SECONDS)
                    .withThrowableOfType(java.util.concurrent.CancellationException.class);
        }
        assertThat(SettledStats.of(server).activeConnections()).isZero();
        for (int i = 0; i < LIMIT; i++) {
            connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(clients.getLast().readAnswer()).endsWith("ok");
        }
    }

    @Test
    @DisplayName("E62 clients that close make room after the half-close timeout")
    void clientsThatClose() throws Exception {
        List<CompletableFuture<Response>> polls = poll();
        clients.forEach(Client::close);
        assertPlacesAreFree(polls);
        assertThat(SettledStats.of(server).timeouts()).isEqualTo(LIMIT);
    }

    @Test
    @DisplayName("E62 clients that reset make room at once")
    void clientsThatReset() throws Exception {
        List<CompletableFuture<Response>> polls = poll();
        clients.forEach(Client::reset);
        assertPlacesAreFree(polls);
        assertThat(SettledStats.of(server).resets()).isEqualTo(LIMIT);
    }

    @Test
    @DisplayName("E62 clients that wait stay, as long as they do")
    void clientsThatWait() throws Exception {
        List<CompletableFuture<Response>> polls = poll();
        Client finished = clients.getFirst().sendFin();
        polls.getFirst().complete(Response.text(200, "in time"));
        assertThat(finished.readToEnd()).endsWith("in time");
        polls.subList(1, LIMIT).forEach(poll -> poll.complete(Response.text(200, "now")));
        for (Client waiting : clients.subList(1, LIMIT)) {
            assertThat(waiting.readAnswer()).endsWith("now");
        }
    }
}
