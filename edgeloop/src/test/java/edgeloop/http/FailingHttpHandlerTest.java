package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.TestServer.Client;
import org.junit.jupiter.api.Test;

/** A handler's exception is nobody's business but the log's. */
class FailingHttpHandlerTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void exceptionIs500WithoutATraceAndTheConnectionIsKept() {
        HttpHandler[] failing = {
            _ -> {
                throw new java.io.IOException("secret");
            },
            _ -> {
                throw new StackOverflowError("secret");
            },
            _ -> null
        };
        for (HttpHandler handler : failing) {
            try (TestServer server = new TestServer(handler)) {
                Client client = server.connect();
                for (int i = 0; i < 2; i++) {
                    client.send(GET);
                    assertThat(client.readAnswer())
                            .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                            .endsWith("\r\n\r\ninternal server error\n")
                            .doesNotContain("secret", "Exception", "Connection");
                }
                assertThat(server.http.stats()).isEqualTo(new HttpStats(0, 0, 0, 2, 2));
                assertThat(server.stats().handlerFailures()).isZero();
            }
        }
    }
}
