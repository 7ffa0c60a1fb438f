package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is logged of each answer, and what no client can make of it. */
class AccessLogTest {
    private static final Instant TIME = Instant.parse("2026-11-24T23:04:05Z");

    @TempDir Path root;
    private final List<AccessLogEntry> entries = new CopyOnWriteArrayList<>();

    private static AccessLogEntry entry(String requestLine, String userAgent) {
        var client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        return new AccessLogEntry(client, TIME, requestLine, 200, 5, null, userAgent);
    }

    @Test
    void lineIsInTheCombinedFormat() {
        assertThat(entry("GET /a HTTP/1.1", "curl/8.0 (x)").toCombinedFormat())
                .isEqualTo(
                        "127.0.0.1 - - [24/Nov/2026:23:04:05 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\""
                                + " \"curl/8.0 (x)\"");
        var streamed = new AccessLogEntry(null, TIME, "", 400, -1, "http://a/", null);
        assertThat(streamed.toCombinedFormat())
                .isEqualTo("- - - [24/Nov/2026:23:04:05 +0000] \"-\" 400 - \"http://a/\" \"-\"");
    }

    @Test
    @DisplayName("RFC 5952: an IPv6 client has one spelling")
    void addressIsCanonical() throws Exception {
        byte[] address = new byte[16];
        address[0] = 0x20;
        address[15] = 1;
        var client = new InetSocketAddress(InetAddress.getByAddress(address), 1);
        assertThat(
                        new AccessLogEntry(client, TIME, "GET / HTTP/1.1", 200, 5, null, null)
                                .toCombinedFormat())
                .startsWith("2000::1 - - [");
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "0D,\\x0D",
                "0A,\\x0A",
                "1B,\\x1B",
                "22,\\x22",
                "5C,\\x5C",
                "7F,\\x7F",
                "00,\\x00",
                "9B,\\x9B",
                "FC,\\xFC",
                "09,\\x09"
            })
    @DisplayName("log injection: what could end a line or a quote, or steer a terminal, is escaped")
    void harmfulCharactersAreEscaped(String hex, String escaped) {
        char c = (char) Integer.parseInt(hex, 16);
        assertThat(entry("GET /a HTTP/1.1", "a" + c + "b").toCombinedFormat())
                .endsWith(" \"a" + escaped + "b\"");
        assertThat(entry("GET /" + c + " HTTP/1.1", null).toCombinedFormat())
                .contains(" \"GET /" + escaped + " HTTP/1.1\" ");
    }

    @Test
    @DisplayName("log injection: a line is bounded")
    void longFieldsAreCut() {
        assertThat(entry("GET /" + "a".repeat(8_000), "\u001b".repeat(8_000)).toCombinedFormat())
                .hasSizeLessThan(6_000);
    }

    @Test
    void eachAnswerIsLoggedOnce() throws Exception {
        String refused;
        try (Site _ = new Site(root).with("file", "0123456789")) {
            try (var server =
                    TestServer.of(Http.serve(StaticFiles.of(root)).withAccessLog(entries::add))) {
                String end = "Host: a\r\nConnection: close\r\n\r\n";
                server.exchange("GET /file?q=1 HTTP/1.1\r\nUser-Agent: me\r\n" + end);
                server.exchange("HEAD /file HTTP/1.1\r\nReferer: http://b/\r\n" + end);
                server.exchange("GET /file HTTP/1.1\r\nRange: bytes=2-4\r\n" + end);
                server.exchange("GET /absent HTTP/1.0\r\n\r\n");
                refused = server.exchange("GET / HTTP/1.1\nHost: a\r\n\r\n");
            }
        }
        assertThat(entries)
                .extracting(AccessLogEntry::requestLine)
                .containsExactly(
                        "GET /file?q=1 HTTP/1.1",
                        "HEAD /file HTTP/1.1",
                        "GET /file HTTP/1.1",
                        "GET /absent HTTP/1.0",
                        "");
        assertThat(entries)
                .extracting(AccessLogEntry::status)
                .containsExactly(200, 200, 206, 404, 400);
        assertThat(entries)
                .extracting(AccessLogEntry::contentBytes)
                .containsExactly(
                        10L, 0L, 3L, 10L, refused.length() - refused.indexOf("\r\n\r\n") - 4L);
        assertThat(entries.get(0).userAgent()).isEqualTo("me");
        assertThat(entries.get(1).referer()).isEqualTo("http://b/");
        assertThat(entries.get(0).client().getAddress().isLoopbackAddress()).isTrue();
    }

    @Test
    void logThatFailsChangesNoAnswer() {
        Http http =
                Http.serve(_ -> Response.text(200, "hello"))
                        .withAccessLog(
                                _ -> {
                                    throw new IllegalStateException("secret");
                                });
        try (var server = TestServer.of(http)) {
            assertThat(server.exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("hello");
            assertThat(server.exchange("GET / HTTP/1.1\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 Bad Request\r\n");
        }
    }
}
