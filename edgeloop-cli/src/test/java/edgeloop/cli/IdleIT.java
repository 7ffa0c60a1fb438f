package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** A server with nothing to do. */
@Timeout(180)
@Isolated
final class IdleIT {
    @Test
    void reactorSleepsWhileItsConnectionsAreIdle() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start()) {
            for (int i = 0; i < 50; i++) {
                Socket socket = server.connect();
                sockets.add(socket);
                socket.getOutputStream().write("hello".getBytes(UTF_8));
                assertThat(socket.getInputStream().readNBytes(5)).hasSize(5);
            }
            long asleep = server.awaitReactorAsleep();
            assertThat(server.livesFor(Duration.ofSeconds(3))).isTrue();
            assertThat(server.reactorSwitches()).isEqualTo(asleep);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
