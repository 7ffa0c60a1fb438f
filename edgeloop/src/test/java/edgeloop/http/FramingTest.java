package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 section 6: where a body ends, and with it the request. */
class FramingTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

    private static int refusalOf(String lines) {
        return Events.refusal(POST + lines + "\r\n0\r\n\r\n");
    }

    @Test
    @DisplayName("RFC 9112 6.3: without a length and a coding there is no body")
    void noBody() {
        assertThat(Events.complete(POST + "\r\n" + NEXT)).isEqualTo(2);
    }

    @Test
    @DisplayName("RFC 9112 6.2: the next request begins behind the length")
    void contentLength() {
        assertThat(Events.of(POST + "Content-Length: 003\r\n\r\nabc" + NEXT))
                .contains("complete abc{}")
                .anyMatch(event -> event.startsWith("GET /next"));
        assertThat(Events.complete(POST + "Content-Length: 4\r\n\r\nabc")).isZero();
    }

    @ParameterizedTest(name = "E51 RFC 9112 6.3: Content-Length \"{0}\" is refused")
    @ValueSource(
            strings = {
                "",
                "+5",
                "-1",
                "5,5",
                "5, 6",
                "0x5",
                "5 5",
                "5.0",
                "five",
                "\u0665",
                "18446744073709551621",
                "9223372036854775808",
                "1000000000000000000"
            })
    void malformedLength(String length) {
        assertThat(refusalOf("Content-Length: " + length + "\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("E51 RFC 9112 6.3: two lengths are refused, even equal ones")
    void twoLengths() {
        assertThat(refusalOf("Content-Length: 5\r\nContent-Length: 6\r\n")).isEqualTo(400);
        assertThat(refusalOf("Content-Length: 5\r\ncontent-length: 5\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("E51 RFC 9112 6.1: Transfer-Encoding with Content-Length is refused, in any order")
    void codingAndLength() {
        assertThat(refusalOf("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")).isEqualTo(400);
        assertThat(refusalOf("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("E51 RFC 9112 6.3: chunked must come last and once")
    void chunkedLast() {
        assertThat(refusalOf("Transfer-Encoding: Chunked\r\n")).isZero();
        for (String coding :
                new String[] {
                    "chunked, gzip",
                    "chunked, chunked",
                    "chunked,",
                    "",
                    "chunked;a=b",
                    "\"chunked\"",
                    "chunked\u000b"
                }) {
            assertThat(refusalOf("Transfer-Encoding: " + coding + "\r\n"))
                    .as(coding)
                    .isEqualTo(400);
        }
        String line = "Transfer-Encoding: chunked\r\n";
        assertThat(refusalOf(line + line)).isEqualTo(400);
        assertThat(refusalOf(line + "Transfer-Encoding: identity\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 6.1: another coding than chunked is 501")
    void otherCoding() {
        for (String coding : new String[] {"gzip", "identity", "xchunked", "chunkedx", "chun"}) {
            assertThat(refusalOf("Transfer-Encoding: " + coding + "\r\n"))
                    .as(coding)
                    .isEqualTo(501);
        }
        assertThat(refusalOf("Transfer-Encoding: gzip, chunked\r\n")).isEqualTo(501);
        assertThat(refusalOf("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"))
                .isEqualTo(501);
    }

    @Test
    @DisplayName("RFC 9112 6.1: Transfer-Encoding in HTTP/1.0 is refused")
    void codingIn10() {
        assertThat(Events.refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9110 15.5.14: a body over the limit is 413, one at it is not")
    void longBody() {
        long limit = HttpOptions.defaults().maxBodyBytes();
        assertThat(Events.refusal(POST + "Content-Length: " + limit + "\r\n\r\n")).isZero();
        assertThat(Events.refusal(POST + "Content-Length: " + (limit + 1) + "\r\n\r\n"))
                .isEqualTo(413);
    }
}
