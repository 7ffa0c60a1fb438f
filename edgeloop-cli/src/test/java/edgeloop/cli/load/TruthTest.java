package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import edgeloop.Connection;
import edgeloop.ConnectionOptions;
import edgeloop.cli.load.result.Results;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs against servers of known behaviour: the figures are those of arithmetic. */
class TruthTest {
    private static final long MILLISECOND = 1_000_000;

    /** What the way between the two may take where nobody else is. */
    private static final double WAY_MILLIS = 0.2;

    /** Answers nothing. */
    private static final FaultyServer.Fault SILENCE = (_, _, _) -> {};

    @TempDir Path folder;
    private Runs.Outcome ran;

    private Results run(FaultyServer server, String... options) throws Exception {
        return run(FaultyServer.Protocol.RAW, server, options);
    }

    /** Runs, and holds all outputs against each other: what is asserted of one holds for all. */
    private Results run(FaultyServer.Protocol protocol, FaultyServer server, String... options)
            throws Exception {
        Outputs outputs = Outputs.run(folder, protocol, server, options);
        ran = outputs.ran();
        return outputs.results();
    }

    /**
     * Within 2 %, or within connections ÷ answers where that is larger; and where threads waited
     * for a CPU, within what an answer at either end of the window can have been late.
     */
    private static void assertLittle(Results results, InjectedServer server) {
        int onTheirWay = results.config().concurrency();
        double product = results.requestsPerSecond() * results.response().meanMillis() / 1e3;
        double ends = (double) onTheirWay / results.requests().answered();
        double late = server.mostLateOfClosedLoopMillis() / 1e3 / results.totalSeconds();
        assertThat(product)
                .as("late %.3f", late)
                .isCloseTo(onTheirWay, within((Math.max(0.02, ends) + late) * onTheirWay));
    }

    /**
     * The answers took what the server says they took, whose clock began when it had read a request
     * and ended when it wrote the answer, and no longer than until it heard of their connection
     * again ({@link InjectedServer}): between the two is the way there and back, and what both
     * threads did and waited for meanwhile. As the figures of all answers lie between both, so does
     * the mean and each percentile, however busy the machine is. A tester that invents waiting is
     * above, one that leaves any out is below.
     *
     * @param longest times of at least all that was measured: what was not may have been the
     *     fastest
     */
    private static void assertTruth(
            Results results, InjectedServer server, Histogram longest, double... percentiles) {
        assertThat(results.errorCount()).isZero();
        long count = results.response().count();
        assertThat(results.response().meanMillis())
                .isBetween(
                        0.999 * server.meanOfFastestMillis(count),
                        1.001 * meanOfSlowestMillis(longest, count) + WAY_MILLIS);
        double measured = (double) count / longest.getTotalCount();
        for (double percentile : percentiles) {
            double among = 100 - (100 - percentile) * measured;
            assertThat(percentileMillis(results, percentile))
                    .as("p%.0f", percentile)
                    .isBetween(
                            0.999 * server.percentileMillis(percentile * measured),
                            1.001 * longest.getValueAtPercentile(among) / 1e6 + WAY_MILLIS);
        }
    }

    private static double meanOfSlowestMillis(Histogram times, long count) {
        long before = times.getTotalCount() - count;
        double sum = 0;
        for (HistogramIterationValue bucket : times.recordedValues()) {
            long skipped = Math.min(before, bucket.getCountAtValueIteratedTo());
            before -= skipped;
            sum +=
                    (double) bucket.getValueIteratedTo()
                            * (bucket.getCountAtValueIteratedTo() - skipped);
        }
        return sum / count / 1e6;
    }

    private static double percentileMillis(Results results, double percentile) {
        return results.response().percentileMillis("p%.0f".formatted(percentile));
    }

    // ---- Delays -------------------------------------------------------------------------------

