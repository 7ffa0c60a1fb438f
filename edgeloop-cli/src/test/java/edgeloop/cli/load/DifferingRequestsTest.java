package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.Server;
import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.protocol.DataFile;
import edgeloop.cli.load.protocol.Exchange;
import edgeloop.cli.load.protocol.Expectation;
import edgeloop.cli.load.protocol.Placeholders;
import edgeloop.cli.load.protocol.RequestMix;
import edgeloop.cli.load.protocol.RequestSource;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import edgeloop.http.Http;
import edgeloop.http.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that differ: from the command line to the server, and what is expected of each. */
class DifferingRequestsTest {
    @TempDir private Path folder;

    private String file(String name, String content) throws Exception {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    /** Runs against an HTTP server that answers 204, and tells what it was asked. */
    private static List<String> asked(String path, int requests, String... options)
            throws Exception {
        return asked(path, requests, 1, options);
    }

    private static List<String> asked(String path, int requests, int connections, String... options)
            throws Exception {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        try (Server server =
                Server.start(
                        0,
                        Http.serve(
                                request -> {
                                    asked.add(request.method() + " " + request.target());
                                    return Response.text(200, "x");
                                }))) {
            List<String> arguments = new ArrayList<>(List.of(options));
            arguments.addAll(List.of("-q", "-c", "" + connections, "-r", "" + requests));
            arguments.add("http://127.0.0.1:" + server.port() + path);
            Runs.Outcome run = Runs.loadtest(arguments.toArray(String[]::new));
            assertThat(run.err()).isEmpty();
            assertThat(run.out()).contains("Errors: 0\n");
        }
        return asked;
    }

    @Test
    void rowsAreSentOneAfterTheOther() throws Exception {
        String data = file("d.csv", "id\na\nb\nc\n");
        assertThat(asked("/{id}?n={seq}", 4, "--data", data))
                .containsExactly("GET /a?n=1", "GET /b?n=2", "GET /c?n=3", "GET /a?n=4");
    }

    @ParameterizedTest
    @CsvSource({"sequential", "shuffle"})
    void shardsShareNumbersAndRows(String order) throws Exception {
        String data = file("d.csv", "id\na\nb\nc\nd\ne\nf\n");
        List<String> numbers = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (String shard : List.of("1/3", "2/3", "3/3")) {
            String[] options = {"--data", data, "--data-order", order, "--shard", shard};
            for (String request : asked("/{id}?n={seq}", 6, 3, options)) {
                numbers.add(request.substring(request.indexOf('=') + 1));
                rows.add(request.substring(5, 6));
            }
        }
        assertThat(numbers).containsExactly("1", "4", "2", "5", "3", "6");
        assertThat(rows).containsExactlyInAnyOrder("a", "b", "c", "d", "e", "f");
        if (order.equals("sequential")) {
            assertThat(rows).containsExactly("a", "d", "b", "e", "c", "f");
        }
    }

    @Test
    void filesStandInTheResults() throws Exception {
        Path json = folder.resolve("r.json");
        String data = file("d.csv", "id\na\n");
        String requests = file("r.jsonl", "{\"path\": \"/{id}\"}\n");
        List<String> _ =
                asked(
                        "/",
                        1,
                        "--data",
                        data,
                        "--requests-file",
                        requests,
                        "--json",
                        json.toString());
        Results.Config config = ResultsFile.read(json).config();
        assertThat(config.data()).isEqualTo(data);
        assertThat(config.requestsFile()).isEqualTo(requests);
        assertThat(config.dataOrder()).isEqualTo("sequential");
        List<String> _ = asked("/", 1, "--json", json.toString());
        assertThat(ResultsFile.read(json).config().dataOrder()).isNull();
    }

    @Test
    void shuffledRowsAreAllSentAndTheSameByTheSeed() throws Exception {
        String data =
                file("d.jsonl", "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n{\"id\":5}\n");
        String[] options = {"--data", data, "--data-order", "shuffle", "--seed", "3"};
        List<String> first = asked("/{id}", 5, options);
        assertThat(first)
                .containsExactlyInAnyOrder("GET /1", "GET /2", "GET /3", "GET /4", "GET /5")
                .isNotEqualTo(first.stream().sorted().toList())
                .isEqualTo(asked("/{id}", 5, options));
    }

    @Test
    void requestsOfAFileAreSentByTheirWeights() throws Exception {
        String requests =
                file(
                        "r.jsonl",
                        """
                        {"path":"/read/{id}","weight":3}
                        {"method":"HEAD","path":"/read"}
                        {"path":"/write","body":{"id":"{seq}"},"headers":{"X":["1","2"]}}
                        """);
        String data = file("d.csv", "id\na\nb\n");
        List<String> asked = asked("/", 10, "--requests-file", requests, "--data", data);
        assertThat(asked.stream().collect(Collectors.groupingBy(r -> r, Collectors.counting())))
                .isEqualTo(
                        Map.of(
                                "GET /read/a", 3L,
                                "GET /read/b", 3L,
                                "HEAD /read", 2L,
                                "POST /write", 2L));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 8", "3, 8"})
    void anEchoIsThatOfItsOwnRequest(int connections, int pipeline) throws Exception {
        String data = file("d.csv", "v\nfirst\n2\n" + "third".repeat(1000) + "\n");
        try (Server server = Server.start(0, _ -> (connection, in) -> connection.write(in))) {
            Runs.Outcome run =
                    Runs.loadtest(
                            "-q",
                            "-r",
                            "2000",
                            "-c",
                            "" + connections,
                            "--pipeline",
                            "" + pipeline,
                            "--payload",
                            "{seq} {v} {random:hex:8} {uuid}\\n",
                            "--data",
                            data,
                            "127.0.0.1:" + server.port());
            assertThat(run.out()).contains("Requests: 2000\n", "Errors: 0\n");
        }
    }

    @Test
    void theEchoOfAnotherRequestIsAMismatch() throws Exception {
        try (FaultyServer server =
                FaultyServer.start(
                        (connection, request, number) ->
                                connection.write(
                                        number == 5
                                                ? "x".repeat(64).getBytes(StandardCharsets.US_ASCII)
                                                : request))) {
            Runs.Outcome run =
                    Runs.loadtest(
                            "-q",
                            "-r",
                            "50",
                            "-c",
                            "1",
                            "--payload",
                            "{random:alnum:64}",
                            "127.0.0.1:" + server.port());
            assertThat(run.out()).contains("Errors: 1\n").contains("mismatch");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--data d.txt|a name ends with .csv or .jsonl",
                "--data none.csv|none.csv: there is no such file",
                "--data empty.csv|empty.csv has no columns",
                "--data header.csv|header.csv has no rows",
                "--data short.csv|short.csv line 3: Record 3 has 1 fields",
                "--data quote.csv|quote.csv line 3: Unexpected character",
                "--data twice.csv|twice.csv line 1: two columns are named 'id'",
                "--data open.csv|open.csv line 2: a quote is not closed",
                "--data empty-value.csv|empty-value.csv line 3: 'id' is empty",
                "--data no-name.csv|no-name.csv has a column without a name",
                "--data key-twice.jsonl|key-twice.jsonl line 4: 'id' stands twice in one object",
                "--data first-twice.jsonl|first-twice.jsonl line 2: 'id' stands twice",
                "--data latin.csv|latin.csv line 3: not in UTF-8",
                "--data other.csv|'{id}' is no column of",
                "--data bad.jsonl|bad.jsonl line 2: not an object of JSON, see column 9",
                "--data array.jsonl|array.jsonl line 1: not an object of JSON",
                "--data missing.jsonl|missing.jsonl line 2: no 'id'",
                "--data control.jsonl -H X:{id}|control.jsonl line 1: 'id' has a control",
                "--data good.csv --requests-file plain.jsonl|is not used",
                "--data-order shuffle|--data-order goes with",
                "--data-order none --data good.csv|--data-order",
                "--requests-file none.jsonl|none.jsonl: there is no such file",
                "--requests-file header.csv|header.csv line 1: not an object of JSON",
                "--requests-file blank.jsonl|blank.jsonl has no requests",
                "--requests-file key.jsonl|key.jsonl line 2: 'paht' is not known",
                "--requests-file weight.jsonl|1 to 1000000, not 0",
                "--requests-file text.jsonl|text.jsonl line 1: 'path' is a text, not 7",
                "--requests-file deep.jsonl|deep.jsonl line 1: 'a' stands twice in one object",
                "--requests-file path.jsonl|path.jsonl line 1: path 'x' is none",
                "--requests-file method.jsonl|method.jsonl line 1: 'G(T' is no method",
                "--requests-file field.jsonl|field.jsonl line 1: 'a b: c': write",
                "--requests-file plain.jsonl -X PUT|without --method and --body",
                "-H X:{random:hex}|{random:hex:16}",
            })
    void whatIsWrongIsSaidInOneLine(String options, String named) throws Exception {
        file("d.txt", "id\n1\n");
        file("empty.csv", "");
        file("header.csv", "id\n");
        file("short.csv", "id,b\n1,2\n3\n");
        file("quote.csv", "id\n1\n\"2\"x\n");
        file("open.csv", "id,b\n1,\"x\n2,3\n\"\"");
        file("empty-value.csv", "id,b\n1,\n,2\n");
        file("no-name.csv", "id,\n1,2\n");
        file("key-twice.jsonl", "{\"id\":1}\n\n{\"id\":2}\n{\"id\":3,\"id\":4}\n");
        file("first-twice.jsonl", "\n{\"id\":3,\"id\":4}\n");
        file("text.jsonl", "{\"path\":7}\n");
        file("deep.jsonl", "{\"body\":[{\"a\":1,\"a\":2}]}\n");
        file("twice.csv", "id,id\n1,2\n");
        Files.write(
                folder.resolve("latin.csv"),
                "id\n1\n\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
        file("other.csv", "x\n1\n");
        file("bad.jsonl", "{\"id\":1}\n{\"id\":2]\n");
        file("array.jsonl", "[1]\n");
        file("missing.jsonl", "{\"id\":1}\n{\"x\":2}\n");
        file("control.jsonl", "{\"id\":\"a\\r\\nb\"}\n");
        file("good.csv", "id\n1\n");
        file("plain.jsonl", "{\"path\":\"/x\"}\n");
        file("blank.jsonl", "\n\n");
        file("key.jsonl", "{\"path\":\"/\"}\n{\"paht\":\"/\"}\n");
        file("weight.jsonl", "{\"path\":\"/\",\"weight\":0}\n");
        file("path.jsonl", "{\"path\":\"x\"}\n");
        file("method.jsonl", "{\"method\":\"G(T\"}\n");
        file("field.jsonl", "{\"headers\":{\"a b\":\"c\"}}\n");
        List<String> arguments =
                new ArrayList<>(
                        Arrays.stream(options.split(" ", -1))
                                .map(o -> o.matches(".+\\.(csv|txt|jsonl)") ? folder + "/" + o : o)
                                .toList());
        arguments.add("http://localhost/{id}");
        Runs.Outcome run = Runs.loadtest(arguments.toArray(String[]::new));
        assertThat(run.err()).hasLineCount(1).contains(named).doesNotContain("gson");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aPayloadIsEmptyInNoRow() throws Exception {
        Runs.Outcome run =
                Runs.loadtest(
                        "--payload",
                        "{v}",
                        "--data",
                        file("d.csv", "v,w\n1,\n,2\n"),
                        "localhost:1");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("line 3: 'v' is empty");
    }

    /** As for requests that are the same each time: see AllocationTest. */
    @Test
    void nothingIsAllocatedPerRequest() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE);
                DataFile data = DataFile.open(Path.of(file("d.csv", "v\naaaa\nbbbb\ncccc\n")))) {
            Placeholders placeholders = new Placeholders(data, 1);
            RequestMix.Builder requests = new RequestMix.Builder();
            requests.add(placeholders.content("{v}{uuid}{random:hex:24}"), 3);
            requests.add(placeholders.content("{random:digits:60}{v}"), 1);
            RequestSource sent = requests.build(data, null, Shard.WHOLE);
            Exchange exchange = new Exchange(sent, new Expectation("echo").reader(sent), "echo");
            StageOutcome outcome =
                    Runs.run(
                                    Runs.exchanging(Runs.echoes(server.port(), 20), exchange),
                                    new StagePlan(
                                            0,
                                            false,
                                            1,
                                            0,
                                            Duration.ofSeconds(3).toNanos(),
                                            Duration.ofSeconds(3).toNanos(),
                                            0))
                            .outcome();
            assertThat(outcome.errors()).isEmpty();
            assertThat((double) outcome.usage().threadAllocatedBytes() / outcome.answered())
                    .isLessThan(1);
        }
    }
}
