package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.TestServer.Client;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 9112 section 9: how long a connection lives. */
class PersistenceTest {
    private static final Response OK = Response.text(200, "ok");

    @Test
    @DisplayName("RFC 9112 9.3: HTTP/1.1 is kept open, unless either side says close")
    void http11() {
        try (TestServer server = new TestServer(_ -> OK)) {
            Client client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer()).doesNotContain("Connection:");
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n");
            assertThat(client.readToEnd()).contains("\r\nConnection: close\r\n").endsWith("ok");
        }
    }

    @Test
    @DisplayName("RFC 9112 9.3: HTTP/1.0 is closed, unless the client asks to keep it open")
    void http10() {
        try (TestServer server = new TestServer(_ -> OK)) {
            Client client = server.connect();
            client.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
            assertThat(client.readAnswer()).contains("\r\nConnection: keep-alive\r\n");
            client.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.readToEnd()).contains("\r\nConnection: close\r\n").endsWith("ok");
        }
    }

    @Test
    @DisplayName("RFC 9112 9.3: close goes before keep-alive")
    void closeGoesFirst() {
        try (TestServer server = new TestServer(_ -> OK)) {
            assertThat(server.exchange("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"))
                    .contains("\r\nConnection: close\r\n");
        }
    }

    @Test
    @DisplayName("RFC 9112 9.6: what comes behind a request that closes is not answered")
    void nothingBehindTheLast() {
        String last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        try (TestServer server = new TestServer(_ -> OK)) {
            server.exchange(last + last);
            assertThat(server.http.stats().answers()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E21 RFC 9112 9.6: the last answer is not lost, though the client sends on")
    void lastAnswerIsNotLost() {
        String large = "x".repeat(1 << 20);
        try (TestServer server = new TestServer(_ -> Response.text(200, large))) {
            Client client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            client.send(large);
            assertThat(client.readToEnd()).endsWith("\r\n\r\n" + large);
        }
    }

    @Test
    @DisplayName("E21 RFC 9112 9.6: a refusal is not lost, though the client sends on")
    void refusalIsNotLost() {
        try (TestServer server = new TestServer(r -> r.collect(_ -> OK))) {
            Client client = server.connect();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n");
            client.send("x".repeat(1 << 20));
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 413 Content Too Large\r\n")
                    .contains("\r\nConnection: close\r\n");
        }
    }

    @Test
    @DisplayName("E72 a head that can't become right is answered at once, and not after a timeout")
    void impossibleHead() {
        HttpOptions patient = HttpOptions.defaults().withHeadTimeout(Duration.ofDays(1));
        try (TestServer server = new TestServer(patient, _ -> OK)) {
            assertThat(server.exchange("GET / H\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(server.exchange("GET / \r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(server.exchange("GET / HTTP/2")).startsWith("HTTP/1.1 505 ");
            assertThat(server.exchange("GET / HTTP/1.1\r\nHost: [zz")).startsWith("HTTP/1.1 400 ");
            assertThat(server.exchange("\u0016\u0003\u0001")).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    @DisplayName("RFC 9110 7.4: an https URI is 421 without TLS, and the connection is kept")
    void httpsWithoutTls() {
        try (TestServer server = new TestServer(_ -> OK)) {
            Client client = server.connect();
            client.send(
                    "POST https://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                            + "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 421 Misdirected Request\r\n");
            assertThat(client.readAnswer()).endsWith("ok");
        }
    }

    @Test
    @DisplayName("E20 a client that sends its FIN behind its request gets the answer")
    void halfClosed() {
        try (TestServer server = new TestServer(_ -> OK)) {
            Client client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").sendFin();
            assertThat(client.readToEnd()).endsWith("ok");
        }
    }

    @Test
    @DisplayName("RFC 9112 8: a request that ends too early is not answered")
    void incompleteRequests() {
        try (TestServer server = new TestServer(_ -> OK)) {
            assertThat(server.connect().send("GET / HT").sendFin().readToEnd()).isEmpty();
            Client client = server.connect();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe").sendFin();
            assertThat(client.readToEnd()).endsWith("ok");
            assertThat(server.stats().protocolErrors()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("RFC 9112 9.3: a body that no handler wants is passed over")
    void unwantedBody() {
        try (TestServer server = new TestServer(r -> Response.text(200, r.path()))) {
            Client client = server.connect();
            client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
            assertThat(client.readAnswer()).endsWith("/a");
            client.send("loPOST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.readAnswer()).endsWith("/b");
            client.send("2\r\nab\r\n0\r\nX: y\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer()).endsWith("/c");
        }
    }

    @Test
    @DisplayName("RFC 9112 9.3: an unwanted body that is malformed ends the connection, unanswered")
    void malformedUnwantedBody() {
        try (TestServer server = new TestServer(_ -> OK)) {
            Client client = server.connect();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.readAnswer()).endsWith("ok");
            assertThat(client.send("x").readToEnd()).as("it has its answer").isEmpty();
        }
    }
}
