package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** E36: what 10,000 armed idle timers cost. */
@Tag("faults")
@Timeout(300)
@Isolated
final class IdleTimersIT {
    private static final int CONNECTIONS = 10_000;
    private static final int CROWDS = 4;
    private static final int REQUESTS = 2_000;
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(12);

    @TempDir private Path folder;

    private final Crowd[] crowds = new Crowd[CROWDS];
    private ServerProcess server;
    private ProcessProbe probe;
    private int descriptors;

    private void start(Duration idleTimeout) throws Exception {
        server = ServerProcess.start("--idle-timeout=" + idleTimeout.toSeconds());
        int port = server.port();
        probe = new ProcessProbe(server.pid());
        descriptors = probe.descriptors();
        for (int i = 0; i < CROWDS; i++) {
            crowds[i] = Crowd.connect(CONNECTIONS / CROWDS, port);
        }
        Waiting.until(() -> probe.descriptors() >= descriptors + CONNECTIONS);
    }

    @AfterEach
    void end() {
        for (Crowd crowd : crowds) {
            if (crowd != null) {
                crowd.close();
            }
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    @DisplayName("E36: at most two wakeups a second, while they wait and while they run out")
    void wakeupsAreShared() throws Exception {
        start(IDLE_TIMEOUT);
        try (EchoClients last = EchoClients.connect(1, server.port())) {
            last.echo(); // all before it have been served
        }
        long begin = System.nanoTime();
        long before = server.reactorSwitches();
        // From here on nothing comes from outside: every wakeup is a timer's.
        Duration took = Waiting.until(() -> probe.descriptors() <= descriptors);
        long wakeups = server.reactorSwitches() - before;
        System.out.printf("%d wakeups until all %d were closed%n", wakeups, CONNECTIONS);
        assertThat(took).isLessThan(IDLE_TIMEOUT.plus(IDLE_TIMEOUT.dividedBy(8)).plusSeconds(2));
        double seconds = (System.nanoTime() - begin) / 1e9;
        assertThat(wakeups / seconds).isLessThanOrEqualTo(2);
    }

    @Test
    @DisplayName("E36, E41: none of a request's system calls sets a timer or changes an interest")
    void requestsSetNoTimer() throws Exception {
        start(Duration.ofMinutes(5)); // none runs out meanwhile
        Path counts = folder.resolve("counts");
        Process strace =
                new ProcessBuilder(
                                "strace",
                                "-c",
                                "-f",
                                "-p",
                                String.valueOf(server.pid()),
                                "-o",
                                counts.toString())
                        .redirectErrorStream(true)
                        .start();
        try (EchoClients client = EchoClients.connect(1, server.port())) {
            Waiting.until(() -> isTraced(server.pid()) || !strace.isAlive());
            assumeTrue(strace.isAlive(), "needs a strace that may trace");
            for (int i = 0; i < REQUESTS; i++) {
                client.echo();
            }
        }
        ProcessProbe.run("kill", "-INT", String.valueOf(strace.pid()));
        assertThat(strace.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String table = Files.readString(counts);
        System.out.print(table);
        assertThat(calls(table, "sendto")).isGreaterThanOrEqualTo(REQUESTS);
        assertThat(calls(table, "timerfd_settime")).isLessThan(10);
        assertThat(calls(table, "epoll_ctl")).isLessThanOrEqualTo(2); // it came, it went
    }

    private static boolean isTraced(long pid) throws IOException {
        return !Files.readString(Path.of("/proc", String.valueOf(pid), "status"))
                .contains("TracerPid:\t0\n");
    }

    private static long calls(String table, String name) {
        // % time, seconds, usecs/call, calls, errors (where there were any), syscall.
        Matcher row =
                Pattern.compile(
                                "(?m)^\\s*\\S+\\s+\\S+\\s+\\d+\\s+(\\d+)(\\s+\\d+)?\\s+"
                                        + name
                                        + "$")
                        .matcher(table);
        return row.find() ? Long.parseLong(row.group(1)) : 0;
    }
}
