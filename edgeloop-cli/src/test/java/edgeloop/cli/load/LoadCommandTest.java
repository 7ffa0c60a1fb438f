package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line: what it prints, what it writes and how it ends. */
class LoadCommandTest {
    @TempDir private Path folder;

    @Test
    void theFirstLinesAreTheContract() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Outcome run =
                    Runs.loadtest("-q", "-c", "10", "-r", "1000", "localhost:" + server.port());
            assertThat(run.exitCode()).isZero();
            List<String> lines = run.out().lines().toList();
            assertThat(lines.subList(0, 5))
                    .containsExactly(
                            "Connections: 10", "Requests: 1000", "Concurrency: 10", "", "Results:");
            assertThat(lines.get(5)).matches(" {2}Total time: \\d+\\.\\d\\d seconds");
            assertThat(lines.get(6)).matches(" {2}Requests/sec: [\\d,]+");
            assertThat(lines.get(7)).matches(" {2}Avg latency: \\d+\\.\\d+ ms");
            assertThat(lines.get(8)).matches(" {2}P99 latency: \\d+\\.\\d+ ms");
            assertThat(lines.get(9)).isEqualTo("  Errors: 0");
            assertThat(lines.get(10)).isEqualTo("  Address: 127.0.0.1:" + server.port());
            assertThat(run.err()).isEmpty();
            assertThat(server.requests()).isEqualTo(1000);
        }
    }

    @Test
    void hostAndPortMayBeTwoWords() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Outcome run = Runs.loadtest("-q", "-r", "100", "127.0.0.1", "" + server.port());
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void stepsAreRunOneByOne() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Outcome run =
                    Runs.loadtest(
                            "-q", "--rate", "100,200", "-r", "50", "localhost:" + server.port());
            assertThat(run.out()).contains("Requests: 100\n", "Steps:");
            assertThat(server.requests()).isEqualTo(100);
        }
    }

    @Test
    void theHighestRateIsFound() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Outcome run =
                    Runs.loadtest(
                            "-q",
                            "--find-max",
                            "rate<300",
                            "--rate",
                            "100",
                            "--warmup",
                            "0",
                            "-d",
                            "300ms",
                            "localhost:" + server.port());
            assertThat(run.out()).contains("hold rate<300");
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void aConditionThatHoldsFailsTheRun() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            String target = "localhost:" + server.port();
            Runs.Outcome failed = Runs.loadtest("-q", "-r", "100", "--fail-if", "p99>0us", target);
            assertThat(failed.exitCode()).isEqualTo(3);
            assertThat(failed.err()).contains("p99>0us");
            assertThat(Runs.loadtest("-q", "-r", "100", "--fail-if", "errors>0", target).exitCode())
                    .isZero();
        }
    }

    @Test
    void nobodyListeningIsSaidInOneLine() throws Exception {
        int port;
        try (FaultyServer closed = FaultyServer.start(FaultyServer.NONE)) {
            port = closed.port();
        }
        Runs.Outcome run = Runs.loadtest("-q", "-c", "3", "-r", "10", "127.0.0.1:" + port);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains("127.0.0.1:" + port + ": 3 refused");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--rate 10, localhost:1|--rate must be a number from 0.001 to 1,000,000,000, not '10,'",
                "--rate 10,,20 localhost:1|not ''",
                "--rate 10,20,, localhost:1|not ','",
                "--seed x localhost:1|--seed must be a whole number from -2^63 to 2^63 - 1, not 'x'",
                "--seed 99999999999999999999 localhost:1|--seed must be a whole number",
                "--engine x localhost:1|--engine must be epoll, io_uring or auto, not 'x'",
                "--arrivals x localhost:1|--arrivals must be constant or poisson, not 'x'",
                "--data-order x localhost:1|--data-order must be sequential or shuffle, not 'x'",
                "--no-such localhost:1|--no-such",
                "localhost|no port",
                "localhost:0|from 1 to 65535",
                "::1:80|ambiguous",
                "-c 0 localhost:1|--connections",
                "-r x localhost:1|--requests",
                "-r 1 -d 1s localhost:1|exclude",
                "--size 1 --payload x localhost:1|exclude",
                "--payload \\q localhost:1|backslash",
                "--payload @/no/such localhost:1|/no/such",
                "--expect length:x localhost:1|length",
                "--expect pattern:( localhost:1|regular expression",
                "--fail-if p99 localhost:1|condition",
                "--find-max p99<5 localhost:1|condition",
                "--find-max p99>5ms localhost:1|--find-max p99>5ms would hold",
                "--payload hex:0 localhost:1|two hexadecimal digits for each byte",
                "--find-max p99<5ms -r 5 localhost:1|--find-max",
                "--rate 0 localhost:1|--rate",
                "--duration 0 localhost:1|--duration",
                "--connect-timeout 0 localhost:1|--connect-timeout",
                "-4 -6 localhost:1|-4 and -6",
                "-6 127.0.0.1:1|has no IPv6 address",
                "-4 [::1]:1|has no IPv4 address",
                "compare a.json|B.json",
            })
    void badArgumentsAreNamedInOneLine(String arguments, String named) throws Exception {
        Runs.Outcome run = Runs.loadtest(arguments.split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains(named);
    }

    @Test
    void noTargetIsABadArgument() throws Exception {
        Runs.Outcome run = Runs.loadtest();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("HOST:PORT");
    }

    @Test
    void aFileThatCannotBeWrittenIsSaidBeforeTheRun() throws Exception {
        Runs.Outcome run = Runs.loadtest("--json", "/no/such/folder/x.json", "localhost:1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("/no/such/folder/x.json");
    }

    @Test
    void twoResultsAreNotWrittenToOneFile() throws Exception {
        Path file = folder.resolve("x");
        Path sameFile = folder.resolve(".").resolve("x");
        Runs.Outcome run =
                Runs.loadtest(
                        "--json", file.toString(), "--report", sameFile.toString(), "localhost:1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("loadtest: two of the outputs name " + sameFile + "; see --help\n");
    }

    private static final List<String> OUTPUTS = List.of("--json", "--csv", "--report", "--hlog");

    @Test
    void aRunThatDidNotTakePlaceTouchesNoFile() throws Exception {
        int port;
        try (FaultyServer closed = FaultyServer.start(FaultyServer.NONE)) {
            port = closed.port();
        }
        for (String before : new String[] {null, "old"}) {
            List<String> arguments = new ArrayList<>(List.of("-q", "-r", "10"));
            for (String output : OUTPUTS) {
                Path file = folder.resolve(output.substring(2));
                if (before != null) {
                    Files.writeString(file, before);
                }
                arguments.addAll(List.of(output, file.toString()));
            }
            arguments.add("localhost:" + port);
            assertThat(Runs.loadtest(arguments.toArray(String[]::new)).exitCode()).isEqualTo(1);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).hasSize(before == null ? 0 : OUTPUTS.size());
            }
            for (String output : before == null ? List.<String>of() : OUTPUTS) {
                assertThat(folder.resolve(output.substring(2))).hasContent(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json", "--csv", "--report", "--hlog"})
    void anOutputThatCannotBeWrittenKeepsNoOtherAway(String full) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-q", "-r", "10"));
        for (String output : OUTPUTS) {
            String file = folder.resolve(output.substring(2)).toString();
            arguments.addAll(List.of(output, output.equals(full) ? "/dev/full" : file));
        }
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            arguments.add("localhost:" + server.port());
            Runs.Outcome run = Runs.loadtest(arguments.toArray(String[]::new));
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).startsWith("Connections: 10\n");
            assertThat(run.err())
                    .isEqualTo("loadtest: cannot write /dev/full: No space left on device\n");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .hasSize(OUTPUTS.size() - 1)
                    .allMatch(file -> file.toFile().length() > 0);
        }
    }

    @Test
    void aLogAndAnotherOutputAreNotOneFile() throws Exception {
        String file = folder.resolve("x").toString();
        Runs.Outcome run = Runs.loadtest("--hlog", file, "--csv", file, "localhost:1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("two of the outputs name " + file);
    }

    private Results run(String name, int port, String... more) throws Exception {
        Path file = folder.resolve(name);
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("-q", "--json", file.toString(), "localhost:" + port));
        assertThat(Runs.loadtest(arguments.toArray(String[]::new)).exitCode()).isZero();
        return ResultsFile.read(file);
    }

    @Test
    void theFilesSayWhatTheTextSays() throws Exception {
        Path csv = folder.resolve("run.csv");
        Path hlog = folder.resolve("run.hlog");
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results =
                    run(
                            "run.json",
                            server.port(),
                            "-r",
                            "5000",
                            "--csv",
                            csv.toString(),
                            "--hlog",
                            hlog.toString());
            assertThat(results.requests().answered()).isEqualTo(5000);
            assertThat(results.booksBalance()).isTrue();
            assertThat(Latencies.decode(results.response().histogram()).getTotalCount())
                    .isEqualTo(5000);
            assertThat(results.timeline().stream().mapToLong(Results.TimelineSlice::answered).sum())
                    .isEqualTo(5000);
            assertThat(Files.readAllLines(csv)).hasSize(1 + results.timeline().size());
            long logged = 0;
            try (var reader = new HistogramLogReader(hlog.toFile())) {
                for (var h = reader.nextIntervalHistogram();
                        h != null;
                        h = reader.nextIntervalHistogram()) {
                    logged += ((Histogram) h).getTotalCount();
                }
            }
            assertThat(logged).isEqualTo(5000);
        }
    }

    @Test
    void aRunByTimeIsWarmedUpForHalfOfItAndOneByNumberNotAtAll() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results byTime = run("a.json", server.port(), "-d", "400ms");
            assertThat(byTime.config().warmupSeconds()).isEqualTo(0.2);
            assertThat(byTime.requests().unmeasured()).isPositive();
            Results asTold = run("b.json", server.port(), "-d", "200ms", "--warmup", "0");
            assertThat(asTold.requests().unmeasured()).isZero();
            Results byNumber = run("c.json", server.port(), "-r", "100");
            assertThat(byNumber.requests().answered()).isEqualTo(100);
            assertThat(byNumber.requests().unmeasured()).isZero();
        }
    }

    /** Few requests are due, and the last one is answered long before the time is over. */
    @Test
    void aRunByTimeLastsThatLong() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results run = run("a.json", server.port(), "-d", "1s", "--rate", "2", "--warmup", "0");
            assertThat(run.requests().answered()).isEqualTo(2);
            assertThat(run.requestsPerSecond()).isEqualTo(2);
        }
    }

    @Test
    void moreRequestsOnTheirWayThanFitTheHeapAreRefused() throws Exception {
        Runs.Outcome run = Runs.loadtest("-c", "100", "--pipeline", "1000000", "localhost:1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--pipeline must be at most 4000000");
    }

    @Test
    void twoRunsOfOneServerDifferByNoise() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            run("a.json", server.port(), "-d", "3s", "--rate", "500");
            run("b.json", server.port(), "-d", "3s", "--rate", "500");
            Runs.Outcome compared =
                    Runs.loadtest(
                            "compare",
                            folder.resolve("a.json").toString(),
                            folder.resolve("b.json").toString());
            assertThat(compared.exitCode()).isZero();
            assertThat(compared.out().lines().filter(line -> line.startsWith("requests/sec")))
                    .singleElement()
                    .asString()
                    .endsWith("noise");
        }
    }

    @Test
    void runsOfOneTimeAddUpAndOthersAreRefused() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results a = run("a.json", server.port(), "-r", "1000");
            Results b = run("b.json", server.port(), "-r", "2000");
            Path later = folder.resolve("b.json");
            Runs.Outcome refused =
                    Runs.loadtest("merge", folder.resolve("a.json").toString(), later.toString());
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).hasLineCount(1).contains("overlap");

            Runs.Outcome doubled = Runs.loadtest("merge", later.toString(), later.toString());
            assertThat(doubled.exitCode()).isEqualTo(2);
            assertThat(doubled.err())
                    .isEqualTo(
                            "loadtest merge: "
                                    + later
                                    + " is given twice, and would count twice; see --help\n");

            Runs.Outcome over =
                    Runs.loadtest(
                            "merge",
                            folder.resolve("a.json").toString(),
                            later.toString(),
                            "--json",
                            later.toString());
            assertThat(over.exitCode()).isEqualTo(2);
            assertThat(over.err()).hasLineCount(1).contains("not written to");
            assertThat(ResultsFile.read(later)).isEqualTo(b);

            Files.writeString(later, ResultsFile.toJson(b).replace(b.startedAt(), a.startedAt()));
            assertThat(Instant.parse(a.startedAt())).isBefore(Instant.parse(b.startedAt()));
            Path sum = folder.resolve("sum.json");
            Runs.Outcome merged =
                    Runs.loadtest(
                            "merge",
                            folder.resolve("a.json").toString(),
                            later.toString(),
                            "--json",
                            sum.toString());
            assertThat(merged.exitCode()).isZero();
            assertThat(merged.out()).contains("Requests: 3000\n");
            assertThat(ResultsFile.read(sum).response().count()).isEqualTo(3000);
        }
    }
}
