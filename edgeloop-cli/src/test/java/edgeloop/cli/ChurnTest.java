package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.Server;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections come and go, for a server whose handlers keep nothing of their own. */
@Timeout(120)
class ChurnTest {
    private static final int WARMUP = 20_000;
    private static final int CYCLES = 5_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Objects of connections and segments are used again, so there is nothing to allocate. */
    @Test
    void nothingIsAllocatedPerConnection() throws Exception {
        ConnectionHandler echo = Connection::write;
        try (Server server = Server.start(0, _ -> echo)) {
            long thread = threadOf(server);
            churn(server, WARMUP); // until the JVM has compiled what is called
            long buffers = server.stats().bufferBytes();
            long before = THREADS.getThreadAllocatedBytes(thread);
            churn(server, CYCLES);
            long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
            assertThat((double) allocated / CYCLES).as("bytes per connection").isLessThan(1);
            assertThat(server.stats().bufferBytes()).isEqualTo(buffers);
            assertThat(server.stats().accepted()).isEqualTo(WARMUP + CYCLES);
        }
    }

    private static long threadOf(Server server) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("edgeloop-" + server.port()))
                .findFirst()
                .orElseThrow()
                .threadId();
    }

    /** Over addresses in turn, so that no port is missed while it is in TIME_WAIT. */
    private static void churn(Server server, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            InetAddress address = InetAddress.ofLiteral("127.0.0." + (1 + i % 20));
            try (Socket socket = new Socket(address, server.port())) {
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');
            }
        }
    }
}
