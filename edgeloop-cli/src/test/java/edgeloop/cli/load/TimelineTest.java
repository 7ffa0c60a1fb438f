package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.result.Comparison;
import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The timeline is as long as the total time in every output, and what came later is told apart. */
class TimelineTest {
    private static final long DELAY_NANOS = 300_000_000;

    @TempDir private Path folder;
    private Runs.Outcome ran;

    private Results run(FaultyServer server, String options) throws Exception {
        Path json = folder.resolve("results.json");
        List<String> arguments = new ArrayList<>(List.of("-q", "--json", json.toString()));
        arguments.addAll(List.of("--csv", folder.resolve("results.csv").toString()));
        arguments.addAll(List.of("--hlog", folder.resolve("results.hlog").toString()));
        arguments.addAll(List.of("--report", folder.resolve("results.html").toString()));
        arguments.addAll(List.of(options.split(" ", -1)));
        arguments.add("127.0.0.1:" + server.port());
        ran = Runs.loadtest(arguments.toArray(String[]::new));
        return ResultsFile.read(json);
    }

    private static double seconds(Results results, boolean afterWindow) {
        return results.timeline().stream()
                .filter(slice -> slice.afterWindow() == afterWindow)
                .mapToDouble(slice -> slice.endSeconds() - slice.beginSeconds())
                .sum();
    }

