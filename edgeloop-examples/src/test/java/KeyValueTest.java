import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class KeyValueTest {

    @Test
    void linesAreAnsweredHoweverTheyArrive() throws Exception {
        try (var server = ExampleProcess.start("KeyValue")) {
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
