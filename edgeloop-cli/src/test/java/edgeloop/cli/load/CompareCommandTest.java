package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import edgeloop.cli.load.measure.Interval;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code loadtest compare}: two runs, made up, and what is said of them. */
class CompareCommandTest {
    private static final int SLICES = 40;
    private static final int ANSWERS = 1000;

    @TempDir private Path folder;
    private JsonObject before = new JsonObject();
    private JsonObject after = new JsonObject();

    @BeforeEach
    void makeTwoRuns() {
        before = run(10, 0);
        after = run(10, 0);
    }

    /** A run whose slices have latencies around {@code millis}, each its own, up and down. */
    private static JsonObject run(double millis, double spread) {
        JsonArray timeline = new JsonArray();
        Histogram all = Interval.newHistogram();
        for (int i = 0; i < SLICES; i++) {
            Histogram histogram = Interval.newHistogram();
            double factor = 1 + spread * (i % 2 == 0 ? 1 : -1) * (i % 10) / 10;
            histogram.recordValueWithCount((long) (millis * factor * 1e6), ANSWERS);
            all.add(histogram);
            JsonObject slice = new JsonObject();
            slice.addProperty("beginSeconds", i);
            slice.addProperty("endSeconds", i + 1);
            slice.addProperty("answered", ANSWERS);
            slice.addProperty("samples", ANSWERS);
            slice.addProperty("histogram", encode(histogram));
            timeline.add(slice);
        }
        String text =
                """
                {"schema": "edgeloop-loadtest-2", "target": "localhost:7",
                 "config": {"connections": 10, "concurrency": 10, "ratesPerSecond": [1000.0],
                            "arrivals": "constant", "requestBytes": 64, "expect": "echo"},
                 "totalSeconds": 40, "requestsPerSecond": 1000,
                 "requests": {"scheduled": 40000, "answered": 40000, "errors": {}, "unsent": 0,
                              "endedEarly": []},
                 "connections": {"errors": {}, "lostWhileIdle": {}},
                 "response": {"count": 40000, "meanMillis": 10, "maxMillis": 10,
                              "percentilesMillis": {}, "histogram": "%s"},
                 "steps": [], "client": {"limited": []}}
                """
                        .formatted(encode(all));
        JsonObject run = JsonParser.parseString(text).getAsJsonObject();
        run.add("timeline", timeline);
        return run;
    }

    private static String encode(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(Arrays.copyOf(buffer.array(), length));
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private Runs.Outcome compare(String... conditions) throws Exception {
        Path a = Files.writeString(folder.resolve("a.json"), before.toString());
        Path b = Files.writeString(folder.resolve("b.json"), after.toString());
        List<String> arguments = new ArrayList<>(List.of("compare", a.toString(), b.toString()));
        for (String condition : conditions) {
            arguments.addAll(List.of("--fail-if", condition));
        }
        return Runs.loadtest(arguments.toArray(String[]::new));
    }

    private static JsonObject config(JsonObject run) {
        return run.getAsJsonObject("config");
    }

    private static JsonObject requests(JsonObject run) {
        return run.getAsJsonObject("requests");
    }

    @Test
    void whatWasAskedOfEachStandsFirst() throws Exception {
        assertThat(compare().out())
                .contains(
                        "b.json: localhost:7, bytes, open loop at 1,000/s, 10 connections, 64 bytes"
                                + " a request, echo\n")
                .doesNotContain("Not the same load");
    }

    @Test
    void errorsUnsentAndVerdictsAreShown() throws Exception {
        requests(after).addProperty("unsent", 400);
        JsonObject errors = new JsonObject();
        errors.addProperty("reset", 20_000);
        requests(after).add("errors", errors);
        before.getAsJsonObject("client").getAsJsonArray("limited").add("its thread was busy 97%");
        requests(after).getAsJsonArray("endedEarly").add("interrupted");
        assertThat(compare().out())
                .containsPattern("(?m)^errors +0 +20,000 \\(50%\\)$")
                .containsPattern("(?m)^unsent +0 +400 \\(1\\.0%\\)$")
                .contains("Client limited, A: its thread was busy 97%", "Ended early, B: interr");
    }

    @Test
    void otherLoadIsSaidInALineEach() throws Exception {
        config(after).addProperty("connections", 20);
        config(after).addProperty("requestBytes", 65);
        JsonArray rates = new JsonArray();
        rates.add(2000);
        config(after).add("ratesPerSecond", rates);
        Runs.Outcome run = compare();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().filter(line -> line.startsWith("Not the same load: ")))
                .containsExactly(
                        "Not the same load: rates: 1,000/s and 2,000/s",
                        "Not the same load: connections: 10 and 20",
                        "Not the same load: bytes a request: 64 and 65");
    }

