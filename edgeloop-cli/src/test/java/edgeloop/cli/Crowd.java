package edgeloop.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Many clients in a process of their own, a shell, that can be killed: each has sent a byte, and
 * none reads.
 */
final class Crowd implements AutoCloseable {
    private static final String SCRIPT =
            """
            # $1 clients, port $2
            for ((i = 0; i < $1; i++)); do
                exec {fd}<>/dev/tcp/127.0.0.1/$2 || exit 1
                printf x >&"$fd"
            done
            echo connected
            read -r
            """;

    private final Process process;

    private Crowd(Process process) {
        this.process = process;
    }

    /** Starts so many clients, and waits until all are connected. */
    static Crowd connect(int clients, int port) throws IOException {
        Process process =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                SCRIPT,
                                "crowd",
                                String.valueOf(clients),
                                String.valueOf(port))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Crowd crowd = new Crowd(process);
        String line = firstLine(process);
        if (!"connected".equals(line)) {
            crowd.close();
            throw new AssertionError("the crowd could not connect: " + line);
        }
        return crowd;
    }

    private static String firstLine(Process process) throws IOException {
        return new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                .readLine();
    }

    /** All at once are gone, by SIGKILL. */
    void kill() {
        process.destroyForcibly()
                .onExit()
                .orTimeout(ServerProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        kill();
    }
}