    private static FaultyServer slow() throws Exception {
        return FaultyServer.start(InjectedServer.delaying(() -> DELAY_NANOS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-d 1s --warmup 0",
                "-d 600ms --warmup 600ms",
                "-d 600ms --rate 50 -c 50",
                "-d 600ms --rate 50,100 -c 50",
                "-d 600ms --rate 50 -c 2 --timeout 400ms --warmup 0",
                "-r 100",
                "-r 30 --rate 100 -c 50",
                "-r 10 --rate 4 --arrivals poisson --seed 3",
                "-r 10 --rate 20 --warmup 500ms",
                "-r 10 -c 10 --timeout 100ms",
            })
    @Execution(ExecutionMode.CONCURRENT)
    void slicesOfTheWindowAreAsLongAsTheTotalTime(String options) throws Exception {
        try (FaultyServer server = slow()) {
            assertAgreement(run(server, options));
        }
    }

    private void assertAgreement(Results results) throws Exception {
        double total = results.totalSeconds();
        assertThat(seconds(results, false)).isCloseTo(total, within(1e-8));
        double end = 0;
        for (Results.TimelineSlice slice : results.timeline()) {
            assertThat(slice.beginSeconds()).isEqualTo(end);
            assertThat(slice.endSeconds()).isGreaterThan(end);
            end = slice.endSeconds();
        }
        assertThat(ran.out()).contains("  Total time: %.2f seconds\n".formatted(total));
        if (!results.steps().isEmpty()) {
            assertThat(results.steps().stream().mapToDouble(Results.Step::seconds).sum())
                    .isCloseTo(total, within(1e-8));
        }
        assertThat(csvSeconds()).isCloseTo(total, within(0.001 * results.timeline().size()));
        assertThat(
                        Files.readString(folder.resolve("results.html"))
                                .split("class=\"band afterwards", -1))
                .hasSize(1 + 2 * (int) slicesAfter(results)); // in two plots
        assertThat(results.timeline().stream().mapToLong(Results.TimelineSlice::samples).sum())
                .isEqualTo(results.requests().answered());
        assertThat(new Comparison(results, results).differences().getFirst().before())
                .isCloseTo(results.requestsPerSecond(), within(0.001));
    }

    private static long slicesAfter(Results results) {
        return results.timeline().stream().filter(Results.TimelineSlice::afterWindow).count();
    }

    private double csvSeconds() throws Exception {
        double seconds = 0;
        for (String line : Files.readAllLines(folder.resolve("results.csv"))) {
            String[] fields = line.split(",", -1);
            if (fields[fields.length - 1].equals("0")) {
                seconds += Double.parseDouble(fields[1]) - Double.parseDouble(fields[0]);
            }
        }
        return seconds;
    }

    /** By number the last answer ends the total time, which is known when no other has come. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void timeoutsAfterTheLastAnswerAreAfterTheTotalTime() throws Exception {
        FaultyServer.Fault silentAtTheEnd =
                (connection, request, number) -> {
                    if (number <= 90) {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(silentAtTheEnd)) {
            // On one connection requests come in their order, and the 90th is the last answer.
            Results results = run(server, "-r 100 -c 1 --pipeline 100 --rate 200 --timeout 1s");
            assertAgreement(results);
            Results.Latency response = results.response();
            double slowestAnswer = Latencies.decode(response.histogram()).getMaxValue() / 1e9;
            double dueAfterTheFirst = 89 / 200.0; // which itself was sent by its answer's time
            assertThat(results.totalSeconds())
                    .isBetween(dueAfterTheFirst - slowestAnswer, dueAfterTheFirst + slowestAnswer);
            // The 91st has waited longest, and all that are behind it fail with it.
            double waited = response.maxMillis() / 1e3;
            assertThat(waited).isGreaterThanOrEqualTo(1.0);
            assertThat(results.totalSeconds() + seconds(results, true))
                    .isBetween(
                            90 / 200.0 + 0.999 * waited - slowestAnswer,
                            90 / 200.0 + 1.001 * waited);
            assertThat(ran.out()).contains("in which 0 answers were waited for");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void serverThatIsGoneEndsBoth() throws Exception {
        FaultyServer[] self = new FaultyServer[1];
        FaultyServer.Fault mortal =
                (connection, request, number) -> {
                    if (number == 100) {
                        self[0].close();
                    } else {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(mortal)) {
            self[0] = server;
            Results results = run(server, "-d 60s --rate 200 --warmup 0 --connect-timeout 500ms");
            assertThat(ran.out()).contains("Ended early: ");
            assertAgreement(results);
            assertThat(slicesAfter(results)).isZero();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatIsNotMeasuredHasNoTimeline() throws Exception {
        FaultyServer[] self = new FaultyServer[1];
        FaultyServer.Fault mortal = (_, _, _) -> self[0].close();
        try (FaultyServer server = FaultyServer.start(mortal)) {
            self[0] = server;
            Results results = run(server, "-d 60s --connect-timeout 300ms");
            assertThat(ran.out()).contains("Ended early: in the warm-up");
            assertThat(results.totalSeconds()).isZero();
            assertThat(results.timeline()).isEmpty();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatIsWaitedForAfterTheWindowIsToldApart() throws Exception {
        try (FaultyServer server = slow()) {
            Results results = run(server, "-d 1s --warmup 500ms --rate 100 -c 100");
            assertThat(results.totalSeconds()).isEqualTo(1);
            // The last one was due 10 ms before the end of the window.
            Duration sinceBegin =
                    Duration.between(
                            Instant.parse(results.startedAt()), Instant.parse(results.endedAt()));
            assertThat(seconds(results, true)).isBetween(0.29, sinceBegin.toNanos() / 1e9 - 1);
            assertThat(ran.out())
                    .containsPattern(
                            "After the total time: 0\\.\\d\\d seconds in which \\d+ answers");
            List<String> csv = Files.readAllLines(folder.resolve("results.csv"));
            assertThat(csv.getFirst()).endsWith(",after_window");
            assertThat(csv.get(1)).endsWith(",0").startsWith("0.000,");
            assertThat(csv.getLast()).endsWith(",1");
            List<String> log = Files.readAllLines(folder.resolve("results.hlog"));
            List<String> notes = log.stream().filter(l -> l.contains("after the window")).toList();
            assertThat(notes).hasSize(1);
            double from =
                    Double.parseDouble(notes.getFirst().replaceAll(".*from ([\\d.]+):.*", "$1"));
            String first = log.get(log.indexOf(notes.getFirst()) + 1);
            assertThat(Double.parseDouble(first.split(",", -1)[0])).isCloseTo(from, within(0.001));
        }
    }

    @Test
    @DisplayName("where no answer came there is no time, and 0 is none")
    @Execution(ExecutionMode.CONCURRENT)
    void slicesWithoutAnswersHaveNoTimes() throws Exception {
        FaultyServer.Fault silentAtTheEnd =
                (connection, request, number) -> {
                    if (number <= 10) {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(silentAtTheEnd)) {
            Results results = run(server, "-d 1s --warmup 0 --rate 100 -c 100 --timeout 500ms");
            assertThat(results.timeline()).anyMatch(slice -> slice.samples() == 0);
            for (Results.TimelineSlice slice : results.timeline()) {
                boolean none = slice.samples() == 0;
                assertThat(slice.p50Millis() == null).isEqualTo(none);
                assertThat(slice.p99Millis() == null).isEqualTo(none);
                assertThat(slice.maxMillis() == null).isEqualTo(none);
            }
            String json = Files.readString(folder.resolve("results.json"));
            long answered = results.timeline().stream().filter(s -> s.samples() > 0).count();
            for (String name : List.of("p50Millis", "p99Millis")) {
                assertThat(
                                Pattern.compile("^ {6}\"" + name, Pattern.MULTILINE)
                                        .matcher(json)
                                        .results())
                        .hasSize((int) answered);
            }
            assertThat(
                            timesAreUnknown(
                                    json.replaceAll(
                                            "(\"samples\": 0,)",
                                            "$1 \"p50Millis\": 0.0, \"p99Millis\": 0.0, \"maxMillis\": 0.0,")))
                    .isTrue();
        }
    }

    /** Of a file written before: its zeros are no times. */
    private boolean timesAreUnknown(String json) throws Exception {
        Path older = Files.writeString(folder.resolve("older.json"), json);
        return ResultsFile.read(older).timeline().stream()
                .filter(slice -> slice.samples() == 0)
                .allMatch(slice -> slice.p50Millis() == null && slice.maxMillis() == null);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aWarmUpThatIsTooShortIsSaid() throws Exception {
        try (FaultyServer server = slow()) {
            run(server, "-d 1s --warmup 0 -c 5");
            assertThat(ran.out()).contains("Warm-up: 0.0 s, shorter than", "may be low");
            run(server, "-d 500ms --warmup 500ms -c 5");
            assertThat(ran.out()).doesNotContain("may be low");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void nothingIsAfterTheWindowWhereNothingIsWaitedFor() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results = run(server, "-d 1s --warmup 0 --rate 10");
            assertThat(results.timeline()).noneMatch(Results.TimelineSlice::afterWindow);
            assertThat(ran.out()).doesNotContain("After the total time");
        }
    }
}
