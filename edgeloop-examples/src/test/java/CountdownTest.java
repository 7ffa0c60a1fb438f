import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class CountdownTest {

    @Test
    void countComesInChunksUntilItsEnd() throws Exception {
        try (var server = ExampleProcess.start("Countdown", "1")) {
            var client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(client.lines())
                    .contains("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
                    .containsSubsequence("3", "10", "", "2", "9", "", "2", "1", "", "8", "liftoff");
        }
    }

    @Test
    void oldClientGetsPlainLines() throws Exception {
        try (var server = ExampleProcess.start("Countdown", "1")) {
            var client = server.connect();
            client.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.lines()).containsSubsequence("", "10", "9", "8", "1", "liftoff");
        }
    }
}
