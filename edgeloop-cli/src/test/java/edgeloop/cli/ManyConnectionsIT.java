package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * N3, N4: thousands of connections, at once and one after the other, leave descriptors and memory
 * where they were. The whole of it, which takes a minute, and prints what it measured:
 *
 * <pre>
 * make churn
 * </pre>
 */
@Timeout(300)
final class ManyConnectionsIT {
    private static final int AT_ONCE = Integer.getInteger("edgeloop.connections", 2_000);
    private static final int CYCLES = Integer.getInteger("edgeloop.cycles", 5_000);

    /** What the JVM may come to need meanwhile for itself, as for compiled code. */
    private static final long SLACK_KIB = 16 * 1024;

    private final List<SocketChannel> open = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    private int port;
    private ProcessProbe probe;

    @Test
    void descriptorsAndMemoryAreWhereTheyWere() throws Exception {
        try (ServerProcess server = ServerProcess.start()) {
            port = server.port();
            probe = new ProcessProbe(server.pid());
            cycles(1);
            final int before = probe.descriptors();
            report("at the start");

            for (int i = 0; i < AT_ONCE; i++) {
                open.add(connect(i));
            }
            for (SocketChannel channel : open) {
                echo(channel);
            }
            assertThat(probe.descriptors()).isEqualTo(before + AT_ONCE);
            report(AT_ONCE + " connections open, each has echoed");
            closeAll();

            cycles(CYCLES / 5); // for the JVM to compile what it will
            assertThat(probe.descriptors()).isEqualTo(before);
            long resident = probe.residentKib();
            cycles(CYCLES);
            assertThat(probe.descriptors()).isEqualTo(before);
            report(CYCLES + " more connects, echoes and disconnects");
            assertThat(probe.residentKib()).isLessThan(resident + SLACK_KIB);

            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.out().all().getLast()).endsWith(" requests served, 0 errors");
        } finally {
            closeAll();
        }
    }

    private void closeAll() throws IOException {
        for (SocketChannel channel : open) {
            channel.close();
        }
        open.clear();
    }

    /** Connects, echoes and disconnects, and waits until the server has closed the last one. */
    private void cycles(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (SocketChannel channel = connect(i)) {
                echo(channel);
            }
        }
        long deadline = System.nanoTime() + ServerProcess.PATIENCE.toNanos();
        while (probe.sockets() > 1) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Over addresses in turn, so that no port is missed while it is in TIME_WAIT. */
    private SocketChannel connect(int i) throws IOException {
        InetAddress address = InetAddress.ofLiteral("127.0.0." + (1 + i % 20));
        return SocketChannel.open(new InetSocketAddress(address, port));
    }

    private void echo(SocketChannel channel) throws IOException {
        buffer.clear().putInt(0, 42).limit(4);
        channel.write(buffer);
        buffer.clear();
        while (buffer.position() < 4) {
            assertThat(channel.read(buffer)).isPositive();
        }
        assertThat(buffer.getInt(0)).isEqualTo(42);
    }

    private void report(String when) throws IOException {
        System.out.printf(
                "%6d descriptors, %6d kB resident: %s%n",
                probe.descriptors(), probe.residentKib(), when);
    }
}
