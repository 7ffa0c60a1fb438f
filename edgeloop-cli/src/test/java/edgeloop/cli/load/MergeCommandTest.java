package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code loadtest merge}, {@code --shard} and {@code --start-at}: several testers are one. */
class MergeCommandTest {
    @TempDir private Path folder;
    private JsonObject run = new JsonObject();

    @BeforeEach
    void makeARun() throws Exception {
        Path file = folder.resolve("made.json");
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            String target = "localhost:" + server.port();
            Runs.loadtest("-q", "--rate", "500", "-r", "50", "--json", file.toString(), target);
        }
        run = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    /** Each ends a millisecond later than the one before: the same run is not taken twice. */
    private String write(String name, String shard, double... rates) throws Exception {
        Instant endedAt = Instant.parse(run.get("endedAt").getAsString());
        run.addProperty("endedAt", endedAt.plusMillis(1).toString());
        JsonObject copy = run.deepCopy();
        JsonObject config = copy.getAsJsonObject("config");
        if (!shard.isEmpty()) {
            config.addProperty("shard", shard);
        }
        config.remove("ratesPerSecond");
        if (rates.length > 0) {
            JsonArray asked = new JsonArray();
            DoubleStream.of(rates).forEach(asked::add);
            config.add("ratesPerSecond", asked);
        }
        return Files.writeString(folder.resolve(name), copy.toString()).toString();
    }

    private Results merged(String... files) throws Exception {
        Path sum = folder.resolve("sum.json");
        List<String> arguments = new ArrayList<>(List.of("merge", "--json", sum.toString()));
        arguments.addAll(List.of(files));
        Runs.Outcome outcome = Runs.loadtest(arguments.toArray(String[]::new));
        assertThat(outcome.err()).isEmpty();
        return ResultsFile.read(sum);
    }

