package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server has as many descriptors as it may have, and more clients wait (RLIMIT_NOFILE). */
@Tag("faults")
@Timeout(300)
final class DescriptorsExhaustedIT {
    private static final int MOST_DESCRIPTORS = 20_000;

    /** The 64 that the server does not give to connections, and numbers that the JVM leaves out. */
    private static final int RESERVED = 100;

    private static final int CROWDS = 4;
    private static final int EXISTING = 20;
    private static final int WAITING = 20;
    private static final Duration WATCH = Duration.ofSeconds(3);

    @Test
    @DisplayName("E2: no spin, no dead listener, and accepting goes on by itself")
    void acceptingResumesWithoutAKnock() throws Exception {
        List<Crowd> crowds = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start()) {
            int port = server.port();
            ProcessProbe probe = new ProcessProbe(server.pid());
            int before = probe.descriptors();
            long limit = Math.min(MOST_DESCRIPTORS, probe.descriptorLimit());
            try (EchoClients existing = EchoClients.connect(EXISTING, port)) {
                existing.echo();
                int room = (int) (limit - probe.descriptors()) - RESERVED;
                for (int i = 0; i < CROWDS; i++) {
                    crowds.add(Crowd.connect(room / CROWDS, port));
                }
                Waiting.until(
                        () -> probe.descriptors() >= before + EXISTING + room / CROWDS * CROWDS);
                probe.limitDescriptors(probe.descriptors());
                checkWhileExhausted(port, probe, existing, crowds);
                probe.limitDescriptors(limit);
            } finally {
                crowds.forEach(Crowd::close);
            }
            Waiting.until(() -> probe.descriptors() <= before);
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.err().all().getLast())
                    .contains("failed accepts")
                    .contains("pauses of accepting");
        }
    }

    private static void checkWhileExhausted(
            int port, ProcessProbe probe, EchoClients existing, List<Crowd> crowds)
            throws Exception {
        int full = probe.descriptors();
        try (EchoClients waiting = EchoClients.connect(WAITING, port)) {
            waiting.send();
            Duration used = probe.processorTime();
            Waiting.pass(WATCH);
            used = probe.processorTime().minus(used);
            System.out.printf(
                    "at %d descriptors: %d ms of processor time in %d s%n",
                    full, used.toMillis(), WATCH.toSeconds());
            assertThat(used).as("processor time").isLessThan(WATCH.dividedBy(20));
            existing.echo();
            assertThat(probe.descriptors()).isEqualTo(full);
            crowds.removeFirst().kill();
            long freed = System.nanoTime();
            Waiting.until(() -> probe.descriptors() < full);
            waiting.receive(); // of what they sent long ago: nobody knocks again
            Duration resumed = Duration.ofNanos(System.nanoTime() - freed);
            System.out.printf("accepting resumed within %d ms%n", resumed.toMillis());
            assertThat(resumed).isLessThan(Duration.ofSeconds(1));
            existing.echo();
        }
    }
}
