package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.Connection;
import edgeloop.ConnectionOptions;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs against servers of known behaviour: the figures are those of arithmetic. */
class TruthTest {
    private static final long MILLISECOND = 1_000_000;

    /** Answers nothing. */
    private static final FaultyServer.Fault SILENCE = (_, _, _) -> {};

    @TempDir Path folder;
    private Runs.Outcome ran;

    private Results run(FaultyServer server, String... options) throws Exception {
        Path json = folder.resolve("results.json");
        List<String> arguments = new ArrayList<>(List.of("-q", "--json", json.toString()));
        arguments.addAll(List.of(options));
        arguments.add("127.0.0.1:" + server.port());
        ran = Runs.loadtest(arguments.toArray(String[]::new));
        return ResultsFile.read(json);
    }

    private static void assertLittle(Results results) {
        int onTheirWay = results.config().concurrency();
        double product = results.requestsPerSecond() * results.response().meanMillis() / 1e3;
        double ends = (double) onTheirWay / results.requests().answered();
        assertThat(product).isCloseTo(onTheirWay, within(Math.max(0.02, ends) * onTheirWay));
    }

    @ParameterizedTest(name = "{0} connections, {1} ms")
    @CsvSource({"20, 200", "50, 20", "10, 2"})
    void closedLoopAgainstADelay(int connections, int millis) throws Exception {
        try (FaultyServer server =
                FaultyServer.start(InjectedServer.delaying(() -> millis * MILLISECOND))) {
            Results results = run(server, "-c", "" + connections, "-d", "2s", "--warmup", "500ms");
            assertThat(results.response().percentileMillis("p50"))
                    .isBetween((double) millis, millis * 1.02 + 1);
            assertThat(results.errorCount()).isZero();
            assertLittle(results);
        }
    }

    @Test
    void closedLoopByNumberCountsFromTheFirstRequestToTheLastAnswer() throws Exception {
        try (FaultyServer server =
                FaultyServer.start(InjectedServer.delaying(() -> 50 * MILLISECOND))) {
            Results results = run(server, "-c", "10", "-r", "200");
            assertThat(results.totalSeconds())
                    .isBetween(1.0, 1.5); // 20 answers one after the other
            assertThat(results.requestsPerSecond() * results.totalSeconds())
                    .isCloseTo(200, within(0.001));
            assertLittle(results);
        }
    }

    @Test
    @DisplayName("an open loop of 50/s against 200 ms is 50/s and not 45")
    void answersToEarlierRequestsCount() throws Exception {
        try (FaultyServer server =
                FaultyServer.start(InjectedServer.delaying(() -> 200 * MILLISECOND))) {
            Results results = run(server, "-c", "50", "--rate", "50", "-d", "2s");
            assertThat(results.requestsPerSecond()).isCloseTo(50, within(1.0));
            assertThat(results.response().percentileMillis("p50")).isBetween(200.0, 206.0);
        }
    }

    @Test
    void serverAtItsLimitShowsItsLimit() throws Exception {
        try (FaultyServer server =
                FaultyServer.start(new InjectedServer(1, () -> 2 * MILLISECOND))) {
            Results results =
                    run(server, "-c", "50", "--rate", "1000", "-d", "3s", "--warmup", "1s");
            assertThat(results.requestsPerSecond()).isCloseTo(500, within(10.0));
            assertThat(results.timeline())
                    .filteredOn(slice -> slice.endSeconds() < 2.9)
                    .allSatisfy(slice -> assertThat(slice.answered()).isPositive());
        }
    }