    private static String refusal(String... files) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("merge"));
        arguments.addAll(List.of(files));
        Runs.Outcome outcome = Runs.loadtest(arguments.toArray(String[]::new));
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasLineCount(1);
        return outcome.err();
    }

    @Test
    void offeredRatesAndConnectionsAddUp() throws Exception {
        Results.Config sum = merged(write("a", "", 500, 1000), write("b", "", 100, 200)).config();
        assertThat(sum.ratesPerSecond()).containsExactly(600.0, 1200.0);
        assertThat(sum.connections()).isEqualTo(20);
        assertThat(sum.concurrency()).isEqualTo(20);
        assertThat(sum.requests()).isEqualTo(100);
        double third = 1000.0 / 3;
        Results all =
                merged(
                        write("a", "1/3", third),
                        write("b", "2/3", third),
                        write("c", "3/3", third));
        assertThat(all.config().ratesPerSecond()).containsExactly(1000.0);
        assertThat(all.config().shard()).isNull();
    }

    @Test
    void theTextSaysWhatEachOffered() throws Exception {
        String a = write("a", "1/2", 500);
        String b = write("b", "2/2", 500);
        assertThat(Runs.loadtest("merge", a, b).out())
                .contains(
                        "\nOf " + a + ", shard 1/2: ",
                        "open loop at 500/s, 10 connections",
                        "open loop at 1,000/s, 20 connections",
                        "\nBegan within 0.000 ms of each other\n");
    }

    @Test
    void whoWasLimitedIsNamed() throws Exception {
        String a = write("a", "", 500);
        run.getAsJsonObject("client").getAsJsonArray("limited").add("its thread was busy 97%");
        run.getAsJsonObject("requests").getAsJsonArray("endedEarly").add("interrupted");
        String b = write("b", "", 500);
        Results sum = merged(a, b);
        assertThat(sum.client().limited())
                .contains(b + ": its thread was busy 97%")
                .doesNotContain(a + ": its thread was busy 97%");
        assertThat(sum.requests().endedEarly()).containsExactly(b + ": interrupted");
        assertThat(Runs.loadtest("merge", a, b).out())
                .contains("Client limited: " + b + ": its thread was busy 97%\n");
    }

    @Test
    void otherKindsOfLoadDoNotAddUp() throws Exception {
        assertThat(refusal(write("a", "", 500), write("b", "")))
                .contains("a has one rate and ", "b is a closed loop");
        assertThat(refusal(write("a", "", 500), write("b", "", 1, 2))).contains("b has 2 rates");
    }

    @Test
    void aCopyDoesNotCountTwice() throws Exception {
        String a = write("a", "");
        Path copy = Files.copy(Path.of(a), folder.resolve("copy"));
        assertThat(refusal(a, copy.toString())).contains("are the same run");
    }

    @Test
    void anotherProtocolDoesNotAddUp() throws Exception {
        String a = write("a", "");
        run.getAsJsonObject("requests").add("statuses", new JsonObject());
        assertThat(refusal(a, write("b", ""))).contains("is HTTP and the other is not");
    }

    @Test
    void shardsThatLastOtherwiseAreRefused() throws Exception {
        String a = write("a", "1/2", 500);
        run.getAsJsonObject("config").addProperty("warmupSeconds", 7);
        assertThat(refusal(a, write("b", "2/2", 500)))
                .contains("are not shards of one load: a warm-up of 0.0 s and a warm-up of 7.0 s");
    }

    @Test
    void theCourseOfSeveralIsNotKnown() throws Exception {
        Runs.Outcome outcome =
                Runs.loadtest("merge", write("a", ""), write("b", ""), "--csv", "never.csv");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).hasLineCount(1).contains("--csv is the course of one run");
    }

    @ParameterizedTest
    @CsvSource({
        "1/3, 3/3, shard 2/3 is missing",
        "1/2, 1/2, a is shard 1/2 and",
        "1/2, 2/3, b is shard 2/3",
        "1/2, '', some of the runs are shards",
        "1/x, 2/2, a: shard must be I/N",
    })
    void theShardsOfALoadAreAllThereOnce(String one, String two, String why) throws Exception {
        assertThat(refusal(write("a", one, 500), write("b", two, 500))).contains(why);
    }

    @Test
    void shardsOfTwoLoadsAreRefused() throws Exception {
        assertThat(refusal(write("a", "1/2", 500), write("b", "2/2", 400)))
                .contains("are not shards of one load");
    }

    private static Runs.Outcome shard(int i, List<String> arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-q", "--shard", i + "/2"));
        all.addAll(arguments);
        return Runs.loadtest(all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"constant", "poisson"})
    void shardsTogetherSendWhatOneWould(String arrivals) throws Exception {
        Instant start = Instant.now().plus(Duration.ofSeconds(2));
        List<String> files = new ArrayList<>();
        List<Callable<Runs.Outcome>> testers = new ArrayList<>();
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i <= 2; i++) {
                int index = i;
                files.add(folder.resolve(i + ".json").toString());
                List<String> arguments =
                        List.of(
                                "-c",
                                "5",
                                "--rate",
                                "201",
                                "-r",
                                "101",
                                "--arrivals",
                                arrivals,
                                "--start-at",
                                start.toString(),
                                "--json",
                                files.getLast(),
                                "localhost:" + server.port());
                testers.add(() -> shard(index, arguments));
            }
            for (Future<Runs.Outcome> tester : threads.invokeAll(testers)) {
                assertThat(tester.get().err()).isEmpty();
            }
            assertThat(server.requests()).isEqualTo(101);
        }
        Results sum = merged(files.toArray(String[]::new));
        assertThat(sum.requests().answered()).isEqualTo(101);
        assertThat(sum.config().ratesPerSecond()).containsExactly(201.0);
        assertThat(sum.config().connections()).isEqualTo(5);
        for (String file : files) {
            Instant began = Instant.parse(ResultsFile.read(Path.of(file)).startedAt());
            assertThat(began).isAfterOrEqualTo(start);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--shard 3/2, --shard",
        "--shard 1/20, --connections",
        "--shard 1/5 -r 3, --requests",
        "--shard 1/5 --in-flight 4, --in-flight",
        "--shard 1/2 --find-max p99<5ms, --find-max",
        "--start-at 2001-01-01T00:00:00Z, must be later than now",
        "--start-at soon, --start-at",
    })
    void badArgumentsAreNamedInOneLine(String arguments, String named) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments.split(" ", -1)));
        all.add("localhost:1");
        Runs.Outcome outcome = Runs.loadtest(all.toArray(String[]::new));
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).hasLineCount(1).contains(named);
    }

    @Test
    void whoIsConnectedTooLateDoesNotBegin() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Outcome late =
                    Runs.loadtest(
                            "-q", "-r", "1", "--start-at", "+0", "localhost:" + server.port());
            assertThat(late.exitCode()).isEqualTo(1);
            assertThat(late.err()).hasLineCount(1).contains("after --start-at");
            assertThat(server.requests()).isZero();
        }
    }
}
