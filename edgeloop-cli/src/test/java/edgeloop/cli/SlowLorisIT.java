package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of connections that are there to be there: half say nothing, half trickle. */
@Tag("faults")
@Timeout(300)
final class SlowLorisIT {
    private static final int LORISES = 5_000;
    private static final Duration ALL_GONE = Duration.ofSeconds(6);
    private static final Duration CALM = Duration.ofSeconds(4);

    /** Below this the p99 is the machine's and not the server's. */
    private static final Duration NOISE = Duration.ofMillis(5);

    private ServerProcess server;
    private volatile boolean measuring;

    @AfterEach
    void end() {
        measuring = false;
        if (server != null) {
            server.close();
        }
    }

    @Test
    void idleAndTricklingPeersAreGoneAfterSixSeconds() throws Exception {
        server = ServerProcess.start("--idle-timeout=5s", "--idle-bytes=64");
        int port = server.port();
        ProcessProbe probe = new ProcessProbe(server.pid());
        int descriptors = probe.descriptors();
        long without = p99Nanos(port, () -> Waiting.pass(CALM));
        Duration[] gone = new Duration[1];
        long with = p99Nanos(port, () -> gone[0] = sitOut(port, probe, descriptors));
        System.out.printf(
                "gone after %d ms; p99 %.3f ms without and %.3f ms with%n",
                gone[0].toMillis(), without / 1e6, with / 1e6);
        assertThat(gone[0]).isLessThan(ALL_GONE);
        assertThat(with).isLessThan(Math.max(2 * without, NOISE.toNanos()));
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().all().getLast()).contains(LORISES + " timed out");
    }

    private interface Meanwhile {
        void run() throws Exception;
    }

    /** The p99 of a well-behaved client's echoes while something else goes on. */
    private long p99Nanos(int port, Meanwhile meanwhile) throws Exception {
        measuring = true;
        List<Long> times = new ArrayList<>();
        Thread client = Thread.ofPlatform().start(() -> echo(port, times));
        meanwhile.run();
        measuring = false;
        client.join(TimeUnit.SECONDS.toMillis(60));
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        assertThat(sorted).hasSizeGreaterThan(100);
        return sorted[sorted.length * 99 / 100];
    }

    private void echo(int port, List<Long> times) {
        byte[] message = new byte[64];
        Arrays.fill(message, (byte) 'x');
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            while (measuring) {
                long begin = System.nanoTime();
                socket.getOutputStream().write(message);
                if (socket.getInputStream().readNBytes(message.length).length < message.length) {
                    return;
                }
                times.add(System.nanoTime() - begin);
                Waiting.pass(Duration.ofMillis(1));
            }
        } catch (IOException e) {
            times.clear();
        }
    }

    /** The time from the last loris's arrival until the server has none any more. */
    private static Duration sitOut(int port, ProcessProbe probe, int descriptors) throws Exception {
        List<SocketChannel> lorises = new ArrayList<>();
        try {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            for (int i = 0; i < LORISES; i++) {
                SocketChannel loris = SocketChannel.open(address);
                loris.configureBlocking(false);
                lorises.add(loris);
            }
            long begin = System.nanoTime();
            long nextByte = begin;
            while (probe.descriptors() > descriptors + 1) {
                Duration sat = Duration.ofNanos(System.nanoTime() - begin);
                assertThat(sat).isLessThan(Duration.ofSeconds(60));
                if (System.nanoTime() >= nextByte) {
                    nextByte += 1_000_000_000;
                    trickle(lorises);
                }
                Waiting.pass(Duration.ofMillis(20));
            }
            return Duration.ofNanos(System.nanoTime() - begin);
        } finally {
            for (SocketChannel loris : lorises) {
                loris.close();
            }
        }
    }

    /** Every second one sends a byte. */
    private static void trickle(List<SocketChannel> lorises) {
        for (int i = 0; i < lorises.size(); i += 2) {
            try {
                int _ = lorises.get(i).write(ByteBuffer.wrap(new byte[] {'x'}));
            } catch (IOException e) {
                // The server has had enough of it.
            }
        }
    }
}