    @Test
    void anotherProtocolIsRefused() throws Exception {
        after.addProperty("target", "http://localhost:7/");
        Runs.Outcome run = compare();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains("one sent bytes and the other HTTP");
    }

    @Test
    void anOpenAndAClosedLoopAreRefused() throws Exception {
        config(after).remove("ratesPerSecond");
        Runs.Outcome run = compare("p99>+10%");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("open loop at 1,000/s", "closed loop");
    }

    @ParameterizedTest
    @CsvSource({
        "12, 0, p99>+10%, 3",
        "12, 0, p99>+30%, 0",
        "12, 0, p99>=+30%, 0",
        "12, 0, mean>+10%, 3",
        "12, 0, max>+10%, 3",
        "8, 0, p50<-10%, 3",
        "8, 0, p50>+10%, 0",
        "10, 0, rate<-5%, 0",
        "10, 0, errors>+0%, 0",
        "10, 0, p99>5ms, 3",
        "10, 0, p99>50ms, 0",
        // Slices from 0.1 to 1.9 times as much: noise.
        "11, 0.9, mean>+3%, 0",
    })
    void aConditionIsAboutTheChange(double millis, double spread, String condition, int exitCode)
            throws Exception {
        after = run(millis, spread);
        Runs.Outcome run = compare(condition);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        if (exitCode == 3) {
            assertThat(run.err())
                    .hasLineCount(1)
                    .startsWith("loadtest: failed, since " + condition);
        }
    }

    @Test
    void aChangeThatMayBeNoiseIsSaid() throws Exception {
        after = run(11, 0.9);
        assertThat(compare("mean>+3%").err())
                .hasLineCount(1)
                .startsWith("loadtest: not failed, since it may be noise: mean>+3%: it is +");
    }

    /** Too few slices for an interval: then it fails rather than let pass. */
    @Test
    void withoutAnIntervalTheChangeDecides() throws Exception {
        after = run(12, 0);
        while (after.getAsJsonArray("timeline").size() > 3) {
            after.getAsJsonArray("timeline").remove(0);
        }
        assertThat(compare("p99>+10%").exitCode()).isEqualTo(3);
    }

    @Test
    void aMergedRunIsComparedByItsHistogram() throws Exception {
        after = run(12, 0);
        after.add("timeline", new JsonArray());
        Runs.Outcome run = compare("p99>+10%");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .containsPattern("(?m)^p99 .* \\+\\d+\\.\\d%   unknown$")
                .contains("A merged run has no course");
    }

    /** Has {@code count} requests of a run wait for a second and get no answer. */
    private static void leaveUnanswered(JsonObject run, String cause, int count) {
        if (cause.equals("unsent")) {
            requests(run).addProperty("unsent", count);
        } else {
            JsonObject errors = new JsonObject();
            errors.addProperty(cause, count);
            requests(run).add("errors", errors);
        }
        JsonObject response = run.getAsJsonObject("response");
        response.addProperty("unanswered", count);
        response.getAsJsonObject("percentilesMillis").addProperty("p99", 1000);
        JsonArray atLeast = new JsonArray();
        List.of("mean", "p99", "max").forEach(atLeast::add);
        response.add("atLeast", atLeast);
        Histogram waits = Interval.newHistogram();
        waits.recordValueWithCount(1_000_000_000, count);
        response.addProperty("unansweredHistogram", encode(waits));
    }

