package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections come and go, for a server whose handlers keep nothing of their own. */
@Timeout(120)
class ChurnTest {
    private static final int WARMUP = 20_000;
    private static final int CYCLES = 5_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Objects of connections and segments are used again, so there is nothing to allocate. */
    @ParameterizedTest
    @CsvSource({"EPOLL, 1", "EPOLL, 2", "AUTO, 1", "AUTO, 2"})
    void nothingIsAllocatedPerConnection(Transport transport, int reactors) throws Exception {
        ConnectionHandler echo = Connection::write;
        ServerOptions options =
                ServerOptions.defaults().withTransport(transport).withReactors(reactors);
        try (Server server = Server.start(options, _ -> echo)) {
            List<Long> threads = threadsOf(server);
            churn(server, WARMUP); // until the JVM has compiled what is called
            long buffers = server.stats().bufferBytes();
            long before = allocated(threads);
            churn(server, CYCLES);
            long allocated = allocated(threads) - before;
            assertThat((double) allocated / CYCLES).as("bytes per connection").isLessThan(1);
            assertThat(server.stats().bufferBytes()).isEqualTo(buffers);
            assertThat(server.stats().accepted()).isEqualTo(WARMUP + CYCLES);
        }
    }

    private static List<Long> threadsOf(Server server) {
        List<Long> threads =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("edgeloop-" + server.port()))
                        .map(Thread::threadId)
                        .toList();
        assertThat(threads).hasSameSizeAs(server.reactors());
        return threads;
    }

    private static long allocated(List<Long> threads) {
        return threads.stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
    }

    /** Over addresses in turn, so that no port is missed while it is in TIME_WAIT. */
    private static void churn(Server server, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            InetAddress address = InetAddress.ofLiteral("127.0.0." + (1 + i % 20));
            try (Socket socket = new Socket(address, server.port())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');
            }
        }
    }
}
