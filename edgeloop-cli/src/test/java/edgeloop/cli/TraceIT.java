package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
final class TraceIT {
    private static final String TIME = "\\[\\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\d] ";

    private ServerProcess server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    /** On io_uring a completion by the event that it stands for. */
    @ParameterizedTest
    @ValueSource(strings = {"--engine=epoll", "--engine=io_uring"})
    void everyEventIsNamedOnStderr(String engine) throws Exception {
        Rings.assumeAvailableFor(engine);
        server = ServerProcess.start("--trace", engine);
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
        }
        try (Socket socket = server.connect()) {
            // With nothing sent the server is not reading when the FIN comes, so an event tells it.
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        server.err().await(TIME + "fd \\d+ .*EPOLLIN.*EPOLLRDHUP");
        server.signal("INT");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().all())
                .isNotEmpty()
                .allMatch(line -> line.matches(TIME + "fd \\d+ .* EPOLL[A-Z]+(\\|EPOLL[A-Z]+)*"));
        String port = String.valueOf(server.port());
        assertThat(server.err().all())
                .anyMatch(line -> line.matches(".* \\[::]:" + port + " listener EPOLLIN"))
                .anyMatch(
                        line ->
                                line.matches(
                                        ".* 127\\.0\\.0\\.1:"
                                                + port
                                                + " peer 127\\.0\\.0\\.1:\\d+ EPOLL.*"));
        assertThat(server.out().all()).hasSize(7);
    }

    /** E2. Also what a problem that the library reports looks like. */
    @Test
    void wantOfDescriptorsIsOneLineOnStderrAndServingGoesOn() throws Exception {
        server = ServerProcess.launch("sh", "-c", "ulimit -n 48 && exec ./myepollserver --port=0");
        Socket[] sockets = new Socket[48];
        try {
            for (int i = 0; i < sockets.length; i++) {
                sockets[i] = server.connect(); // the kernel connects, whoever accepts
            }
            assertThat(server.err().await("edgeloop: .*"))
                    .isEqualTo(
                            "edgeloop: Accepting pauses for 100 ms: the descriptors left are kept for"
                                    + " files");
            sockets[0].getOutputStream().write(1);
            assertThat(sockets[0].getInputStream().read()).isEqualTo(1);
        } finally {
            for (Socket socket : sockets) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }
}
