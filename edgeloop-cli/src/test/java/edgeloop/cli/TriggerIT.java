package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The modes of the server, as they are asked for and named. */
@Timeout(180)
final class TriggerIT {
    private ServerProcess server;

    @AfterEach
    void end() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "--trigger=edge, edge-triggered",
        "--read-until=eagain, edge-triggered",
        "--read-until=short, edge-triggered",
        "--trigger=level, level-triggered",
        "--trigger=oneshot, one-shot"
    })
    void modeIsNamedAndEchoes(String option, String mode) throws Exception {
        server = ServerProcess.start(option);
        try (Socket socket = server.connect()) {
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write("hello".getBytes(UTF_8));
                assertThat(socket.getInputStream().readNBytes(5))
                        .asString(UTF_8)
                        .isEqualTo("hello");
            }
        }
        assertThat(server.out().all().get(1)).isEqualTo("Using " + mode + " mode");
    }

    @ParameterizedTest
    @CsvSource({
        "--trigger=level --read-until=short, --read-until is an option of --trigger edge",
        "--trigger=oneshot --read-until=eagain, --read-until is an option of --trigger edge",
        "--trigger=both, '--trigger must be edge, level or oneshot, not ''both'''",
        "--read-until=never, '--read-until must be eagain or short, not ''never'''"
    })
    void badOptionIsOneLine(String options, String line) throws Exception {
        server = ServerProcess.start(options.split(" ", -1));
        assertThat(server.awaitExit()).isEqualTo(2);
        assertThat(server.err().all()).containsExactly("myepollserver: " + line + "; see --help");
        assertThat(server.out().all()).isEmpty();
    }
}
