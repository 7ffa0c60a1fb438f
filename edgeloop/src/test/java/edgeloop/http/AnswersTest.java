package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.TestServer.Client;
import edgeloop.http.semantics.HttpDate;
import edgeloop.http.syntax.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every answer has, RFC 9110. */
class AnswersTest {
    private static final Response HELLO = Response.text(200, "hello\n");
    private static final String CLOSE = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    @Test
    void getIsAnsweredAndTheConnectionKept() {
        try (TestServer server = new TestServer(_ -> HELLO)) {
            Client client = server.connect();
            for (int i = 0; i < 3; i++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readAnswer())
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .contains("Content-Type: text/plain; charset=utf-8\r\n", "\r\nDate: ")
                        .doesNotContain("Connection")
                        .endsWith("\r\n\r\nhello\n");
            }
            assertThat(server.http.stats().successful()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("RFC 9110 9.3.2: HEAD is answered as GET, without the content")
    void head() {
        try (TestServer server = new TestServer(_ -> HELLO)) {
            assertThat(server.exchange("HEAD /" + CLOSE))
                    .contains("\r\nContent-Length: 6\r\n", "\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    @DisplayName("RFC 9110 9.3.7: OPTIONS * is about the server, and no handler hears of it")
    void optionsOfTheServer() {
        try (TestServer server =
                new TestServer(
                        _ -> {
                            throw new AssertionError("the handler was asked");
                        })) {
            assertThat(server.exchange("OPTIONS *" + CLOSE))
                    .startsWith("HTTP/1.1 204 No Content\r\n")
                    .contains("\r\nAllow: GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS\r\n");
        }
    }

    @Test
    @DisplayName("RFC 9110 6.6.1: Date is the present time, in the fixed format")
    void date() {
        try (TestServer server = new TestServer(_ -> HELLO)) {
            Matcher date =
                    Pattern.compile("\r\nDate: (.{29})\r\n")
                            .matcher(server.exchange("GET /" + CLOSE));
            assertThat(date.find()).isTrue();
            Instant sent =
                    ZonedDateTime.parse(date.group(1), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant();
            assertThat(Duration.between(sent, Instant.now()).abs())
                    .isLessThan(Duration.ofMinutes(1));
        }
    }

    @Test
    @DisplayName("RFC 9110 5.6.7: days and hours have two digits")
    void dateFormat() {
        assertThat(HttpDate.format(784_111_777)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(HttpDate.format(0)).isEqualTo("Thu, 01 Jan 1970 00:00:00 GMT");
    }

    @ParameterizedTest(name = "\"{0}\" is {1}, and why: {2}")
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "GET / H@,400,a version that is not HTTP's",
                "GET /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx HTTP/1.1,414,a request line longer than 32 bytes",
                "POST / HTTP/1.1\\r\\nExpect: cake,417,an expectation other than 100-continue",
                "GET / HTTP/1.1\\r\\nX: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,431,header fields longer than 32 bytes",
                "TRACE / HTTP/1.1,501,a method that is not known",
                "GET / HTTP/3,505,a version other than HTTP/1"
            })
    void refusalsSayWhy(String head, int status, String why) {
        HttpOptions options = HttpOptions.defaults().withMaxHead(32, 32, 10);
        try (TestServer server = new TestServer(options, _ -> Response.empty(204))) {
            assertThat(server.exchange(head.replace("\\r\\n", "\r\n")))
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("\r\nContent-Type: text/plain; charset=utf-8\r\n")
                    .contains("\r\nContent-Length: " + (why.length() + 1) + "\r\n")
                    .endsWith("\r\n\r\n" + why + "\n");
        }
    }

    @Test
    @DisplayName(
            "RFC 9110 9.3.2: a refusal of HEAD has no content, as far as it is known to be one")
    void refusalOfHead() {
        try (TestServer server = new TestServer(_ -> Response.empty(204))) {
            String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            assertThat(server.exchange(get + "HEAD / H@"))
                    .contains("HTTP/1.1 400 ")
                    .contains("\r\nContent-Length: 29\r\n")
                    .endsWith("\r\n\r\n");
            String head = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
            assertThat(server.exchange(head + "H@")).endsWith(" may not be in it\n");
        }
    }

    @Test
    @DisplayName("RFC 9110 15.3.5, 15.4.5: 204 and 304 have no Content-Length: 0")
    void noContent() {
        try (TestServer server = new TestServer(r -> Response.empty(Integer.parseInt(r.query())))) {
            assertThat(server.exchange("GET /?204" + CLOSE)).doesNotContain("Content-Length");
            assertThat(server.exchange("GET /?304" + CLOSE)).doesNotContain("Content-Length");
            assertThat(server.exchange("GET /?404" + CLOSE)).contains("\r\nContent-Length: 0\r\n");
        }
    }

    @Test
    void largeContentArrivesWhole() {
        String large = "0123456789abcdef".repeat(1 << 18);
        try (TestServer server = new TestServer(_ -> Response.text(200, large))) {
            Client client = server.connect();
            for (int i = 0; i < 3; i++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead()).contains("\r\nContent-Length: 4194304\r\n");
                assertThat(client.read(4_194_304).equals(large)).isTrue();
            }
        }
    }

    @Test
    void statsCountByClass() {
        try (TestServer server = new TestServer(r -> Response.empty(Integer.parseInt(r.query())))) {
            for (int status : new int[] {200, 204, 304, 404, 404, 404, 503}) {
                server.exchange("GET /?" + status + CLOSE);
            }
            server.exchange("GET\r\n");
            assertThat(server.http.stats()).isEqualTo(new HttpStats(2, 1, 4, 1, 0));
            assertThat(server.http.stats().answers()).isEqualTo(8);
        }
    }

    @Test
    void requestIsThereWhileItsHandlerRuns() {
        Request[] kept = new Request[1];
        try (TestServer server =
                new TestServer(
                        request -> {
                            kept[0] = request;
                            return Response.text(200, describe(request));
                        })) {
            assertThat(
                            server.exchange(
                                    "POST /a%20b?c HTTP/1.1\r\nHost: h\r\nX: 1\r\nx: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                    .endsWith("POST /a%20b?c /a%20b c h 1 [1, 2] null 5 X=1");
        }
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> kept[0].method()))
                .isInstanceOf(IllegalStateException.class);
    }

    private static String describe(Request request) {
        assertThat(request.pathEquals(Bytes.ascii("/a%20b"))).isTrue();
        assertThat(request.pathEquals(Bytes.ascii("/a%20c"))).isFalse();
        assertThat(request.pathHash()).isEqualTo(java.util.Arrays.hashCode(Bytes.ascii("/a%20b")));
        assertThat(request.pathByte(1)).isEqualTo((byte) 'a');
        return String.join(
                " ",
                request.method().toString(),
                request.target(),
                request.path(),
                request.query(),
                request.host(),
                request.header("X"),
                request.headers("x").toString(),
                request.header("Y"),
                String.valueOf(request.headerCount()),
                request.headerName(1) + "=" + request.headerValue(1));
    }
}
