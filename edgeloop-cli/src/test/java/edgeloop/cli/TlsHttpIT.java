package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.TlsFiles.Pair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTPS: files, Strict-Transport-Security, and those who come by http. */
@Timeout(180)
final class TlsHttpIT {
    private static final Pattern REDIRECTING = Pattern.compile("Redirecting from port (\\d+)");
    private static final String STRICT = "\r\nStrict-Transport-Security: max-age=31536000\r\n";

    @TempDir Path folder;
    private ServerProcess server;

    @BeforeEach
    void makeFiles() throws IOException {
        Files.writeString(folder.resolve("index.html"), "hello");
        Files.createDirectory(folder.resolve("folder"));
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private void start(String... options) throws IOException {
        Pair pair = TlsFiles.get().server;
        var all = new ArrayList<>(List.of("--protocol=http", "--root=" + folder));
        all.addAll(pair.options());
        all.addAll(List.of(options));
        server = ServerProcess.start(all.toArray(String[]::new));
    }

    private String secure(String request) throws Exception {
        try (SSLSocket socket = TlsSockets.connect(server.port())) {
            return TlsSockets.exchange(socket, request);
        }
    }

    private String plain(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), plainPort())) {
            socket.setSoTimeout((int) ServerProcess.PATIENCE.toMillis());
            return TlsSockets.exchange(socket, request);
        }
    }

    private int plainPort() throws Exception {
        Matcher line = REDIRECTING.matcher(server.out().await("Redirecting from port .*"));
        assertThat(line.matches()).isTrue();
        return Integer.parseInt(line.group(1));
    }

    @Test
    void clientOfTheJdkGetsFilesByAlpn() throws Exception {
        Files.write(folder.resolve("large"), new byte[1 << 20]);
        start();
        try (HttpClient client =
                HttpClient.newBuilder()
                        .sslContext(TlsFiles.get().clientContext(null))
                        .connectTimeout(ServerProcess.PATIENCE)
                        .build()) {
            for (int i = 0; i < 3; i++) {
                URI uri = URI.create("https://localhost:" + server.port() + "/large");
                HttpResponse<byte[]> answer =
                        client.send(
                                HttpRequest.newBuilder(uri).build(),
                                HttpResponse.BodyHandlers.ofByteArray());
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).hasSize(1 << 20);
                assertThat(answer.headers().map()).doesNotContainKey("strict-transport-security");
            }
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all())
                .contains("Final stats: 3 requests served, 0 errors")
                .anyMatch(line -> line.startsWith("Handshakes: 1 full, "));
    }

    @Test
    void strictTransportSecurityIsOnEveryAnswer() throws Exception {
        start("--hsts=31536000");
        String end = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assertThat(secure("GET /" + end)).startsWith("HTTP/1.1 200 ").contains(STRICT);
        assertThat(secure("GET /absent" + end)).startsWith("HTTP/1.1 404 ").contains(STRICT);
        assertThat(secure("GET /folder" + end)).startsWith("HTTP/1.1 301 ").contains(STRICT);
        assertThat(secure("OPTIONS *" + end)).startsWith("HTTP/1.1 204 ").contains(STRICT);
        assertThat(secure("nonsense\r\n\r\n")).startsWith("HTTP/1.1 ").contains(STRICT);
    }

    @Test
    void targetsOfHttpsAreServedWhereThereIsTls() throws Exception {
        start();
        String end = "/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assertThat(secure("GET https://localhost" + end)).startsWith("HTTP/1.1 200 ");
        assertThat(secure("GET /folder" + end.substring(1)))
                .contains("\r\nLocation: /folder/\r\n"); // of whatever scheme
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    GET /a%20b?c=d | example.test:80 | 301 | https://example.test:PORT/a%20b?c=d
                    HEAD / | example.test | 301 | https://example.test:PORT/
                    POST /form | example.test:8080 | 308 | https://example.test:PORT/form
                    GET /x | [::1]:80 | 301 | https://[::1]:PORT/x
                    GET /x | [::1] | 301 | https://[::1]:PORT/x
                    GET //other.test/ | example.test | 301 | https://example.test:PORT//other.test/
                    GET http://other.test/y | example.test | 301 | https://other.test:PORT/y
                    """)
    void plainRequestsAreSentToTheSamePlaceByHttps(
            String line, String host, int status, String location) throws Exception {
        start("--redirect-from=0", "--hsts=31536000");
        String answer =
                plain(line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains(
                        "\r\nLocation: "
                                + location.replace("PORT", String.valueOf(server.port()))
                                + "\r\n")
                .doesNotContain("Strict-Transport-Security");
    }

    @Test
    void plainRequestThatIsMalformedOrNamesNoHostIsRefused() throws Exception {
        start("--redirect-from=0");
        assertThat(plain("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(plain("GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(plain("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(plain("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void timeoutsHoldForThePlainPortToo() throws Exception {
        start("--redirect-from=0", "--idle-timeout=100ms");
        try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), plainPort())) {
            idle.setSoTimeout((int) ServerProcess.PATIENCE.toMillis());
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** The last lines are of the server of TLS alone. */
    @Test
    void bothEndTogether() throws Exception {
        start("--redirect-from=0");
        int port = plainPort();
        try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(plain("GET / HTTP/1.0\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 301 ");
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(server.out().all()).contains("Final stats: 0 requests served, 0 errors");
    }

    @Test
    void portThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            start("--redirect-from=" + taken.getLocalPort());
            assertThat(server.awaitExit()).isEqualTo(1);
            assertThat(server.out().all()).isEmpty();
            assertThat(server.err().all())
                    .singleElement()
                    .asString()
                    .startsWith("myepollserver: cannot listen on port " + taken.getLocalPort())
                    .contains("choose another --redirect-from");
        }
    }
}
