package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Nobody reads what the server prints, and the pipe is full. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT) // mostly waits
final class StuckOutputIT {
    @TempDir Path folder;

    private Process server;

    @AfterEach
    void end() throws InterruptedException {
        if (server != null) {
            server.destroyForcibly();
            server.waitFor(60, TimeUnit.SECONDS);
        }
    }

    private Path pipe(String name) throws Exception {
        Path pipe = folder.resolve(name);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        return pipe;
    }

    @Test
    @DisplayName("E64 nobody reads standard error, and there is much to say: all are served")
    void fullStandardErrorStopsNobody() throws Exception {
        String run = "ulimit -n 60; exec ./myepollserver -p 0 --trace 2<>" + pipe("stderr");
        try (ServerProcess traced = ServerProcess.launch("bash", "-c", run);
                EchoClients clients = EchoClients.connect(20, traced.port())) {
            for (int i = 0; i < 400; i++) { // a pipe holds 64 KiB, and each echo is a line
                clients.echo();
            }
            try (Crowd _ = Crowd.connect(80, traced.port())) {
                for (int i = 0; i < 100; i++) {
                    clients.echo();
                }
                traced.signal("TERM");
                assertThat(traced.awaitExit()).isZero();
                assertThat(traced.out().all().getLast()).startsWith("Final stats: ");
            }
        }
    }

    @Test
    @DisplayName("E64 nobody reads the progress of a load test, which ends and is reported")
    void fullProgressDoesNotStopALoadTest() throws Exception {
        Path pipe = pipe("progress");
        try (ServerProcess echo = ServerProcess.start()) {
            String target = "localhost:" + echo.port();
            String run =
                    "exec 2<>%s; head -c 65536 /dev/zero >&2; exec ./loadtest -d 2s %s"
                            .formatted(pipe, target);
            try (ServerProcess loadtest = ServerProcess.launch("bash", "-c", run)) {
                assertThat(loadtest.awaitExit()).isZero();
                assertThat(loadtest.out().all()).contains("  Errors: 0");
            }
        }
    }

    @Test
    void serverServesAndEnds() throws Exception {
        Path pipe = pipe("stdout");
        // For reading and writing, so that neither side's open waits for the other, fifo(7).
        try (FileChannel channel =
                FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            server =
                    ServerProcess.builder("./myepollserver", "--port=0", "--stats")
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(pipe.toFile()))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            int port = readPort(channel);
            Thread filler = Thread.ofPlatform().daemon().start(() -> fill(channel));

            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout((int) ServerProcess.PATIENCE.toMillis());
                socket.getOutputStream().write(1);
                assertThat(socket.getInputStream().read()).isEqualTo(1);
            }
            filler.join(TimeUnit.SECONDS.toMillis(1)); // ends, or has filled the pipe and is stuck
            assertThat(new ProcessBuilder("kill", String.valueOf(server.pid())).start().waitFor())
                    .isZero();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
        }
    }

    private static int readPort(FileChannel pipe) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(1);
        int lines = 0;
        while (lines < 3) {
            pipe.read(buffer.clear());
            char c = (char) buffer.get(0);
            text.append(c);
            lines += c == '\n' ? 1 : 0;
        }
        return Integer.parseInt(text.substring(0, text.indexOf("\n")).replaceAll("\\D+", ""));
    }

    private static void fill(FileChannel pipe) {
        try {
            for (int i = 0; i < 1 << 20; i++) {
                pipe.write(ByteBuffer.allocate(1));
            }
        } catch (IOException e) {
            // Closed at the end of the test.
        }
    }
}