    @Test
    void exponentialDelaysComeOutAsTheyWere() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        long mean = 20 * MILLISECOND;
        InjectedServer delays =
                InjectedServer.delaying(() -> (long) (-mean * Math.log(1 - random.nextDouble())));
        Results results;
        try (FaultyServer server = FaultyServer.start(delays)) {
            results = run(server, "-c", "500", "--rate", "2000", "-d", "4s", "--warmup", "0");
        }
        assertThat(results.response().meanMillis())
                .isCloseTo(delays.meanMillis(), within(0.02 * delays.meanMillis() + 0.5));
        for (double percentile : new double[] {50, 90, 99}) {
            double truth = delays.percentileMillis(percentile);
            assertThat(results.response().percentileMillis("p%.0f".formatted(percentile)))
                    .as("p%.0f", percentile)
                    .isCloseTo(truth, within(0.02 * truth + 0.5));
        }
    }

    @Test
    void freezeIsSeenByWhoComesMeanwhile() throws Exception {
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
        try (FaultyServer server = FaultyServer.start(freeze)) {
            Results results =
                    run(server, "-c", "100", "--rate", "100", "-d", "4s", "--warmup", "0");
            // 2 s of 4 are frozen: whoever comes then waits for what is left of them, 1 s on
            // average, and the others for nothing.
            assertThat(results.response().meanMillis()).isCloseTo(500, within(15.0));
            assertThat(results.response().percentileMillis("p75")).isCloseTo(1_000, within(40.0));
            assertThat(results.response().maxMillis()).isCloseTo(2_000, within(40.0));
        }
    }

    @Test
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
    void silenceHasNoSlowestAnswer() throws Exception {
        try (FaultyServer server = FaultyServer.start(SILENCE)) {
            run(server, "-c", "10", "-d", "500ms", "--warmup", "0", "--timeout", "300ms");
            assertThat(ran.out())
                    .contains("P99 latency: > ")
                    .doesNotContain("slowest answer", "Requests/sec may be low");
        }
    }

    @Test
    void ratesMayBeBelowOneASecond() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results = run(server, "-c", "1", "--rate", "0.5", "-d", "4s", "--warmup", "0");
            assertThat(results.requests().answered()).isEqualTo(2);
            assertThat(ran.out()).contains("Requests/sec: 0.5\n");
        }
    }

    // ---- Gates --------------------------------------------------------------------------------

    enum Gate {
        P99("p99>5ms"),
        MEAN("mean>5ms"),
        MAX("max>5s"),
        ERRORS("errors>0"),
        ERROR_PART("errors>1%"),
        RATE("rate<900");

        private final String condition;

        Gate(String condition) {
            this.condition = condition;
        }
    }

    @ParameterizedTest
    @EnumSource
    void silenceFailsEveryGate(Gate gate) throws Exception {
        try (FaultyServer server = FaultyServer.start(SILENCE)) {
            Results results =
                    run(
                            server,
                            "-c",
                            "10",
                            "-r",
                            "10",
                            "--timeout",
                            "300ms",
                            "--fail-if",
                            gate.condition);
            assertThat(ran.exitCode()).isEqualTo(3);
            assertThat(results.response().isAtLeast("p99")).isTrue();
            assertThat(results.response().percentileMillis("p99")).isBetween(299.0, 400.0);
            assertThat(ran.out())
                    .containsPattern("P99 latency: > 3\\d\\d\\.\\d ms")
                    .contains("Unanswered: 10 of 10 requests (100%)");
        }
    }

    @ParameterizedTest
    @EnumSource
    void deathInMidRunFailsEveryGate(Gate gate) throws Exception {
        FaultyServer[] dying = new FaultyServer[1];
        FaultyServer.Fault death =
                (connection, request, number) -> {
                    if (number == 254) {
                        dying[0].close();
                    } else {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(death)) {
            dying[0] = server;
            Results results =
                    run(
                            server,
                            "-c",
                            "10",
                            "-r",
                            "1000",
                            "--connect-timeout",
                            "1s",
                            "--fail-if",
                            gate.condition);
            assertThat(ran.exitCode()).isEqualTo(3);
            assertThat(results.requests().unsent()).isGreaterThan(500);
            assertThat(results.response().isAtLeast("p99")).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RATE")
    void twoPercentOfTimeoutsFailEveryGate(Gate gate) throws Exception {
        FaultyServer.Fault forgetful =
                (connection, request, number) -> {
                    if (number % 50 != 0) {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(forgetful)) {
            run(
                    server,
                    "-c",
                    "50",
                    "-r",
                    "1000",
                    "--timeout",
                    "200ms",
                    "--fail-if",
                    gate.condition);
            assertThat(ran.exitCode()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void halfUnsentFailsEveryGate(Gate gate) throws Exception {
        try (FaultyServer server =
                FaultyServer.start(new InjectedServer(1, () -> 2 * MILLISECOND))) {
            Results results =
                    run(
                            server,
                            "-c",
                            "10",
                            "--rate",
                            "1500",
                            "-d",
                            "1s",
                            "--warmup",
                            "0",
                            "--timeout",
                            "100ms",
                            "--fail-if",
                            gate.condition);
            assertThat(ran.exitCode()).isEqualTo(3);
            assertThat(results.requests().unsent()).isGreaterThan(500);
            assertThat(ran.out()).contains("P99 latency: > ");
        }
    }

    // ---- The search ---------------------------------------------------------------------------

    @ParameterizedTest(name = "one worker of {0} us")
    @ValueSource(ints = {200, 2_000, 20_000, 200_000})
    void findMaxFindsTheCapacity(int serviceMicros) throws Exception {
        double capacity = 1e6 / serviceMicros;
        try (FaultyServer server =
                FaultyServer.start(new InjectedServer(1, () -> serviceMicros * 1_000L))) {
            Results results =
                    run(
                            server,
                            "-c",
                            "100",
                            "--rate",
                            "" + Math.round(0.7 * capacity),
                            "-d",
                            serviceMicros > 20_000 ? "6s" : "1500ms",
                            "--warmup",
                            "500ms",
                            "--find-max",
                            "p99<1s");
            assertThat(results.search().highestRate()).isCloseTo(capacity, within(0.05 * capacity));
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
