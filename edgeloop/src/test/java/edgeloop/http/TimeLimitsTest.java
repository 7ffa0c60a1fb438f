package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.ConnectionOptions;
import edgeloop.http.TestServer.Client;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clients that are slow, or do nothing. The limits are short here, and nobody sleeps. */
class TimeLimitsTest {
    private static final HttpOptions DEFAULTS = HttpOptions.defaults();
    private static final Response OK = Response.text(200, "ok");

    @Test
    @DisplayName("RFC 9110 15.5.9: a head that takes too long is 408, however steadily it comes")
    void slowHead() {
        HttpOptions options =
                DEFAULTS.withHeadTimeout(Duration.ofMillis(100)).withMaxHead(8192, 40_000, 10_000);
        try (TestServer server = new TestServer(options, _ -> OK)) {
            Client client = server.connect().send("GET / HTTP/1.1\r\n");
            for (int i = 0; i < 9_000 && client.available() == 0; i++) {
                client.send("A:\r\n");
            }
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                    .contains("\r\nConnection: close\r\n");
        }
    }

    @Test
    @DisplayName(
            "RFC 9110 15.5.9: a head that stops is 408, on a connection that has been used too")
    void stoppedHead() {
        HttpOptions options = DEFAULTS.withHeadTimeout(Duration.ofMillis(50));
        try (TestServer server = new TestServer(options, _ -> OK)) {
            Client fresh = server.connect().send("G");
            assertThat(fresh.readToEnd()).startsWith("HTTP/1.1 408 ");
            Client used = server.connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(used.readAnswer()).endsWith("ok");
            assertThat(used.send("GET").readToEnd()).startsWith("HTTP/1.1 408 ");
            fresh.close();
            used.close();
            server.await(() -> server.stats().protocolErrors() == 2);
        }
    }

    @Test
    @DisplayName(
            "RFC 9110 15.5.9: a body that is too slow is 408, or the end where it was unwanted")
    void slowBody() {
        HttpOptions options =
                DEFAULTS.withHeadTimeout(Duration.ofMillis(50)).withMinBodyRate(1_000_000);
        try (TestServer server =
                new TestServer(
                        options, r -> r.path().equals("/wanted") ? r.collect(_ -> OK) : OK)) {
            String post = "POST /wanted HTTP/1.1\r\nHost: a\r\n";
            Client client = server.connect().send(post + "Content-Length: 50\r\n\r\nx");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ");
            Client chunked = server.connect().send(post + "Transfer-Encoding: chunked\r\n\r\n1");
            assertThat(chunked.readToEnd()).startsWith("HTTP/1.1 408 ");
            Client unwanted = server.connect();
            unwanted.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nx");
            assertThat(unwanted.readAnswer()).endsWith("ok");
            assertThat(unwanted.readToEnd()).as("it has its answer").isEmpty();
        }
    }

    @Test
    @DisplayName("E16 one that does not read its answer is closed by the write timeout")
    void slowReader() throws Exception {
        ConnectionOptions connection =
                ConnectionOptions.defaults().withWriteTimeout(Duration.ofMillis(50));
        String large = "x".repeat(16 << 20);
        try (TestServer server =
                new TestServer(DEFAULTS, connection, _ -> Response.text(200, large))) {
            Client client = server.connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            server.await(() -> server.stats().timeouts() == 1);
            assertThat(server.stats().activeConnections()).isZero();
            client.close();
        }
    }

    @Test
    @DisplayName("RFC 9112 9.5: a connection without a request is closed without a word")
    void idle() {
        HttpOptions options = DEFAULTS.withKeepAliveTimeout(Duration.ofMillis(50));
        try (TestServer server = new TestServer(options, _ -> OK)) {
            assertThat(server.connect().readToEnd()).isEmpty();
            Client used = server.connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(used.readToEnd()).endsWith("ok");
            assertThat(server.stats().errors()).isZero();
        }
    }

    @Test
    void answerThatTakesLongerThanAllLimitsIsGiven() throws Exception {
        HttpOptions options =
                DEFAULTS.withKeepAliveTimeout(Duration.ofMillis(20))
                        .withHeadTimeout(Duration.ofMillis(20));
        CompletableFuture<Response> answer = new CompletableFuture<>();
        try (TestServer server = new TestServer(options, _ -> Response.later(answer))) {
            Client client = server.connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(server.connect().readToEnd()).as("a limit has passed").isEmpty();
            assertThat(server.connect().readToEnd()).as("another has passed").isEmpty();
            answer.complete(OK);
            assertThat(client.readToEnd()).endsWith("ok");
        }
    }

    @Test
    void hugeLimitIsRefusedByItsName() {
        for (long seconds : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 0}) {
            assertThatThrownBy(() -> DEFAULTS.withHeadTimeout(Duration.ofSeconds(seconds)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("headTimeout must be from 1 ms to 24 days");
        }
    }
}
