package edgeloop.cli.load.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.Server;
import edgeloop.cli.load.Runs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes over the wire to an HTTP server. */
class HttpRequestTest {

    /** The first request that a server gets of {@code loadtest}; PORT in it is the server's. */
    private static String request(String path, String... options) throws Exception {
        AtomicReference<String> received = new AtomicReference<>();
        try (Server server =
                Server.start(
                        0,
                        _ ->
                                (connection, in) -> {
                                    received.set(
                                            in.readString(in.remaining(), StandardCharsets.UTF_8));
                                    connection.write("HTTP/1.1 204 No Content\r\n\r\n");
                                })) {
            List<String> arguments = new ArrayList<>(List.of(options));
            arguments.addAll(List.of("-q", "-r", "1", "-c", "1"));
            arguments.add("http://127.0.0.1:" + server.port() + path);
            assertThat(Runs.loadtest(arguments.toArray(String[]::new)).exitCode()).isZero();
            return received.get().replace(":" + server.port(), ":PORT");
        }
    }

    @Test
    void aRequestHasWhatItNeeds() throws Exception {
        assertThat(request("/a?b=c#d"))
                .isEqualTo("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n");
    }

    @Test
    void withoutAPathItIsTheRoot() throws Exception {
        assertThat(request("")).startsWith("GET / HTTP/1.1\r\n");
        assertThat(request("?q")).startsWith("GET /?q HTTP/1.1\r\n");
    }

    @Test
    void aBodyIsPostedWithItsLength() throws Exception {
        assertThat(request("/", "--body", "a\\nb", "-H", "Content-Type: text/plain"))
                .isEqualTo(
                        "POST / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: text/plain\r\n"
                                + "Content-Length: 3\r\n\r\na\nb");
    }

    @Test
    void methodAndHostMayBeOthers() throws Exception {
        assertThat(request("/", "-X", "PUT", "-H", "Host: example"))
                .isEqualTo("PUT / HTTP/1.1\r\nHost: example\r\nContent-Length: 0\r\n\r\n");
    }

    @Test
    void aServerIsToldOfConnectionsForOneRequest() throws Exception {
        assertThat(request("/", "--requests-per-connection", "1"))
                .contains("\r\nConnection: close\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://localhost:x/|65535",
                "https://::1/|https://[ADDRESS]",
                "http://localhost 80|URL",
                "http://:80/|host",
                "http://localhost:99999/|65535",
                "http://a b/|percent-encode",
                "http://u:p@localhost/|Authorization",
                "http://::1/|ADDRESS",
                "--payload x http://localhost/|--body",
                "-X G(T http://localhost/|--method",
                "-H x http://localhost/|Name: value",
                "-H Content-Length:5 http://localhost/|--header",
                "--body \\q http://localhost/|--body",
                "--body @/no/such http://localhost/|/no/such",
                "--expect-status 99 http://localhost/|--expect-status",
                "--expect-status 300-200 http://localhost/|--expect-status",
                "-X POST localhost:80|http://",
            })
    void badArgumentsAreNamedInOneLine(String arguments, String named) throws Exception {
        Runs.Outcome run =
                Runs.loadtest(
                        arguments.equals("http://a b/")
                                ? new String[] {arguments}
                                : arguments.split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains(named);
    }
}
