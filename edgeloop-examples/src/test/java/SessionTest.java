import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class SessionTest {

    @Test
    void silentVisitorIsRemindedAndThenLeft() throws Exception {
        try (var server = ExampleProcess.start("Session", "300")) {
            var client = server.connect();
            assertThat(client.line()).isEqualTo("Your name?");
            assertThat(client.ask("Ada")).isEqualTo("I hear you, Ada.");
            assertThat(client.line()).isEqualTo("Are you there, Ada?");
            assertThat(client.ask("yes")).isEqualTo("I hear you, Ada.");
            assertThat(client.line()).isEqualTo("Are you there, Ada?");
            assertThat(client.line()).isEqualTo("Goodbye, Ada.");
            assertThat(client.line()).isNull();
        }
    }

    @Test
    void visitorWithoutANameIsNotWaitedFor() throws Exception {
        try (var server = ExampleProcess.start("Session", "300")) {
            var client = server.connect();
            assertThat(client.line()).isEqualTo("Your name?");
            assertThat(client.line()).isEqualTo("Goodbye, stranger.");
            assertThat(client.line()).isNull();
        }
    }
}
