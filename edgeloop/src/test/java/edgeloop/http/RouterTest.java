package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static final Router ROUTER =
            new Router()
                    .route(Method.GET, "/a", said("get a"))
                    .route(Method.PUT, "/a", said("put a"))
                    .route(Method.GET, "/a/*", said("below a"))
                    .route(Method.GET, "/a/b/*", said("below b"))
                    .route(Method.GET, "/a/b/c", said("c"))
                    .route(Method.HEAD, "/h", said("head"))
                    .route(Method.OPTIONS, "/o", said("own options"));

    private static HttpHandler said(String text) {
        return _ -> Response.text(200, text);
    }

    private static String ask(String methodAndPath) {
        try (TestServer server = new TestServer(ROUTER)) {
            return server.exchange(
                    methodAndPath + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        }
    }

    @Test
    void mostPreciseRouteAnswers() {
        assertThat(ask("GET /a")).endsWith("get a");
        assertThat(ask("GET /a?x")).endsWith("get a");
        assertThat(ask("PUT /a")).endsWith("put a");
        assertThat(ask("GET /a/")).endsWith("below a");
        assertThat(ask("GET /a/x")).endsWith("below a");
        assertThat(ask("GET /a/b/x")).endsWith("below b");
        assertThat(ask("GET /a/b/c")).endsWith("c");
    }

    @Test
    @DisplayName("RFC 9110 15.5.5: a path that is nobody's is 404")
    void notFound() {
        assertThat(ask("GET /b")).startsWith("HTTP/1.1 404 Not Found\r\n");
        assertThat(ask("GET /ab")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    @DisplayName("RFC 9110 15.5.6: a method that a path does not have is 405, with those it has")
    void methodNotAllowed() {
        assertThat(ask("POST /a"))
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                .contains("\r\nAllow: GET, HEAD, PUT, OPTIONS\r\n");
        assertThat(ask("GET /h")).contains("\r\nAllow: HEAD, OPTIONS\r\n");
    }

    @Test
    @DisplayName("RFC 9110 9.3.2: HEAD goes to the handler of GET")
    void head() {
        assertThat(ask("HEAD /a"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nContent-Length: 5\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    @DisplayName(
            "RFC 9110 9.3.7: OPTIONS tells what a path has, unless it has an answer of its own")
    void options() {
        assertThat(ask("OPTIONS /a"))
                .startsWith("HTTP/1.1 204 ")
                .contains("\r\nAllow: GET, HEAD, PUT, OPTIONS\r\n");
        assertThat(ask("OPTIONS /o")).endsWith("own options");
    }

    @Test
    void mistakesAreTold() {
        assertThatThrownBy(() -> ROUTER.route(Method.GET, "a", said("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a path begins with \"/\": a");
        assertThatThrownBy(() -> ROUTER.route(Method.GET, "/a", said("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two handlers of GET /a");
    }
}
