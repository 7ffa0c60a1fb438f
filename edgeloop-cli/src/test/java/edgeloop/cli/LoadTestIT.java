package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./loadtest} as a process, against {@code ./myepollserver} as another. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT) // mostly waits
class LoadTestIT {
    @TempDir private Path folder;
    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start();
    }

    @AfterEach
    void end() {
        server.close();
    }

    private ServerProcess load(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 2];
        command[0] = "./loadtest";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        command[command.length - 1] = "127.0.0.1:" + server.port();
        return ServerProcess.launch(command);
    }

    /** Also where a quick client's next request is there before the server's drain has ended. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1000})
    void whatItCallsAnsweredIsWhatTheServerCounted(int connections) throws Exception {
        try (ServerProcess loadtest = load("-q", "-c", "" + connections, "-r", "50000")) {
            assertThat(loadtest.awaitExit()).isZero();
            assertThat(loadtest.err().all()).isEmpty();
            assertThat(loadtest.out().all())
                    .contains("Requests: 50000", "  Errors: 0")
                    .anyMatch(line -> line.startsWith("Books: 50,000 scheduled = 50,000 answered"));
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: 50000 requests served, 0 errors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--pipeline=1", "--pipeline=8", "--requests-per-connection=1"})
    void httpServedByMyepollserverIsWithoutError(String option) throws Exception {
        Files.writeString(folder.resolve("index.html"), "hello");
        try (ServerProcess http =
                ServerProcess.start("--protocol", "http", "--root", folder.toString())) {
            String url = "http://127.0.0.1:" + http.port() + "/index.html";
            try (ServerProcess loadtest =
                    ServerProcess.launch(
                            "./loadtest", "-q", "-c", "50", "-r", "5000", option, url)) {
                assertThat(loadtest.awaitExit()).isZero();
                assertThat(loadtest.out().all())
                        .contains("  Errors: 0", "Answers by status: 2xx 5,000");
            }
            http.signal("TERM");
            assertThat(http.awaitExit()).isZero();
            assertThat(http.out().all().getLast())
                    .isEqualTo("Final stats: 5000 requests served, 0 errors");
        }
    }

    /** From a script's background job too, which the shell starts with SIGINT ignored. */
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void aSignalEndsTheRunAndItIsStillReported(String signal) throws Exception {
        try (ServerProcess loadtest = load("-c", "5", "-d", "1h")) {
            loadtest.err().await(".*p99 .*");
            loadtest.signal(signal);
            assertThat(loadtest.awaitExit()).isZero();
            assertThat(loadtest.out().all().getFirst()).isEqualTo("Connections: 5");
            assertThat(loadtest.out().all())
                    .contains("Ended early: interrupted")
                    .anyMatch(line -> line.startsWith("Books: "));
        }
    }

    @Test
    void aSignalEndsASearchWhichSaysSo() throws Exception {
        try (ServerProcess loadtest = load("--find-max", "p99<5s", "--rate", "10", "-d", "300ms")) {
            loadtest.err().await(".* holds .*");
            loadtest.signal("INT");
            assertThat(loadtest.awaitExit()).isZero();
            assertThat(loadtest.out().all()).contains("Ended early: interrupted");
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void aSignalEndsTheWaitForAServer(String signal, int exitCode) throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (ServerProcess loadtest =
                ServerProcess.launch("./loadtest", "--wait", "1h", "127.0.0.1:" + port)) {
            loadtest.err().await(".*waiting up to 3600.0 s for 127.0.0.1:" + port);
            loadtest.signal(signal);
            assertThat(loadtest.awaitExit()).isEqualTo(exitCode);
            assertThat(loadtest.out().all()).isEmpty();
            assertThat(loadtest.err().all()).hasSize(1);
        }
    }

    @Test
    void resultsThatCannotBeWrittenAreAnError() throws Exception {
        String target = "127.0.0.1:" + server.port();
        try (ServerProcess loadtest =
                ServerProcess.launch("sh", "-c", "./loadtest -q -r 10 " + target + " >/dev/full")) {
            assertThat(loadtest.awaitExit()).isEqualTo(1);
            assertThat(loadtest.err().all())
                    .singleElement()
                    .asString()
                    .contains("cannot write to standard output");
        }
    }

    @Test
    void softDescriptorLimitIsNoLimit() throws Exception {
        String target = "127.0.0.1:" + server.port();
        try (ServerProcess loadtest =
                ServerProcess.launch(
                        "sh",
                        "-c",
                        "ulimit -Sn 128 && exec ./loadtest -q -c 300 -r 3000 " + target)) {
            assertThat(loadtest.awaitExit()).isZero();
            assertThat(loadtest.out().all()).contains("  Errors: 0");
        }
    }

    @Test
    void tooFewDescriptorsAreSaidInOneLineWithTheWayOut() throws Exception {
        String target = "127.0.0.1:" + server.port();
        try (ServerProcess loadtest =
                ServerProcess.launch(
                        "sh",
                        "-c",
                        "ulimit -n 200 && exec ./loadtest -q -c 300 -r 3000 " + target)) {
            assertThat(loadtest.awaitExit()).isEqualTo(1);
            assertThat(loadtest.out().all()).isEqualTo(List.of());
            assertThat(loadtest.err().all())
                    .singleElement()
                    .asString()
                    .contains("ulimit -Hn", "-c 136");
        }
    }

    /** Neither its classes nor OpenSSL: that costs a start tens of milliseconds. */
    @Test
    void withoutTlsNothingOfItIsLoaded() throws Exception {
        Path log = folder.resolve("classes.log");
        String target = "127.0.0.1:" + server.port();
        try (ServerProcess loadtest =
                ServerProcess.launchWith(
                        "-Xlog:class+load,library:file=" + log,
                        "./loadtest",
                        "-q",
                        "-r",
                        "100",
                        target)) {
            assertThat(loadtest.awaitExit()).isZero();
        }
        assertThat(Files.readAllLines(log))
                .anyMatch(line -> line.contains("edgeloop.cli.load.LoadCommand"))
                .noneMatch(line -> line.contains(" edgeloop.tls.") || line.contains("libssl"));
    }
}
