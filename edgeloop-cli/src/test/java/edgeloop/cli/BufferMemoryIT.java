package edgeloop.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests without an end, each within its limits, and together more than there is memory for. */
@Tag("faults")
@Timeout(180)
final class BufferMemoryIT {
    private static final int CLIENTS = 2_000;
    private static final int HEAD_BYTES = 30_000;

    /**
     * The bound is 16 MiB. What a run of the JVM takes beyond it varies, by much less than this.
     */
    private static final long MOST_GROWTH_KIB = 40 * 1024;

    @TempDir private Path root;

    @Test
    @DisplayName("E67: 60 MB of unfinished heads take 16, and others are served")
    void unfinishedHeadsStayWithinTheBound() throws Exception {
        Files.writeString(root.resolve("index.html"), "hello");
        List<Socket> clients = new ArrayList<>();
        try (ServerProcess server =
                ServerProcess.start(
                        "--protocol=http", "--root=" + root, "--max-buffer-memory=16m")) {
            assertThat(get(server)).startsWith("HTTP/1.1 200 ");
            ProcessProbe probe = new ProcessProbe(server.pid());
            long before = probe.residentKib();
            byte[] head = unfinishedHead();
            int refused = 0;
            for (int i = 0; i < CLIENTS; i++) {
                Socket client = server.connect();
                clients.add(client);
                try {
                    client.getOutputStream().write(head);
                } catch (SocketException e) {
                    refused++; // cut off already
                }
            }
            assertThat(get(server)).startsWith("HTTP/1.1 200 ");
            long growth = probe.residentKib() - before;
            System.out.printf(
                    "%d unfinished heads of %d bytes, %d cut off while they were sent: %d KiB%n",
                    CLIENTS, HEAD_BYTES, refused, growth);
            assertThat(growth).isLessThan(MOST_GROWTH_KIB);
            for (Socket client : clients) {
                client.close();
            }
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.err().all().getLast()).contains(" cut off over --max-buffer-memory");
            assertThat(server.err().all())
                    .anyMatch(line -> line.startsWith("edgeloop: There is no memory for more "));
        }
    }

    private static byte[] unfinishedHead() {
        byte[] head = new byte[HEAD_BYTES];
        Arrays.fill(head, (byte) 'x');
        byte[] start = "GET / HTTP/1.1\r\nHost: a\r\nA: ".getBytes(ISO_8859_1);
        System.arraycopy(start, 0, head, 0, start.length);
        return head;
    }

    private static String get(ServerProcess server) throws Exception {
        try (Socket client = server.connect()) {
            String request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
