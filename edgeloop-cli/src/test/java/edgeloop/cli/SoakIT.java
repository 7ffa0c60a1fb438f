package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The server, with one reactor and with two, among {@link RudePeers} for as long each as {@code
 * make soak MINUTES=...} says, while it runs out of descriptors, stands still, and hundreds of
 * clients are killed. After each part all peers leave, and it must hold no more than it did after
 * the first one.
 *
 * <p>Prints a table. Time passes here because that is the test.
 */
@Tag("soak")
@Timeout(value = 12, unit = TimeUnit.HOURS)
@Execution(ExecutionMode.CONCURRENT) // mostly waits
final class SoakIT {
    private static final Duration LENGTH =
            Duration.ofMillis(
                    (long)
                            (60_000
                                    * Double.parseDouble(
                                            System.getProperty("soak.minutes", "0.5"))));

    private static final int PARTS = 6;
    private static final int PEERS = 60;
    private static final int CROWD = 300;
    private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(4);

    // What may grow though nothing leaks: compiled code, and classes that load late.
    private static final long HEAP_GROWTH_BYTES = 512 * 1024;
    private static final long NATIVE_GROWTH_KIB = 6 * 1024;

    private static final String ENGINE = "--engine=" + System.getProperty("soak.engine", "epoll");

    private final long seed = System.currentTimeMillis();
    private final List<String> table = new ArrayList<>();
    private long connections;
    private long echoes;
    private int faults;

    /** Two where nobody has said how many: they have all that one has. */
    static Stream<String> reactors() {
        return Stream.of(System.getProperty("soak.reactors", "2").split(","))
                .map(count -> "--reactors=" + count);
    }

    private record Sample(int descriptors, ProcessProbe.Memory memory, long residentKib) {}

    @ParameterizedTest
    @MethodSource("reactors")
    @Execution(ExecutionMode.SAME_THREAD) // among themselves
    void nothingIsHeldThatWasNotHeldBefore(String reactors) throws Exception {
        Rings.assumeAvailableFor(ENGINE);
        System.out.printf("soak: %s, seed %d, %s, %s%n", LENGTH, seed, reactors, ENGINE);
        try (ServerProcess server =
                ServerProcess.launch(
                        "env",
                        "EDGELOOP_JAVA_OPTS=-Dedgeloop.debug=false -Dedgeloop.leaks=true"
                                + " -XX:NativeMemoryTracking=summary",
                        "./myepollserver",
                        reactors,
                        ENGINE,
                        "--port=0",
                        "--idle-timeout=5s",
                        "--write-timeout=3s")) {
            int port = server.port();
            ProcessProbe probe = new ProcessProbe(server.pid());
            ProcessProbe.Memory _ = probe.memory(); // opens what it takes to be asked
            int descriptors = probe.descriptors();
            Sample first = null;
            Sample last = null;
            long begin = System.nanoTime();
            for (int part = 0; part <= PARTS; part++) {
                torment(server, probe, port, seed + 1_000L * part);
                Waiting.until(() -> probe.descriptors() <= descriptors);
                last = new Sample(probe.descriptors(), probe.memory(), probe.residentKib());
                first = first == null ? last : first;
                addRow(Duration.ofNanos(System.nanoTime() - begin), last);
            }
            printTable();
            assertThat(last.descriptors).isEqualTo(first.descriptors);
            assertThat(last.memory.inUse()).as("segments and connections in use").isZero();
            assertThat(last.memory.heapBytes())
                    .isLessThan(first.memory.heapBytes() + HEAP_GROWTH_BYTES);
            // The compiler takes memory while it works, and gives it back.
            long nativeLimit = first.memory.nativeKib() + NATIVE_GROWTH_KIB;
            Waiting.until(() -> probe.memory().nativeKib() < nativeLimit);
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.err().all()).noneMatch(line -> line.contains("never given back"));
            System.out.println(server.out().all().getLast());
            System.out.println(server.err().all().getLast());
        }
    }

    /** One part: peers come and go, and a fault strikes every few seconds. */
    private void torment(ServerProcess server, ProcessProbe probe, int port, long partSeed)
            throws Exception {
        long limit = probe.descriptorLimit();
        long end = System.nanoTime() + LENGTH.dividedBy(PARTS + 1).toNanos();
        RudePeers peers = RudePeers.start(PEERS, port, partSeed);
        try (peers) {
            while (end - System.nanoTime() > 0) {
                Waiting.pass(
                        Duration.ofNanos(
                                Math.min(BETWEEN_FAULTS.toNanos(), end - System.nanoTime())));
                strike(faults++, server, probe, port, limit);
            }
        }
        assertThat(peers.complaints()).isEmpty();
        assertThat(peers.echoes()).isPositive();
        connections += peers.connections();
        echoes += peers.echoes();
    }

    private static void strike(
            int number, ServerProcess server, ProcessProbe probe, int port, long limit)
            throws Exception {
        switch (number % 3) {
            case 0 -> {
                probe.limitDescriptors(probe.descriptors());
                Waiting.pass(Duration.ofSeconds(1));
                probe.limitDescriptors(limit);
            }
            case 1 -> {
                server.signal("STOP");
                Waiting.pass(Duration.ofMillis(700));
                server.signal("CONT");
            }
            default -> {
                try (Crowd crowd = Crowd.connect(CROWD, port)) {
                    crowd.kill();
                }
            }
        }
    }

    private void addRow(Duration since, Sample sample) {
        table.add(
                String.format(
                        Locale.ROOT,
                        "| %d:%02d | %,d | %,d | %d | %d | %d | %,d | %,d | %,d |",
                        since.toMinutes(),
                        since.toSecondsPart(),
                        connections,
                        echoes,
                        faults,
                        sample.descriptors,
                        sample.memory.inUse(),
                        sample.memory.heapBytes() / 1024,
                        sample.memory.nativeKib(),
                        sample.residentKib));
    }

    private void printTable() {
        System.out.println(
                "| min:s | connections | echoes | faults | descriptors | in use | heap KiB"
                        + " | native KiB | resident KiB |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        table.forEach(System.out::println);
    }
}
