import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class EchoTest {

    @ParameterizedTest
    @ValueSource(strings = {"Echo", "NettyEcho", "VertxEcho"})
    void whatIsSentComesBack(String example) throws Exception {
        try (var server = ExampleProcess.start(example)) {
            var client = server.connect();
            assertThat(client.ask("hello")).isEqualTo("hello");
            String text = "x".repeat(8 << 20);
            Thread sender = Thread.startVirtualThread(() -> client.sendLater(text + "\n"));
            assertThat(client.line()).isEqualTo(text);
            sender.join();
            client.finish();
            assertThat(client.line()).isNull();
        }
    }

    /** Not with Vert.x, which closes at a FIN and drops the output that still waits. */
    @ParameterizedTest
    @ValueSource(strings = {"Echo", "NettyEcho"})
    void whatIsSentComesBackAlsoAfterFin(String example) throws Exception {
        try (var server = ExampleProcess.start(example)) {
            var client = server.connect();
            assertThat(client.ask("hello")).isEqualTo("hello");
            String text = "x".repeat(8 << 20);
            Thread sender = Thread.startVirtualThread(() -> client.sendAndFinish(text));
            assertThat(client.line()).isEqualTo(text);
            assertThat(client.line()).isNull();
            sender.join();
        }
    }

    @Test
    @DisplayName("E47 started from its source, as the README says, it prints no warning")
    void sourceFileStartsWithoutAWarning() throws Exception {
        try (var server = ExampleProcess.start("src/main/java/Echo.java")) {
            assertThat(server.connect().ask("hello")).isEqualTo("hello");
            server.end();
            assertThat(server.errors()).content().isEmpty();
        }
    }

    @Test
    void bodyOfARequestComesBack() throws Exception {
        try (var server = ExampleProcess.start("MicrohttpEcho");
                var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create("http://localhost:" + server.port()))
                            .POST(HttpRequest.BodyPublishers.ofString("hello"))
                            .build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.body()).isEqualTo("hello");
        }
    }
}
