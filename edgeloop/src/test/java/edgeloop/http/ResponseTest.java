package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResponseTest {
    private static final Response OK = Response.text(200, "ok");

    @Test
    void headersAreAddedInOrderToACopy() {
        Response more = OK.withHeader("X-A", "b").withHeader("X-A", "\u00e9");
        assertThat(new String(more.head(), ISO_8859_1))
                .isEqualTo(new String(OK.head(), ISO_8859_1) + "X-A: b\r\nX-A: \u00e9\r\n");
        assertThat(new String(OK.head(), ISO_8859_1)).doesNotContain("X-A");
    }

    @Test
    @DisplayName("RFC 9110 5.5: no value ends its line, so that an answer can't be split")
    void valuesAreChecked() {
        for (String value :
                new String[] {"a\r\nX: y", "a\nb", "a\rb", "\u0000", "\u0100", "\u007f"}) {
            assertThatThrownBy(() -> OK.withHeader("X", value))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Response.bytes(200, value, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @DisplayName("RFC 9110 5.1: a name is a token")
    void namesAreChecked() {
        for (String name : new String[] {"", "a b", "a:", "a\r\n", "\u00e9"}) {
            assertThatThrownBy(() -> OK.withHeader(name, "x"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @DisplayName("RFC 9112 6: what frames an answer is not left to handlers")
    void framingIsTheServers() {
        for (String name :
                new String[] {"Content-Length", "transfer-encoding", "Connection", "Date"}) {
            assertThatThrownBy(() -> OK.withHeader(name, "1"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void statusHasItsRange() {
        for (int status : new int[] {-1, 0, 100, 199, 600}) {
            assertThatThrownBy(() -> Response.empty(status))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(new String(Response.empty(299).head(), ISO_8859_1))
                .startsWith("HTTP/1.1 299 \r\n");
    }

    @Test
    @DisplayName("RFC 9110 15.3.5, 15.4.5: 204 and 304 have no content")
    void noContent() {
        assertThatThrownBy(() -> Response.text(204, "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Response.stream(304, "text/plain", _ -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
