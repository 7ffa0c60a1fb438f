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

    /** Below this a difference is the scheduler's, which lets a process wait that has run more. */
    private static final Duration NOISE = Duration.ofMillis(5);

    /** A second is cut into so many steps, in each of which its share of them sends a byte. */
    private static final int STEPS = 50;

    private static final int LOOK = 5;

    private ServerProcess server;

    /** Has no lorises, and shares the machine: what its clients wait is not the lorises' fault. */
    private ServerProcess control;

    private volatile boolean measuring;

    @AfterEach
    void end() {
        measuring = false;
        if (server != null) {
            server.close();
        }
        if (control != null) {
            control.close();
        }
    }

    @Test
    void idleAndTricklingPeersAreGoneAfterSixSeconds() throws Exception {
        server = ServerProcess.start("--idle-timeout=5s", "--idle-bytes=64");
        control = ServerProcess.start();
        int port = server.port(); // it is ready
        ProcessProbe probe = new ProcessProbe(server.pid());
        int descriptors = probe.descriptors();
        Duration gone;
        Times with;
        Times without;
        List<SocketChannel> lorises = connect(port);
        try {
            with = new Times(port);
            without = new Times(control.port());
            gone = sitOut(lorises, probe, descriptors);
            measuring = false;
        } finally {
            for (SocketChannel loris : lorises) {
                loris.close();
            }
        }
        System.out.printf(
                "gone after %d ms; p99 %.3f ms without and %.3f ms with%n",
                gone.toMillis(), without.p99Nanos() / 1e6, with.p99Nanos() / 1e6);
        assertThat(gone).isLessThan(ALL_GONE);
        long machine = without.p99Nanos();
        assertThat(with.p99Nanos()).isLessThan(Math.max(2 * machine, machine + NOISE.toNanos()));
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().all().getLast()).contains(LORISES + " timed out");
    }

    /** What a well-behaved client's echoes take, from now until measuring ends. */
    private final class Times {
        private final int port;
        private final List<Long> nanos = new ArrayList<>();
        private final Thread client;

        Times(int port) {
            this.port = port;
            measuring = true;
            client = Thread.ofPlatform().start(this::echo);
        }

        long p99Nanos() throws InterruptedException {
            client.join(TimeUnit.SECONDS.toMillis(60));
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            assertThat(sorted).hasSizeGreaterThan(100);
            return sorted[sorted.length * 99 / 100];
        }

        private void echo() {
            byte[] message = new byte[64];
            Arrays.fill(message, (byte) 'x');
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(10_000);
                while (measuring) {
                    long begin = System.nanoTime();
                    socket.getOutputStream().write(message);
                    int read = socket.getInputStream().readNBytes(message.length).length;
                    if (read < message.length) {
                        return;
                    }
                    nanos.add(System.nanoTime() - begin);
                    Waiting.pass(Duration.ofMillis(1));
                }
            } catch (IOException e) {
                nanos.clear();
            }
        }
    }

    private static List<SocketChannel> connect(int port) throws IOException {
        List<SocketChannel> lorises = new ArrayList<>();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        for (int i = 0; i < LORISES; i++) {
            SocketChannel loris = SocketChannel.open(address);
            loris.configureBlocking(false);
            lorises.add(loris);
        }
        return lorises;
    }

    /** The time from the last loris's arrival until the server has none any more. */
    private static Duration sitOut(List<SocketChannel> lorises, ProcessProbe probe, int descriptors)
            throws IOException {
        long begin = System.nanoTime();
        int step = 0;
        do {
            Duration sat = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(sat).isLessThan(Duration.ofSeconds(60));
            while (step < sat.toMillis() * STEPS / 1_000) {
                trickle(lorises, step++ % STEPS);
            }
            Waiting.pass(Duration.ofMillis(20));
            // To look at thousands of descriptors holds their owner up, so not every time.
        } while (step % LOOK != 0 || probe.descriptors() > descriptors + 1);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Of every second one, those whose turn it is send a byte. */
    private static void trickle(List<SocketChannel> lorises, int step) {
        for (int i = 2 * step; i < lorises.size(); i += 2 * STEPS) {
            try {
                int _ = lorises.get(i).write(ByteBuffer.wrap(new byte[] {'x'}));
            } catch (IOException e) {
                // The server has had enough of it.
            }
        }
    }
}
