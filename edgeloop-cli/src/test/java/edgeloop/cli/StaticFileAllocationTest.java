package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import edgeloop.Server;
import edgeloop.http.Http;
import edgeloop.http.StaticFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No garbage, so no pause: a file that is kept costs the reactor's thread no memory a request. */
@Timeout(120)
class StaticFileAllocationTest {
    private static final int WARMUP = 60_000;
    private static final int MEASURED = 20_000;
    private static final int MOST_ROUNDS = 10;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir Path root;

    @Test
    void smallFileIsServedWithoutGarbage() throws Exception {
        assertThat(bytesPerRequest(1024)).isLessThan(1);
    }

    @Test
    void largeFileIsServedWithoutGarbage() throws Exception {
        assertThat(bytesPerRequest(20_000)).isLessThan(1);
    }

    private double bytesPerRequest(int length) throws Exception {
        Files.write(root.resolve("file"), new byte[length]);
        try (Server server = Server.start(0, Http.serve(StaticFiles.of(root)));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.setTcpNoDelay(true);
            client.setSoTimeout(10_000);
            var reactor = new CompletableFuture<Thread>();
            server.reactors().getFirst().execute(() -> reactor.complete(Thread.currentThread()));
            long thread = reactor.get().threadId();
            ask(client, length, WARMUP);
            double least = Double.MAX_VALUE;
            // On a busy machine the compiler may need longer than the warm-up.
            for (int round = 0; round < MOST_ROUNDS && least >= 1; round++) {
                long before = THREADS.getThreadAllocatedBytes(thread);
                ask(client, length, MEASURED);
                // The look at the disk once a second makes some: far less than a byte a request.
                long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
                least = Math.min(least, (double) allocated / MEASURED);
            }
            return least;
        }
    }

    private static void ask(Socket client, int length, int times) throws IOException {
        byte[] request =
                "GET /file HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n"
                        .getBytes(US_ASCII);
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] buffer = new byte[64 * 1024];
        int answer = 0;
        for (int i = 0; i < times; i++) {
            out.write(request);
            int read = in.read(buffer);
            if (i == 0) {
                while (!new String(buffer, 0, read, US_ASCII).contains("\r\n\r\n")) {
                    read += in.read(buffer, read, buffer.length - read);
                }
                answer = new String(buffer, 0, read, US_ASCII).indexOf("\r\n\r\n") + 4 + length;
            }
            while (read < answer) {
                read += in.read(buffer, 0, buffer.length);
            }
        }
    }
}
