package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Against servers of known behaviour on a simulated kernel all figures are the truth, to the
 * nanosecond, and the same in each run of a seed.
 */
@Tag("simulated")
class SimulatedTruthTest {
    @TempDir Path folder;

    /** Each behaviour in both loops, by time and by number, raw and HTTP. */
    static Stream<KnownRun> all() {
        return Stream.of(KnownBehaviour.values())
                .flatMap(
                        behaviour ->
                                Stream.of(
                                        KnownRun.quiet(1, behaviour, false, 10, 0, 0, 200, 1000),
                                        KnownRun.quiet(2, behaviour, true, 10, 0, 0, 130, 750),
                                        KnownRun.quiet(3, behaviour, false, 7, 0, 500, 0, 0),
                                        KnownRun.quiet(4, behaviour, false, 10, 400, 0, 200, 1000),
                                        KnownRun.quiet(5, behaviour, true, 10, 500, 0, 130, 750),
                                        KnownRun.quiet(6, behaviour, true, 20, 300, 500, 0, 0)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void allOutputsAreTheTruth(KnownRun run) throws Exception {
        KnownRun.Outcome _ = run.check(folder, 1);
    }

    /**
     * Threads run in an order that the seed draws; what they measure together is the same truth.
     */
    @ParameterizedTest
    @MethodSource("all")
    void severalThreadsTellTheTruth(KnownRun run) throws Exception {
        KnownRun.Outcome _ = run.check(folder, run.severalThreads());
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverASeedDraws(long seed) throws Exception {
        KnownRun.Outcome _ = KnownRun.of(seed).check(folder, 1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverASeedDrawsForSeveralThreads(long seed) throws Exception {
        KnownRun run = KnownRun.of(seed);
        KnownRun.Outcome _ = run.check(folder, run.severalThreads());
    }

    @Test
    void aSeedIsTheSameRunToTheLastByte() throws Exception {
        assertSameBytes(
                KnownRun.quiet(17, KnownBehaviour.EXPONENTIAL, true, 10, 400, 0, 200, 1000), 1);
    }

    @Test
    void norDoThreadsMakeItAnother() throws Exception {
        KnownRun run = KnownRun.of(18);
        assertSameBytes(run, run.severalThreads());
    }

    private void assertSameBytes(KnownRun run, int threads) throws Exception {
        KnownRun.Outcome first = run.run(Files.createDirectory(folder.resolve("first")), threads);
        KnownRun.Outcome second = run.run(Files.createDirectory(folder.resolve("second")), threads);

        assertThat(second.outputs().ran()).isEqualTo(first.outputs().ran());
        List<Path> files = first.outputs().files();
        for (int i = 0; i < files.size(); i++) {
            assertThat(second.outputs().files().get(i)).hasSameBinaryContentAs(files.get(i));
        }
    }

    /** With one connection the tester is never to blame: each request waits for an answer alone. */
    @Test
    void whatWaitsForAConnectionIsNotSentLate() throws Exception {
        KnownRun run = KnownRun.quiet(1, KnownBehaviour.QUICK, false, 1, 20_000, 100, 0, 0);
        KnownRun.Outcome outcome = run.check(folder, 1);

        assertThat(outcome.outputs().results().client().sendLag().maxMillis()).isZero();
        assertThat(outcome.outputs().results().response().maxMillis()).isGreaterThan(1);
    }

    /** As it can be worked out by hand: 100 requests, 10 at a time, of 20 ms each. */
    @Test
    void anEasyOne() throws Exception {
        KnownRun run = KnownRun.quiet(1, KnownBehaviour.CONSTANT, false, 10, 0, 100, 0, 0);

        assertThat(run.run(folder, 1).outputs().ran().out())
                .startsWith(
                        """
                        Connections: 10
                        Requests: 100
                        Concurrency: 10

                        Results:
                          Total time: 0.20 seconds
                          Requests/sec: 500
                          Avg latency: 20.0 ms
                          P99 latency: 20.0 ms
                          Errors: 0
                          Address: 192.0.2.1:7

                        Latency:
                          mean         20.000 ms
                          p50          20.005 ms
                        """);
    }
}
