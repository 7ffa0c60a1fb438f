package edgeloop.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hundred descriptors, and more clients than that who keep their connections. */
@Tag("faults")
@Timeout(120)
final class IdleDescriptorsIT {
    private static final int DESCRIPTORS = 100;

    /** More than is kept in memory, so that each answer takes its descriptor. */
    private static final int FILE_BYTES = 20_000;

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    @TempDir private Path root;

    @Test
    @DisplayName("E68: newcomers are served at once, and a client that is active gets its files")
    void newcomersAreServedAtOnce() throws Exception {
        for (int i = 0; i < 3 * DESCRIPTORS; i++) {
            Files.write(root.resolve("f" + i), new byte[FILE_BYTES]);
        }
        List<Socket> idle = new ArrayList<>();
        try (ServerProcess server =
                ServerProcess.launch(
                        "bash",
                        "-c",
                        "ulimit -n "
                                + DESCRIPTORS
                                + "; exec ./myepollserver -p 0 --protocol http --root "
                                + root)) {
            try (Socket active = server.connect()) {
                long slowest = 0;
                for (int i = 0; i < 2 * DESCRIPTORS; i++) {
                    long start = System.nanoTime();
                    Socket newcomer = server.connect();
                    idle.add(newcomer);
                    assertThat(get(newcomer, "f" + i)).startsWith("HTTP/1.1 200 ");
                    slowest = Math.max(slowest, System.nanoTime() - start);
                    assertThat(get(active, "f" + (i + DESCRIPTORS))).startsWith("HTTP/1.1 200 ");
                }
                System.out.printf(
                        "of %d newcomers the slowest had its file after %d ms%n",
                        idle.size(), TimeUnit.NANOSECONDS.toMillis(slowest));
                assertThat(Duration.ofNanos(slowest)).isLessThan(AT_ONCE);
                assertThat(idle.getFirst().getInputStream().read()).as("the oldest").isEqualTo(-1);
                assertThat(get(idle.getLast(), "f0")).startsWith("HTTP/1.1 200 ");
            } finally {
                for (Socket socket : idle) {
                    socket.close();
                }
            }
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.out().all().getLast()).endsWith(" requests served, 0 errors");
            assertThat(server.err().all().getLast())
                    .matches("myepollserver: \\d+ idle closed for want of descriptors");
        }
    }

    private static String get(Socket client, String file) throws IOException {
        String request = "GET /" + file + " HTTP/1.1\r\nHost: a\r\n\r\n";
        client.getOutputStream().write(request.getBytes(ISO_8859_1));
        InputStream in = client.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return head + "<end>";
            }
            head.append((char) c);
        }
        int length =
                Integer.parseInt(
                        head.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
        assertThat(in.readNBytes(length)).hasSize(length);
        return head.toString();
    }
}
