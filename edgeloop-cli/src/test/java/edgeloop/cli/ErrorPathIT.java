package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Something runs out, or the jars are replaced beside the running server: what is done and said
 * then was loaded at the start. Without caches, so that each class comes out of its jar.
 */
@Tag("faults")
@Timeout(180)
final class ErrorPathIT {
    private static final int CROWD = 80;

    @TempDir private Path folder;

    @Test
    @DisplayName("E65 want of descriptors, resets, timeouts and the end load no class from a jar")
    void nothingIsLoadedWhenDescriptorsHaveRunOut() throws Exception {
        Path classes = folder.resolve("classes");
        String run = "ulimit -n 60; exec ./myepollserver -p 0 --stats --idle-timeout 3s";
        String options = "-XX:AOTMode=off -Xlog:class+load:file=" + classes;
        try (ServerProcess server = ServerProcess.launchWith(options, "bash", "-c", run)) {
            int port = server.port();
            Waiting.until(() -> isPrepared(classes));
            List<String> before = Files.readAllLines(classes);
            try (EchoClients clients = EchoClients.connect(5, port)) {
                try (Crowd _ = Crowd.connect(CROWD, port)) {
                    server.err().await("edgeloop: Accepting pauses for 100 ms: .*");
                    server.err().await("edgeloop: Accepting pauses.* more not shown.*");
                    clients.echo();
                } // reset, with an echo unread
                clients.echo();
                try (EchoClients late = EchoClients.connect(20, port)) {
                    late.echo();
                }
            }
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.out().all().getLast()).startsWith("Final stats: ");
            assertThat(server.err().all()).noneMatch(line -> line.contains("unexpectedly"));
            assertThat(server.err().all().getLast()).contains("pauses of accepting");
            assertThat(fromJars(classes, before.size())).isEmpty();
        }
    }

    /** The two threads that load have found what each needs last. */
    private static boolean isPrepared(Path classes) throws IOException {
        String loaded = Files.readString(classes);
        return loaded.contains("CommandLine$IExitCodeGenerator ")
                && loaded.contains("StderrLoggers$StderrLogger ");
    }

    private static List<String> fromJars(Path classes, int from) throws IOException {
        List<String> all = Files.readAllLines(classes);
        return all.subList(from, all.size()).stream()
                .filter(line -> line.contains("source: file:") || line.contains(".jar"))
                .toList();
    }
}