    @ParameterizedTest(name = "{0}, {1} connections, {2} ms")
    @CsvSource({"RAW, 20, 200", "HTTP, 20, 200", "RAW, 50, 20", "HTTP, 50, 20", "RAW, 10, 2"})
    @Execution(ExecutionMode.CONCURRENT)
    void closedLoopAgainstADelay(FaultyServer.Protocol protocol, int connections, int millis)
            throws Exception {
        InjectedServer delays = InjectedServer.delaying(() -> millis * MILLISECOND);
        Results results;
        try (FaultyServer server = FaultyServer.start(protocol, delays)) {
            results =
                    run(protocol, server, "-c", "" + connections, "-d", "2s", "--warmup", "500ms");
        }
        assertThat(percentileMillis(results, 50)).isGreaterThanOrEqualTo(millis);
        assertLittle(results, delays);
        assertTruth(results, delays, delays.longestOfClosedLoop(), 50);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void closedLoopByNumberCountsFromTheFirstRequestToTheLastAnswer() throws Exception {
        InjectedServer delays = InjectedServer.delaying(() -> 50 * MILLISECOND);
        try (FaultyServer server = FaultyServer.start(delays)) {
            Results results = run(server, "-c", "10", "-r", "200");
            assertThat(results.totalSeconds())
                    .isBetween(1.0, 1.5); // 20 answers one after the other
            assertThat(results.requestsPerSecond() * results.totalSeconds())
                    .isCloseTo(200, within(0.001));
            assertLittle(results, delays);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("an open loop of 50/s against 200 ms is 50/s and not 45")
    @Execution(ExecutionMode.CONCURRENT)
    void answersToEarlierRequestsCount(FaultyServer.Protocol protocol) throws Exception {
        InjectedServer delays = InjectedServer.delaying(() -> 200 * MILLISECOND);
        Results results;
        try (FaultyServer server = FaultyServer.start(protocol, delays)) {
            results =
                    run(
                            protocol,
                            server,
                            "-c",
                            "50",
                            "--rate",
                            "50",
                            "-d",
                            "2s",
                            "--requests-per-connection",
                            "1");
        }
        Histogram longest = delays.longestOfOpenLoop(50);
        // Those due before an end of the window that come after it are one more or less, and as
        // many as are due while they are late.
        double lateSeconds = longest.getMaxValue() / 1e9 - 0.2;
        assertThat(results.requestsPerSecond())
                .isCloseTo(50, within(1.0 + 50 * lateSeconds / results.totalSeconds()));
        assertThat(percentileMillis(results, 50)).isGreaterThanOrEqualTo(200.0);
        assertTruth(results, delays, longest, 50, 90);
    }

    @ParameterizedTest
    @EnumSource
    void serverAtItsLimitShowsItsLimit(FaultyServer.Protocol protocol) throws Exception {
        try (FaultyServer server =
                FaultyServer.start(protocol, new InjectedServer(1, () -> 2 * MILLISECOND))) {
            Results results =
                    run(
                            protocol,
                            server,
                            "-c",
                            "50",
                            "--rate",
                            "1000",
                            "-d",
                            "3s",
                            "--warmup",
                            "1s");
            assertThat(results.requestsPerSecond()).isCloseTo(500, within(10.0));
            assertThat(results.timeline())
                    .filteredOn(slice -> slice.endSeconds() < 2.9)
                    .allSatisfy(slice -> assertThat(slice.answered()).isPositive());
        }
    }

    enum Delays {
        EXPONENTIAL {
            @Override
            double millis(SplittableRandom random) {
                return -20 * Math.log(1 - random.nextDouble());
            }
        },
        LOGNORMAL {
            @Override
            double millis(SplittableRandom random) {
                return 10 * Math.exp(random.nextGaussian());
            }
        },
        TWO_VALUED {
            @Override
            double millis(SplittableRandom random) {
                return random.nextInt(20) == 0 ? 200 : 5;
            }
        };

        abstract double millis(SplittableRandom random);
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @CsvSource({
        "EXPONENTIAL, RAW, 1000",
        "EXPONENTIAL, HTTP, 0",
        "LOGNORMAL, HTTP, 1000",
        "LOGNORMAL, RAW, 0",
        "TWO_VALUED, RAW, 1000",
        "TWO_VALUED, HTTP, 0"
    })
    void delaysComeOutAsTheyWere(Delays kind, FaultyServer.Protocol protocol, int rate)
            throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        InjectedServer delays =
                InjectedServer.delaying(() -> (long) (kind.millis(random) * MILLISECOND));
        boolean open = rate > 0;
        List<String> options = new ArrayList<>(List.of("-c", open ? "500" : "20", "--warmup", "0"));
        // What is on its way at the end is in the mean and not in the window: most of it are the
        // longest ones, which must be short beside it.
        options.addAll(List.of("-d", !open && kind == Delays.TWO_VALUED ? "8s" : "3s"));
        if (open) {
            options.addAll(List.of("--rate", "" + rate, "--requests-per-connection", "1"));
        }
        Results results;
        try (FaultyServer server = FaultyServer.start(protocol, delays)) {
            results = run(protocol, server, options.toArray(String[]::new));
        }
        // Every answer is in the truth and in the figures.
        assertThat(results.requests().answered()).isEqualTo(delays.answered());
        if (!open) {
            assertLittle(results, delays);
        }
        Histogram longest = open ? delays.longestOfOpenLoop(rate) : delays.longestOfClosedLoop();
        assertTruth(results, delays, longest, 50, 90, 99);
    }

    // ---- Faults -------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void freezeIsSeenByWhoComesMeanwhile(FaultyServer.Protocol protocol) throws Exception {
        long[] frozen = new long[1];
        FaultyServer.Fault freeze =
                (connection, request, _) -> {
                    long now = System.nanoTime();
                    if (frozen[0] == 0) {
                        frozen[0] = now + 2_000 * MILLISECOND; // from one second after the first
                    }
                    long left = frozen[0] + 1_000 * MILLISECOND - now;
                    if (left > 0 && left < 2_000 * MILLISECOND) {
                        FreezeTimers.answerIn(connection, request, left);
                    } else {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(protocol, freeze)) {
            Results results =
                    run(
                            protocol,
                            server,
                            "-c",
                            "200",
                            "--rate",
                            "100",
                            "-d",
                            "4s",
                            "--warmup",
                            "0");
            // 2 s of 4 are frozen: whoever comes then waits for what is left of them, 1 s on
            // average, and the others for nothing.
            assertThat(results.response().meanMillis()).isCloseTo(502.5, within(10.0));
            assertThat(results.response().percentileMillis("p75")).isCloseTo(1_000, within(20.0));
            assertThat(results.response().maxMillis()).isCloseTo(2_000, within(40.0));
            // Nobody was late because there was no warm-up.
            assertThat(ran.out()).doesNotContain("Requests/sec may be low");
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void resetsAreErrorsAndNotFastAnswers(FaultyServer.Protocol protocol) throws Exception {
        // After some time, so that by time too one in 20 is what the resets take.
        FaultyServer.Fault resetting =
                (connection, request, number) -> {
                    Runnable answer =
                            number % 20 == 0 ? connection::abort : () -> connection.write(request);
                    var _ = connection.schedule(Duration.ofMillis(10), answer);
                };
        try (FaultyServer server = FaultyServer.start(protocol, resetting)) {
            Results results = run(protocol, server, "-c", "10", "-r", "1000");
            assertThat(results.requests().errors()).containsExactly(entry("reset", 50L));
            assertThat(results.requests().answered()).isEqualTo(950);
            assertThat(results.response().unanswered()).isEqualTo(50);
            assertThat(results.response().isAtLeast("p99")).isTrue();
            // 5 % by number, and by time about as much.
            assertThat(results.response().isAtLeast("p90")).isFalse();
            assertThat(ran.out()).contains("Unanswered: 50 of 1,000 requests (5.0%)");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void connectionsThatAreClosedWhileIdleAreOpenedWhenNeeded() throws Exception {
        ConnectionOptions impatient =
                ConnectionOptions.defaults().withIdleTimeout(Duration.ofMillis(400));
        try (FaultyServer server = FaultyServer.start(impatient, FaultyServer.NONE)) {
            Results results =
                    run(
                            server,
                            "-c",
                            "20",
                            "--rate",
                            "1",
                            "-d",
                            "4s",
                            "--warmup",
                            "0",
                            "--fail-if",
                            "errors>0");
            assertThat(ran.exitCode()).as("%s", ran).isZero();
            assertThat(results.requests().answered()).isEqualTo(4);
            assertThat(results.errorCount()).isZero();
            assertThat(results.connections().closedWhileIdle().values()).isNotEmpty();
            assertThat(ran.out()).contains("Closed by the server while idle: ");
            // The first twenty, and one for each request: nobody connects to be closed again.
            assertThat(server.connections()).isBetween(20L, 24L);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void silenceHasNoSlowestAnswer() throws Exception {
        try (FaultyServer server = FaultyServer.start(SILENCE)) {
            run(server, "-c", "10", "-d", "500ms", "--warmup", "0", "--timeout", "300ms");
            assertThat(ran.out())
                    .contains("P99 latency: > ")
                    .doesNotContain("slowest answer", "Requests/sec may be low");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void ratesMayBeBelowOneASecond() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results = run(server, "-c", "1", "--rate", "0.5", "-d", "4s", "--warmup", "0");
            assertThat(results.requests().answered()).isEqualTo(2);
            assertThat(ran.out()).contains("Requests/sec: 0.5\n");
        }
    }

    /** Answers that come later. */
    private static final class FreezeTimers {
        private FreezeTimers() {}

        static void answerIn(Connection connection, byte[] request, long nanos) {
            connection.schedule(Duration.ofNanos(nanos), () -> connection.write(request));
        }
    }
}
