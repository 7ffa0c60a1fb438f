package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.TestServer.Client;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 9112 section 9.3.2: requests that do not wait for the answers before. */
class PipeliningTest {

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    @Test
    @DisplayName("E54 RFC 9112 9.3.2: a thousand requests in one piece are answered in order")
    void inOrder() {
        try (TestServer server = new TestServer(r -> Response.text(200, r.path() + "\n"))) {
            var requests = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                requests.append(get("/" + i));
            }
            Client client = server.connect().send(requests.toString());
            for (int i = 0; i < 1000; i++) {
                assertThat(client.readAnswer()).endsWith("\r\n\r\n/" + i + "\n");
            }
        }
    }

    @Test
    @DisplayName("E54 RFC 9112 9.3.2: an answer that comes later holds up those behind it")
    void lateOnesInOrder() {
        List<CompletableFuture<Response>> late = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger asked = new AtomicInteger();
        try (TestServer server =
                new TestServer(
                        request -> {
                            asked.incrementAndGet();
                            if (request.path().equals("/now")) {
                                return Response.text(200, "now");
                            }
                            var answer = new CompletableFuture<Response>();
                            late.add(answer);
                            return Response.later(answer);
                        })) {
            Client client = server.connect();
            client.send(get("/now") + get("/late") + get("/now") + get("/late") + get("/now"));
            assertThat(client.readAnswer()).endsWith("now");
            assertThat(asked).hasValue(2);
            late.get(0).complete(Response.text(200, "first"));
            assertThat(client.readAnswer()).endsWith("first");
            assertThat(client.readAnswer()).endsWith("now");
            assertThat(asked).hasValue(4);
            late.get(1).complete(Response.text(200, "second"));
            assertThat(client.readAnswer()).endsWith("second");
            assertThat(client.readAnswer()).endsWith("now");
        }
    }

    @Test
    @DisplayName("E54 a flood of requests behind an answer that does not come is not read")
    void floodIsBounded() {
        try (TestServer server = new TestServer(_ -> Response.later(new CompletableFuture<>()))) {
            FloodingClient client = new FloodingClient(server.server.port());
            long sent = client.flood(get("/"), 64 << 20);
            assertThat(sent).as("the client is stopped").isLessThan(64 << 20);
            assertThat(server.stats().bytesRead()).isLessThanOrEqualTo(128 * 1024);
            client.close();
        }
    }

    @Test
    @DisplayName("E16 E54 a flood by a client that does not read is stopped by its own answers")
    void floodOfOneThatDoesNotRead() {
        Response large = Response.text(200, "x".repeat(10_000));
        try (TestServer server = new TestServer(_ -> large)) {
            FloodingClient client = new FloodingClient(server.server.port());
            long sent = client.flood(get("/"), 64 << 20);
            assertThat(sent).as("the client is stopped").isLessThan(64 << 20);
            assertThat(server.stats().bufferBytes()).isLessThanOrEqualTo(2 << 20);
            client.close();
        }
    }

    @Test
    @DisplayName("E7 a flood leaves others their turn")
    void othersAreAnswered() {
        try (TestServer server = new TestServer(r -> Response.text(200, r.path()))) {
            Client flood = server.connect().send(get("/flood").repeat(5_000));
            Client other = server.connect().send(get("/other"));
            assertThat(other.readAnswer()).endsWith("/other");
            for (int i = 0; i < 5_000; i++) {
                assertThat(flood.readAnswer()).endsWith("/flood");
            }
        }
    }
}
