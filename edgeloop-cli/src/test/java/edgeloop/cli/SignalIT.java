package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
final class SignalIT {
    private ServerProcess server;

    @AfterEach
    void end() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void signalClosesConnectionsAndEndsWithExitCodeZero(String signal) throws Exception {
        server = ServerProcess.start();
        try (Socket socket = server.connect();
                Socket other = server.connect()) {
            echoByte(socket);
            echoByte(other);
            server.signal(signal);
            assertThat(socket.getInputStream().read()).isEqualTo(-1); // a FIN and no reset
            assertThat(other.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all())
                .containsExactly(
                        "Starting epoll server on port " + server.port(),
                        "Using edge-triggered mode",
                        "Max events per wait: 1024",
                        "Received SIG" + signal + ", shutting down...",
                        "Closing 2 connections...",
                        "All connections closed.",
                        "Final stats: 2 requests served, 0 errors");
        assertThat(server.err().all()).isEmpty();
    }

    @Test
    void backgroundJobOfAScriptHeedsSigint() throws Exception {
        server = ServerProcess.launch("sh", "-c", "trap '' INT; exec ./myepollserver --port 0");
        server.port();
        server.signal("INT");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all()).contains("Received SIGINT, shutting down...");
    }

    @Test
    void secondSignalClosesAtOnceThoughAClientTakesNothing() throws Exception {
        server = ServerProcess.start("--drain-timeout=1h", "--stats");
        try (Socket socket = server.connect()) {
            sendUntilStuck(socket);
            server.signal("INT");
            server.out().await("Closing 1 connections\\.\\.\\.");
            assertThat(server.isAlive()).isTrue();
            long before = System.nanoTime();
            server.signal("INT");
            assertThat(server.awaitExit()).isEqualTo(130);
            // Else the write timeout would end the connection, 60 s after its last byte.
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isLessThan(Duration.ofSeconds(30));
        }
        assertThat(server.out().all().getLast())
                .matches("Final stats: \\d+ requests served, 1 errors");
        assertThat(server.err().all().getLast())
                .matches(
                        "myepollserver: 1 connections cut off by a second signal, SIGINT,"
                                + " \\d+\\.\\d MB of theirs lost");
    }

    @Test
    @DisplayName("E70 what the drain timeout cuts off is an error, and named")
    void drainTimeoutEndsTheWaitForAClientThatTakesNothing() throws Exception {
        server = ServerProcess.start("--drain-timeout=100ms", "--stats");
        try (Socket socket = server.connect()) {
            sendUntilStuck(socket);
            long before = System.nanoTime();
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isLessThan(Duration.ofSeconds(8)); // the default is 10 s
        }
        assertThat(server.out().all().getLast())
                .matches("Final stats: \\d+ requests served, 1 errors");
        assertThat(server.err().all().getLast())
                .matches(
                        "myepollserver: 1 connections cut off by --drain-timeout,"
                                + " \\d+\\.\\d MB of theirs lost");
    }

    @ParameterizedTest
    @CsvSource({"INT,130", "TERM,143"})
    @DisplayName("E71 a second signal ends the process within a second though a handler is stuck")
    void secondSignalEndsAStuckServer(String signal, int exitCode) throws Exception {
        server = ServerProcess.launch(StuckServer.command());
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(42);
            assertThat(socket.getInputStream().read()).isEqualTo(42); // and is stuck from now on
            server.signal(signal);
            server.out().await("Closing 1 connections\\.\\.\\.");
            long before = System.nanoTime();
            server.signal(signal);
            assertThat(server.awaitExit()).isEqualTo(exitCode);
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isLessThan(Duration.ofSeconds(1));
        }
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: 1 requests served, 1 errors");
        assertThat(server.err().all())
                .containsExactly(
                        "myepollserver: ended by a second signal while a handler did not return",
                        "myepollserver: 1 connections cut off by a second signal, SIG" + signal);
    }

    @Test
    void clientThatKeepsSendingDoesNotHoldUpTheShutdown() throws Exception {
        server = ServerProcess.start("--drain-timeout=2s");
        Thread sender;
        try (Socket socket = server.connect()) {
            echoByte(socket);
            sender = sendForEver(socket, new byte[100]);
            Thread reader = Thread.startVirtualThread(() -> readUntilEnd(socket));
            long before = System.nanoTime();
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isLessThan(Duration.ofSeconds(30));
            reader.join();
        }
        sender.join();
        assertThat(server.out().all()).contains("All connections closed.");
        assertThat(server.out().all().getLast())
                .matches("Final stats: \\d+ requests served, \\d+ errors");
    }

    /** Sends without reading, until the server's report says that nothing moves any more. */
    private void sendUntilStuck(Socket socket) throws Exception {
        Thread _ = sendForEver(socket, new byte[64 * 1024]);
        server.out().await(".*Bytes: [1-9][0-9.]* MB/sec|.*Bytes: 0\\.[1-9] MB/sec");
        int moved = server.out().all().size();
        server.out().awaitAfter(moved, ".*Bytes: 0\\.0 MB/sec");
    }

    private static Thread sendForEver(Socket socket, byte[] bytes) {
        return Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                while (true) {
                                    socket.getOutputStream().write(bytes);
                                }
                            } catch (IOException e) {
                                // The connection has ended.
                            }
                        });
    }

    private static void readUntilEnd(Socket socket) {
        byte[] buffer = new byte[64 * 1024];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {}
        } catch (IOException e) {
            // Ended by a reset, since it kept sending.
        }
    }

    private static void echoByte(Socket socket) throws IOException {
        socket.getOutputStream().write(42);
        assertThat(socket.getInputStream().read()).isEqualTo(42);
    }
}
