package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.Connection;
import edgeloop.Server;
import edgeloop.Transport;
import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import edgeloop.http.Http;
import edgeloop.http.Response;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several threads send one load, and what comes of it is one set of figures. */
class ThreadsTest {
    @TempDir private Path folder;

    private Results results(FaultyServer server, String... options) throws Exception {
        return results("localhost:" + server.port(), options);
    }

    private Results results(String target, String... options) throws Exception {
        Path json = folder.resolve("r.json");
        List<String> arguments = new ArrayList<>(List.of("-q", "--json", json.toString()));
        arguments.addAll(List.of(options));
        arguments.add(target);
        Runs.Outcome run = Runs.loadtest(arguments.toArray(String[]::new));
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return ResultsFile.read(json);
    }

    @ParameterizedTest
    @CsvSource({"7, 1000, 2", "5, 1001, 5", "100, 2345, 3"})
    void asManyRequestsOnAsManyConnectionsAsWereAskedFor(int connections, int requests, int threads)
            throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results =
                    results(
                            server,
                            "-c",
                            "" + connections,
                            "-r",
                            "" + requests,
                            "--threads",
                            "" + threads);
            assertThat(results.requests().answered()).isEqualTo(requests);
            assertThat(results.requests().scheduled()).isEqualTo(requests);
            assertThat(results.connections().established()).isEqualTo(connections);
            assertThat(results.response().count()).isEqualTo(requests);
            assertThat(results.connect().count()).isEqualTo(connections);
            assertThat(results.config().threads()).isEqualTo(threads);
            assertThat(results.errorCount()).isZero();
            assertThat(results.booksBalance()).isTrue();
        }
    }

    /** 1,000 a second for a second, equally far apart, whichever thread sends them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void scheduleIsOne(int threads) throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results =
                    results(
                            server,
                            "-c",
                            "8",
                            "--rate",
                            "1000",
                            "-d",
                            "1s",
                            "--warmup",
                            "500ms",
                            "--threads",
                            "" + threads);
            assertThat(results.requests().scheduled()).isEqualTo(1000);
            assertThat(results.requests().answered()).isEqualTo(1000);
            assertThat(results.requests().unmeasured()).isEqualTo(500);
            assertThat(results.totalSeconds()).isCloseTo(1, within(0.001));
            assertThat(results.config().ratesPerSecond()).containsExactly(1000.0);
            long inSlices =
                    results.timeline().stream().mapToLong(Results.TimelineSlice::samples).sum();
            assertThat(inSlices).isEqualTo(1000);
        }
    }

    /** Slices follow each other, and each has the connections of all threads. */
    @Test
    void courseIsOne() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results =
                    results(server, "-c", "9", "-d", "2s", "--warmup", "0", "--threads", "3");
            List<Results.TimelineSlice> slices = results.timeline();
            double end = 0;
            for (Results.TimelineSlice slice : slices) {
                assertThat(slice.beginSeconds()).isCloseTo(end, within(1e-9));
                assertThat(slice.connections()).isEqualTo(9);
                end = slice.endSeconds();
            }
            assertThat(slices).hasSizeBetween(5, 12);
            assertThat(slices.stream().mapToLong(Results.TimelineSlice::answered).sum())
                    .isEqualTo(results.requests().answered());
        }
    }

    @Test
    void numbersOfRequestsAreEachOfOneRequest() throws Exception {
        Set<String> asked = ConcurrentHashMap.newKeySet();
        try (Server server =
                Server.start(
                        0,
                        Http.serve(
                                request -> {
                                    asked.add(request.target());
                                    return Response.empty(204);
                                }))) {
            Results results =
                    results(
                            "http://localhost:" + server.port() + "/{seq}",
                            "-c",
                            "6",
                            "-r",
                            "600",
                            "--threads",
                            "3");
            assertThat(results.requests().answered()).isEqualTo(600);
        }
        assertThat(asked)
                .isEqualTo(
                        IntStream.rangeClosed(1, 600)
                                .mapToObj(i -> "/" + i)
                                .collect(Collectors.toSet()));
    }

    @Test
    void serverThatGoesEndsTheRunOfAll() throws Exception {
        Server server = Server.start(0, _ -> Connection::write);
        Thread closing =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (server.stats().requests() < 500) {
                                        Thread.onSpinWait();
                                    }
                                    server.close();
                                });
        Path json = folder.resolve("r.json");
        Runs.Outcome run =
                Runs.loadtest(
                        "-q",
                        "--json",
                        json.toString(),
                        "-c",
                        "4",
                        "-d",
                        "60s",
                        "--warmup",
                        "0",
                        "--threads",
                        "2",
                        "localhost:" + server.port());
        closing.join();
        assertThat(run.out()).contains("Ended early: ").contains("the server is gone");
        Results results = ResultsFile.read(json);
        assertThat(results.booksBalance()).isTrue();
        assertThat(results.requests().endedEarly()).hasSize(1);
    }

    /** A bound that nobody asked for does not come of uneven parts. */
    @ParameterizedTest
    @CsvSource({"3, 100, 300, 200, 100", "3, 100, 150, 75, 75", "11, 3, 33, 18, 15"})
    void requestsOnTheirWayAreThoseOfTheParts(
            int connections, int pipeline, int inFlight, int first, int second) {
        EngineOptions echoes = Runs.echoes(1, connections);
        EngineOptions all =
                new EngineOptions(
                        echoes.target(),
                        echoes.sources(),
                        connections,
                        0,
                        echoes.connectTimeout(),
                        pipeline,
                        inFlight,
                        0,
                        echoes.exchange(),
                        echoes.timeoutNanos(),
                        Transport.EPOLL,
                        echoes.tls());
        assertThat(all.part(Shard.WHOLE.part(0, 2), echoes.exchange()).concurrency())
                .isEqualTo(first);
        assertThat(all.part(Shard.WHOLE.part(1, 2), echoes.exchange()).concurrency())
                .isEqualTo(second);
    }

    @Test
    void autoIsNoMoreThanThereIsToDo() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Results results = results(server, "-c", "1", "-r", "10", "--threads", "auto");
            assertThat(results.config().threads()).isEqualTo(1);
            assertThat(results.requests().answered()).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--threads=0; --threads must be a number from 1 to 256, or auto, not 0",
                "--threads=x; --threads must be a number from 1 to 256, or auto, not 'x'",
                "--threads=4 -c 3; --threads 4 needs --connections of as many at least",
                "--threads=2 --in-flight 1; --threads 2 needs --in-flight of as many at least",
                "--threads=2 -r 1; --threads 2 needs --requests of as many at least",
            })
    void whatLeavesNothingForSomeIsRefused(String options, String line) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options.split(" ", -1)));
        arguments.add("localhost:1");
        Runs.Outcome run = Runs.loadtest(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("loadtest: " + line + "; see --help\n");
        assertThat(run.out()).isEmpty();
    }
}
