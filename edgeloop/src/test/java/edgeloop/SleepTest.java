package edgeloop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reactor's thread sleeps while there is nothing to do, and wakes when there is. */
@Timeout(120)
class SleepTest {
    private static final Duration SPAN = Duration.ofSeconds(2);

    /** An idle timeout that is far off is a timer too, and must not wake the thread before. */
    private static final ServerOptions OPTIONS =
            Defaults.server()
                    .withConnection(
                            ConnectionOptions.defaults().withIdleTimeout(Duration.ofMinutes(30)));

    @Test
    @DisplayName("N5 a thread whose connections are silent does not wake at all")
    void threadWithSilentConnectionsDoesNotWake() throws Exception {
        try (Server server = Server.start(OPTIONS, _ -> Connection::write);
                Server clock = Server.start(Defaults.server(), _ -> Connection::write);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write('x');
            assertThat(socket.getInputStream().read()).isEqualTo('x');
            Path status = threadOf(server).resolve("status");
            awaitSleep(status);
            List<String> before = switches(status);

            CountDownLatch over = new CountDownLatch(1);
            clock.reactors()
                    .getFirst()
                    .execute(() -> clock.reactors().getFirst().schedule(SPAN, over::countDown));
            assertThat(over.await(60, SECONDS)).isTrue();
            assertThat(switches(status)).hasSize(2).isEqualTo(before);

            socket.getOutputStream().write('y');
            assertThat(socket.getInputStream().read()).isEqualTo('y');
        }
    }

    /** The folder of the server's thread in /proc. */
    private static Path threadOf(Server server) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.filter(thread -> nameOf(thread).equals("edgeloop-" + server.port()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String nameOf(Path thread) {
        try {
            return Files.readAllLines(thread.resolve("comm")).getFirst();
        } catch (IOException e) {
            return ""; // a thread that has ended since
        }
    }

    private static void awaitSleep(Path status) throws IOException {
        while (!String.join("\n", Files.readAllLines(status)).contains("State:\tS")) {
            Thread.onSpinWait();
        }
    }

    /** How often the thread has been switched to another, by its own will and not. */
    private static List<String> switches(Path status) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> line.contains("ctxt_switches"))
                .toList();
    }

    @Test
    @DisplayName("E34 a task handed over just before the thread sleeps is not left until later")
    void noTaskIsLeftBehind() throws Exception {
        int rounds = 5_000;
        try (Server server = Server.start(Defaults.server(), _ -> Connection::write)) {
            CyclicBarrier met = new CyclicBarrier(3);
            Runnable handOver =
                    () -> {
                        for (int i = 0; i < rounds; i++) {
                            // One at a time: the thread is about to sleep when the next one comes.
                            CountDownLatch done = new CountDownLatch(1);
                            server.reactors().getFirst().execute(done::countDown);
                            await(done, i);
                        }
                        await(met);
                    };
            Thread.startVirtualThread(handOver);
            Thread.ofPlatform().start(handOver);
            met.await(100, SECONDS);
        }
    }

    private static void await(CountDownLatch done, int round) {
        try {
            if (!done.await(10, SECONDS)) {
                throw new AssertionError("task " + round + " was left behind");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(100, SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
