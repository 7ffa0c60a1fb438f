package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both programs on io_uring, as they are asked for it and name it. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT) // mostly waits
final class EngineIT {
    @TempDir private Path folder;

    private ServerProcess server;

    @BeforeEach
    void assumeRings() throws IOException {
        Rings.assumeAvailable();
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private static void echo(Socket socket, int bytes) throws IOException {
        byte[] sent = "x".repeat(bytes).getBytes(UTF_8);
        socket.getOutputStream().write(sent);
        assertThat(socket.getInputStream().readNBytes(bytes)).isEqualTo(sent);
    }

    private void assertServed(String requests) throws Exception {
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: " + requests + " requests served, 0 errors");
        assertThat(server.err().all()).isEmpty();
    }

    /** Auto says nothing where it takes what is best. */
    @ParameterizedTest
    @ValueSource(strings = {"--engine=io_uring", "--engine=auto"})
    void startLinesAreExact(String option) throws Exception {
        server = ServerProcess.start(option);
        int port = server.port();
        assertThat(server.out().all())
                .containsExactly(
                        "Starting io_uring server on port " + port,
                        "Using completion mode",
                        "Max events per wait: 1024");
        try (Socket socket = server.connect()) {
            for (int i = 0; i < 3; i++) {
                echo(socket, 64);
            }
        }
        assertServed("3");
    }

    /** In the words of who asked. */
    @ParameterizedTest
    @CsvSource({
        "--trigger=level, level-triggered, --trigger level is of --engine epoll",
        "--read-until=short, edge-triggered, --read-until is an option of --engine epoll",
        "--read-until=eagain, edge-triggered, --read-until is an option of --engine epoll"
    })
    void autoTakesEpollForWhatIsOfEpoll(String option, String mode, String why) throws Exception {
        server = ServerProcess.start("--engine=auto", option);
        int port = server.port();
        assertThat(server.out().all().subList(0, 2))
                .containsExactly(
                        "Starting epoll server on port " + port, "Using " + mode + " mode");
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().all())
                .containsExactly("myepollserver: --engine auto takes epoll: " + why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--reactors=3", "--reactors=3 --accept=shared", "--reactors=1 --pin"})
    void eachReactorHasARing(String options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options.split(" ", -1)));
        all.add("--engine=io_uring");
        server = ServerProcess.start(all.toArray(String[]::new));
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            sockets.add(server.connect());
        }
        for (Socket socket : sockets) {
            echo(socket, 100);
            socket.close();
        }
        assertThat(server.out().all().get(3)).startsWith("Reactors: ");
        assertServed("30");
    }

    /** What the tester calls answered is what the server counted. */
    @ParameterizedTest
    @CsvSource({
        "--reactors=1, --threads=1, 1, 20000",
        "--reactors=1, --threads=1, 1000, 50000",
        "--reactors=2, --threads=2, 100, 50000"
    })
    void echoesAreCountedAlike(String reactors, String threads, String connections, String requests)
            throws Exception {
        server = ServerProcess.start("--engine=io_uring", reactors);
        try (ServerProcess loadtest =
                ServerProcess.launch(
                        "./loadtest",
                        "-q",
                        "--engine=io_uring",
                        threads,
                        "-c",
                        connections,
                        "-r",
                        requests,
                        "127.0.0.1:" + server.port())) {
            assertThat(loadtest.awaitExit()).isZero();
            assertThat(loadtest.err().all()).isEmpty();
            assertThat(loadtest.out().all())
                    .contains("Requests: " + requests, "  Errors: 0")
                    .anyMatch(line -> line.startsWith("Client: on io_uring, "));
        }
        assertServed(requests);
    }

    /** Large ones are sent by other calls than small ones. */
    @ParameterizedTest
    @CsvSource({
        "5, --reactors=1, --pipeline=1",
        "5, --reactors=1, --pipeline=16",
        "5, --reactors=2, --requests-per-connection=1",
        "100000, --reactors=1, --pipeline=1",
        "3000000, --reactors=2, --pipeline=2"
    })
    void filesAreServedWhole(int bytes, String reactors, String option) throws Exception {
        Files.write(folder.resolve("file"), new byte[bytes]);
        server =
                ServerProcess.start(
                        "--engine=io_uring", reactors, "--protocol", "http", "--root=" + folder);
        int requests = bytes > 1_000_000 ? 200 : 3000;
        String url = "http://127.0.0.1:" + server.port() + "/file";
        try (ServerProcess loadtest =
                ServerProcess.launch(
                        "./loadtest",
                        "-q",
                        "--engine=auto",
                        "-c",
                        "20",
                        "-r",
                        "" + requests,
                        option,
                        url)) {
            assertThat(loadtest.awaitExit()).isZero();
            assertThat(loadtest.err().all()).isEmpty();
            assertThat(loadtest.out().all())
                    .contains("  Errors: 0")
                    .anyMatch(line -> line.startsWith("Answers by status: 2xx "))
                    .anyMatch(line -> line.startsWith("Client: on io_uring, "));
        }
        assertServed("" + requests);
    }
}
