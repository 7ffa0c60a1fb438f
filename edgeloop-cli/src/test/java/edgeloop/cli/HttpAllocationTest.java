package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.Transport;
import edgeloop.Trigger;
import edgeloop.http.Http;
import edgeloop.http.Response;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No garbage, so no pause: a request that is answered with a prepared response allocates nothing.
 * Asked here and not in the library's own tests, since the library does without java.management.
 */
class HttpAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final String REQUEST =
            """
            GET /index.html HTTP/1.1\r
            Host: localhost\r
            User-Agent: test\r
            Accept: */*\r
            Accept-Encoding: gzip, deflate, br\r
            \r
            """;
    private static final int WARMUP = 20_000;
    private static final int WINDOWS = 20;
    private static final int WINDOW = 200;

    private volatile long reactorThread;

    /** The triggers are of epoll; auto is by completions, where the kernel has them. */
    static Stream<ServerOptions> modes() {
        return Stream.concat(
                Stream.of(Trigger.values()).map(ServerOptions.defaults()::withTrigger),
                Stream.of(
                        ServerOptions.defaults().withTransport(Transport.AUTO),
                        ServerOptions.defaults().withReactors(2).withMaxConnections(10),
                        ServerOptions.defaults().withReactors(2).withSharedAcceptQueue(true)));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void nothingIsAllocatedPerRequest(ServerOptions mode) throws Exception {
        Response hello = Response.text(200, "hello\n");
        Http http =
                Http.serve(
                        _ -> {
                            reactorThread = Thread.currentThread().threadId();
                            return hello;
                        });
        ServerOptions options = mode.withBindAddress(InetAddress.getLoopbackAddress());
        try (Server server = Server.start(options, http);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            request(socket, WARMUP);
            long least = Long.MAX_VALUE;
            long before = THREADS.getThreadAllocatedBytes(reactorThread);
            for (int i = 0; i < WINDOWS; i++) {
                long from = THREADS.getThreadAllocatedBytes(reactorThread);
                request(socket, WINDOW);
                least = Math.min(least, THREADS.getThreadAllocatedBytes(reactorThread) - from);
            }
            long all = THREADS.getThreadAllocatedBytes(reactorThread) - before;
            // A window may see a second begin, which makes a new Date; not all of them do.
            assertThat(least).as("bytes of %d requests", WINDOW).isZero();
            assertThat(all / (WINDOWS * WINDOW)).as("bytes per request").isZero();
        }
    }

    private static void request(Socket socket, int times) throws Exception {
        byte[] request = REQUEST.getBytes(US_ASCII);
        byte[] answer = new byte[1024];
        InputStream input = socket.getInputStream();
        for (int i = 0; i < times; i++) {
            socket.getOutputStream().write(request);
            int length = 0;
            while (length < 6 || answer[length - 1] != '\n' || answer[length - 2] != 'o') {
                length += input.read(answer, length, answer.length - length);
            }
        }
    }
}
