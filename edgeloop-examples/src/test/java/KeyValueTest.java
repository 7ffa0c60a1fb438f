import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class KeyValueTest {

    @ParameterizedTest
    @ValueSource(strings = {"KeyValue", "NettyKeyValue", "VertxKeyValue"})
    void linesAreAnsweredHoweverTheyArrive(String example) throws Exception {
        try (var server = ExampleProcess.start(example)) {
            var client = server.connect();
            assertThat(client.ask("get colour")).isEqualTo("nothing");
            client.send("set col");
            assertThat(client.ask("our sea green")).isEqualTo("stored");
            assertThat(client.ask("get colour\r\nget\r")).isEqualTo("sea green");
            assertThat(client.line()).isEqualTo("what?");

            var other = server.connect();
            assertThat(other.ask("get colour\nquit\nget colour")).isEqualTo("sea green");
            assertThat(other.line()).isNull();
        }
    }
}
