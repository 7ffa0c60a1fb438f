package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that goes and does not come back ends the run, long before it would end by itself. */
class GoneServerTest {
    private static final int DEATH = 300;

    /** That of a connect, by default: what a run that waited for one would take. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    @TempDir private Path folder;
    private Runs.Outcome ran;

    /** Ends at one of its requests. */
    private static FaultyServer mortal() throws Exception {
        FaultyServer[] self = new FaultyServer[1];
        self[0] =
                FaultyServer.start(
                        (connection, request, number) -> {
                            if (number == DEATH) {
                                self[0].close();
                            } else {
                                connection.write(request);
                            }
                        });
        return self[0];
    }

    private Results run(FaultyServer server, String options) throws Exception {
        Path json = folder.resolve("results.json");
        List<String> arguments = new ArrayList<>(List.of("-q", "--json", json.toString()));
        arguments.addAll(List.of(options.split(" ", -1)));
        arguments.add("127.0.0.1:" + server.port());
        ran = Runs.loadtest(arguments.toArray(String[]::new));
        return ResultsFile.read(json);
    }

    private void assertSaid(FaultyServer server) {
        String address = "127\\.0\\.0\\.1:" + server.port();
        assertThat(ran.out())
                .containsPattern(
                        "Ended early: after \\d\\.\\d s: the server is gone, no connection is left and "
                                + address
                                + " has taken none for \\d\\.\\d s \\(refused\\)");
        assertThat(ran.err()).hasLineCount(1).contains("failed, since the run ended early");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-c 10 -r 1000000", "-c 200 --rate 1000 -d 60s --warmup 0"})
    @Execution(ExecutionMode.CONCURRENT)
    void runEndsAfterThreeSeconds(String load) throws Exception {
        try (FaultyServer server = mortal()) {
            long begin = System.nanoTime();
            run(server, load);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofSeconds(3), CONNECT_TIMEOUT.dividedBy(2));
            assertSaid(server);
            assertThat(ran.exitCode()).isEqualTo(1);
        }
    }

    /** Refusals need not last longer than a connect may. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c 10 -r 1000000",
                "-c 10 -d 60s --warmup 0",
                "-c 10 --rate 1000 -r 100000",
                "-c 10 --rate 1000 -d 60s --warmup 0 --arrivals poisson",
            })
    @Execution(ExecutionMode.CONCURRENT)
    void booksBalanceWhateverTheLoad(String load) throws Exception {
        try (FaultyServer server = mortal()) {
            Results results = run(server, "--connect-timeout 500ms " + load);
            assertSaid(server);
            assertThat(results.booksBalance()).isTrue();
            assertThat(results.requests().answered()).isLessThan(2 * DEATH);
            assertThat(results.requestsPerSecond() * results.totalSeconds())
                    .isCloseTo((double) results.requests().answered(), within(0.001));
        }
    }

    /** 1,000 a second were due, and none of the seconds that did not take place. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatWasDueUntilThenIsUnsentAndNoMore() throws Exception {
        try (FaultyServer server = mortal()) {
            Results results =
                    run(server, "--connect-timeout 1s -c 10 --rate 1000 -d 60s --warmup 0");
            double seconds = results.totalSeconds();
            assertThat(seconds).isBetween(1.0, 5.0);
            assertThat((double) results.requests().scheduled())
                    .isCloseTo(1000 * seconds, within(2.0));
            assertThat(results.requests().unsent()).isGreaterThan(900);
            assertThat(results.response().isAtLeast("p99")).isTrue();
            assertThat(results.response().unanswered())
                    .isEqualTo(results.requests().scheduled() - results.requests().answered());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void conditionsFail() throws Exception {
        try (FaultyServer server = mortal()) {
            run(server, "--connect-timeout 500ms -c 10 -d 60s --warmup 0 --fail-if errors<0");
            assertThat(ran.exitCode()).isEqualTo(3);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void noFurtherStepBegins() throws Exception {
        try (FaultyServer server = mortal()) {
            Results results =
                    run(server, "--connect-timeout 500ms --rate 1000,2000,3000 -d 60s --warmup 0");
            assertThat(results.requests().endedEarly()).hasSize(1);
            assertThat(results.totalSeconds()).isLessThan(5);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void inTheWarmUpItIsSaidSo() throws Exception {
        try (FaultyServer server = mortal()) {
            run(server, "--connect-timeout 500ms -c 10 -d 60s --warmup 60s");
            assertThat(ran.out()).contains("Ended early: in the warm-up: the server is gone");
            assertThat(ran.exitCode()).isEqualTo(1);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void fewAttemptsAreEnoughToSeeIt() throws Exception {
        try (FaultyServer server = mortal()) {
            Results results = run(server, "--connect-timeout 1s -c 2000 -r 1000000");
            // All of them at first, and then 64 ten times a second: not 20,000 a second.
            assertThat(results.connections().errors().get("refused")).isBetween(2000L, 4000L);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void restartIsSurvived() throws Exception {
        CompletableFuture<FaultyServer> second = new CompletableFuture<>();
        try (FaultyServer first = mortal()) {
            int port = first.port();
            Thread.ofPlatform()
                    .start(
                            () -> {
                                try {
                                    first.awaitEnd();
                                    second.complete(FaultyServer.start(port));
                                } catch (Exception e) {
                                    second.completeExceptionally(e);
                                }
                            });
            run(first, "-c 10 -r 2000");
            assertThat(ran.out()).doesNotContain("Ended early");
            assertThat(ran.exitCode()).isZero();
            try (FaultyServer restarted = second.get(10, TimeUnit.SECONDS)) {
                assertThat(restarted.requests()).isGreaterThan(1000);
            }
        }
    }
}