    @ParameterizedTest
    @CsvSource({"timeout", "reset", "unsent"})
    void whatIsNotAnsweredIsSlowerThanAllThatIs(String how) throws Exception {
        leaveUnanswered(after, how, 800);
        assertThat(compare().out()).containsPattern("(?m)^p99 +10\\.\\d+ ms +> 1,000\\.000 ms +- ");
        for (String condition : List.of("p99>+10%", "mean>+10%", "max>+10%", "p99>+900%")) {
            assertThat(compare(condition).exitCode()).as(condition).isEqualTo(3);
        }
        assertThat(compare("p50>+10%").exitCode()).isZero();
        assertThat(compare("p99<-10%").exitCode()).isZero();
    }

    @Test
    void whatIsUnsentIsAnErrorAsInARun() throws Exception {
        leaveUnanswered(after, "unsent", 800);
        assertThat(compare("errors>+1%").exitCode()).isEqualTo(3);
        assertThat(compare("errors>+3%").exitCode()).isZero();
    }

    @Test
    void theMeanHasWhatTheUnansweredHadWaited() throws Exception {
        leaveUnanswered(after, "timeout", 300); // a second each, beside 40,000 of 10 ms
        after.getAsJsonObject("response").addProperty("meanMillis", 700_000 / 40_300.0);
        assertThat(compare("mean>+50%").exitCode()).isEqualTo(3);
        assertThat(compare().out()).containsPattern("(?m)^mean +10\\.\\d+ ms +17\\.\\d+ ms ");
    }

    @Test
    void aServerThatAnswersNothingPassesNoGate() throws Exception {
        for (var slice : after.getAsJsonArray("timeline")) {
            slice.getAsJsonObject().addProperty("histogram", encode(Interval.newHistogram()));
            slice.getAsJsonObject().addProperty("answered", 0);
        }
        after.addProperty("requestsPerSecond", 0);
        leaveUnanswered(after, "timeout", 40_000);
        for (String condition : List.of("p99>+10%", "mean>+10%", "rate<-5%", "errors>+1%")) {
            assertThat(compare(condition).exitCode()).as(condition).isEqualTo(3);
        }
        JsonObject silent = after;
        after = before;
        before = silent;
        Runs.Outcome run = compare("p99>+10%");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("p99>+10% has nothing to go by");
    }

    /** In a closed loop, few requests are on their way then, and the percentiles look fine. */
    @ParameterizedTest
    @CsvSource({
        "the server is gone, 3",
        "b.json: the server is gone, 3",
        "interrupted, 0",
        "b.json: interrupted, 0"
    })
    void aRunThatItsServerEndedPassesNoGate(String why, int exitCode) throws Exception {
        requests(after).getAsJsonArray("endedEarly").add(why);
        assertThat(compare("p99>+10%").exitCode()).isEqualTo(exitCode);
        assertThat(compare().exitCode()).isZero();
    }

    @Test
    void whatIsNoConditionIsABadArgument() throws Exception {
        Runs.Outcome run = compare("p99>10%");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("'p99>10%' is not a condition", "p99>+10%");
    }

    /** That the second step is slower than the first one is no noise. */
    @Test
    void stepsAreJudgedEachByItself() throws Exception {
        makeSteps(before);
        makeSteps(after);
        assertThat(compare().out())
                .containsPattern("(?m)^mean .*\\+0\\.0% to \\+0\\.0%: noise$")
                .containsPattern("(?m)^p50 .*\\+0\\.0% to \\+0\\.0%: noise$");
    }

    private static void makeSteps(JsonObject run) {
        JsonArray timeline = run.getAsJsonArray("timeline");
        for (int i = SLICES / 2; i < SLICES; i++) {
            Histogram histogram = Interval.newHistogram();
            histogram.recordValueWithCount(100_000_000, 2 * ANSWERS);
            timeline.get(i).getAsJsonObject().addProperty("histogram", encode(histogram));
        }
        for (int i = 0; i < 2; i++) {
            JsonObject step = new JsonObject();
            step.addProperty("seconds", SLICES / 2);
            run.getAsJsonArray("steps").add(step);
        }
    }
}
