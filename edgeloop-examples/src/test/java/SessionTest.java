import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class SessionTest {

    /** The visitor has three seconds to answer, so that a busy machine is not taken for silence. */
    @Test
    void silentVisitorIsRemindedAndThenLeft() throws Exception {
        try (var server = ExampleProcess.start("Session", "3000")) {
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
        try (var server = ExampleProcess.start("Session", "100")) {
            var client = server.connect();
            assertThat(client.line()).isEqualTo("Your name?");
            assertThat(client.line()).isEqualTo("Goodbye, stranger.");
            assertThat(client.line()).isNull();
        }
    }
}
