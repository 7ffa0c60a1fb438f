import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class EchoTest {

    @ParameterizedTest
    @ValueSource(strings = {"Echo", "src/main/java/Echo.java"})
    void whatIsSentComesBackAlsoAfterFin(String example) throws Exception {
        try (var server = ExampleProcess.start(example)) {
            var client = server.connect();
            assertThat(client.ask("hello")).isEqualTo("hello");
            client.send("x".repeat(1_000_000) + "\n");
            client.finish();
            assertThat(client.line()).hasSize(1_000_000);
            assertThat(client.line()).isNull();
        }
    }
}
