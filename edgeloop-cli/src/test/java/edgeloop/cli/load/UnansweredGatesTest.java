package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.result.Results;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is never answered fails every gate. */
class UnansweredGatesTest {
    /** Answers nothing. */
    private static final FaultyServer.Fault SILENCE = (_, _, _) -> {};

    @TempDir Path folder;
    private Runs.Outcome ran;

    private Results run(FaultyServer server, String... options) throws Exception {
        Outputs outputs = Outputs.run(folder, FaultyServer.Protocol.RAW, server, options);
        ran = outputs.ran();
        return outputs.results();
    }

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
    @Execution(ExecutionMode.CONCURRENT)
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
    @Execution(ExecutionMode.CONCURRENT)
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
    @Execution(ExecutionMode.CONCURRENT)
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
    @Execution(ExecutionMode.CONCURRENT)
    void halfUnsentFailsEveryGate(Gate gate) throws Exception {
        try (FaultyServer server = FaultyServer.start(new InjectedServer(1, () -> 2 * 1_000_000))) {
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

    /** Ten of 2,010 are unanswered, and most of the time nobody was answered. */
    @ParameterizedTest
    @EnumSource(names = {"P99", "MEAN"})
    @Execution(ExecutionMode.CONCURRENT)
    void silenceInAClosedLoopIsShownAsItIsGated(Gate gate) throws Exception {
        FaultyServer.Fault fallsSilent =
                (connection, request, number) -> {
                    if (number <= 2_000) {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(fallsSilent)) {
            Results results =
                    run(
                            server,
                            "-c",
                            "10",
                            "-d",
                            "2s",
                            "--warmup",
                            "0",
                            "--timeout",
                            "5s",
                            "--fail-if",
                            gate.condition);
            assertThat(ran.exitCode()).isEqualTo(3);
            assertThat(results.requests().errors()).containsOnlyKeys("timeout");
            assertThat(results.response().isAtLeast("p99")).isTrue();
            assertThat(results.response().isAtLeast("mean")).isTrue();
            assertThat(ran.out())
                    .contains("P99 latency: > ", "Avg latency: > ", "  Silent: connections");
        }
    }
}
