package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.cli.Rings;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import edgeloop.tls.ClientAuthentication;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code https://} and {@code tls://} targets. */
class TlsLoadTest {
    private static final int REQUESTS = 200;

    @TempDir private Path folder;

    @BeforeAll
    static void needsTls() {
        assumeTrue(LoadCertificates.areOfUse(), "TLS");
    }

    private static LoadCertificates certificates() {
        return LoadCertificates.get();
    }

    private static FaultyServer http() throws Exception {
        return FaultyServer.startTls(
                FaultyServer.Protocol.HTTP, certificates().server(), FaultyServer.NONE);
    }

    private static FaultyServer echo() throws Exception {
        return FaultyServer.startTls(
                FaultyServer.Protocol.RAW, certificates().server(), FaultyServer.NONE);
    }

    private static Runs.Outcome load(String target, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-q", "--warmup", "0"));
        if (!arguments.contains("-c")) {
            arguments.addAll(List.of("-c", "5"));
        }
        arguments.add(target);
        return Runs.loadtest(arguments.toArray(String[]::new));
    }

    private static Runs.Outcome trusting(String target, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("--ca", certificates().chain().toString()));
        all.addAll(List.of(options));
        return load(target, all.toArray(String[]::new));
    }

    private Results results(String target, String... options) throws Exception {
        Path json = folder.resolve("results.json");
        List<String> all = new ArrayList<>(List.of("--json", json.toString()));
        all.addAll(List.of(options));
        Runs.Outcome run = trusting(target, all.toArray(String[]::new));
        assertThat(run.exitCode()).as("%s", run).isZero();
        Results results = ResultsFile.read(json);
        assertThat(results.booksBalance()).isTrue();
        return results;
    }

    // ---- What works ---------------------------------------------------------------------------

    /** By its name, which is looked up, and by its address. */
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void httpOverTlsIsAnswered(String host) throws Exception {
        try (FaultyServer server = http()) {
            String target = "https://" + host + ":" + server.port() + "/x";
            Runs.Outcome run = trusting(target, "-4", "-r", "" + REQUESTS);
            assertThat(run.exitCode()).as("%s", run).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(run.out())
                    .contains("  Errors: 0\n  Address: 127.0.0.1:" + server.port() + "\n")
                    .containsPattern(
                            "\nConnects: 5; .*\n"
                                    + "Handshakes: 5 full, 0 resumed, avg [0-9.]+ ms, p99 [0-9.]+"
                                    + " ms, max [0-9.]+ ms\nTLS: TLSv1.3 TLS_[A-Z0-9_]+\n")
                    .contains("Answers by status: 2xx " + REQUESTS + "\n");
            assertThat(server.requests()).isEqualTo(REQUESTS);
        }
    }

    @Test
    void bytesOverTlsAreEchoed() throws Exception {
        try (FaultyServer server = echo()) {
            Results results = results("tls://127.0.0.1:" + server.port(), "-r", "" + REQUESTS);
            assertThat(results.target()).isEqualTo("tls://127.0.0.1:" + server.port());
            assertThat(results.requests().answered()).isEqualTo(REQUESTS);
            assertThat(results.requests().statuses()).isNull();
            assertThat(results.config().tls())
                    .isEqualTo(new Results.Tls(true, false, "intermediate", "auto"));
        }
    }

    /** Connecting is the kernel's, and what comes after it another figure. */
    @Test
    void handshakesAreTimedByThemselves() throws Exception {
        try (FaultyServer server = http()) {
            Results results =
                    results(
                            "https://127.0.0.1:" + server.port(),
                            "-c",
                            "1",
                            "-r",
                            "50",
                            "--requests-per-connection",
                            "1");
            Results.Handshakes handshakes = results.handshakes();
            assertThat(handshakes.full()).isEqualTo(results.connections().established());
            assertThat(handshakes.full()).isGreaterThanOrEqualTo(50);
            assertThat(handshakes.resumed()).isZero();
            assertThat(handshakes.time().count()).isGreaterThanOrEqualTo(handshakes.full());
            assertThat(handshakes.time().meanMillis())
                    .isGreaterThan(results.connect().meanMillis());
            assertThat(handshakes.agreed().values()).containsExactly(handshakes.full());
        }
    }

    @Test
    void sessionsAreTakenUpAgainWhereThatIsAskedFor() throws Exception {
        try (FaultyServer server = http()) {
            Results results =
                    results(
                            "https://127.0.0.1:" + server.port(),
                            "-c",
                            "1",
                            "-r",
                            "50",
                            "--tls-resume",
                            "--requests-per-connection",
                            "1");
            assertThat(results.handshakes().full()).isPositive();
            assertThat(results.handshakes().resumed()).isGreaterThan(results.handshakes().full());
            assertThat(results.config().tls().resumption()).isTrue();
        }
    }

    @Test
    void serverThatNobodyVouchesForIsLoadedIfAsked() throws Exception {
        try (FaultyServer server = http()) {
            Runs.Outcome run =
                    load("https://127.0.0.1:" + server.port(), "--insecure", "-r", "" + REQUESTS);
            assertThat(run.exitCode()).as("%s", run).isZero();
            assertThat(run.out()).contains("; the server is not verified\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--threads 2 --rate 400 -d 1s",
        "--tls-profile modern -d 300ms",
        "--pipeline 4 --in-flight 7 -d 300ms",
        "--engine io_uring -r 500 --requests-per-connection 7",
    })
    void itGoesWithOtherOptions(String options) throws Exception {
        Rings.assumeAvailableFor(options);
        try (FaultyServer server = echo()) {
            String target = "tls://127.0.0.1:" + server.port();
            Results results = results(target, options.split(" ", -1));
            assertThat(results.requests().answered()).isPositive();
            assertThat(results.errorCount()).isZero();
        }
    }

    @Test
    void clientMayShowACertificate() throws Exception {
        Path chain = certificates().chain();
        try (FaultyServer server =
                FaultyServer.startTls(
                        FaultyServer.Protocol.HTTP,
                        certificates()
                                .server()
                                .withClientAuthentication(ClientAuthentication.DEMAND, chain),
                        FaultyServer.NONE)) {
            String target = "https://127.0.0.1:" + server.port();
            Runs.Outcome without = trusting(target, "-r", "10");
            assertThat(without.exitCode()).as("%s", without).isEqualTo(1);
            assertThat(without.err()).hasLineCount(1).contains("--tls-cert FILE --tls-key FILE");
            String key = certificates().key().toString();
            Runs.Outcome with =
                    trusting(target, "-r", "10", "--tls-cert", chain.toString(), "--tls-key", key);
            assertThat(with.exitCode()).as("%s", with).isZero();
        }
    }

    // ---- What does not ------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "'', 'the certificate of 127.0.0.1 is refused: ', 'by --ca FILE, or load it unverified by --insecure'",
        "--tls-name other.test --ca CHAIN, 'the certificate of other.test is refused: ', 'by --tls-name NAME, or none by --insecure'",
        "--ca /no/such, '', /no/such",
        "--tls-key KEY --tls-cert /no/such, '', /no/such",
    })
    void whatIsRefusedIsSaidBeforeTheLoad(String options, String what, String wayOut)
            throws Exception {
        try (FaultyServer server = http()) {
            String all =
                    options.replace("CHAIN", certificates().chain().toString())
                            .replace("KEY", certificates().key().toString());
            String[] words = all.isEmpty() ? new String[0] : all.split(" ", -1);
            Runs.Outcome run = load("https://127.0.0.1:" + server.port(), words);
            assertThat(run.exitCode()).as("%s", run).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).hasLineCount(1).startsWith("loadtest: " + what).contains(wayOut);
            assertThat(server.requests()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RAW", "HTTP"})
    void serverWithoutTlsIsNamed(FaultyServer.Protocol protocol) throws Exception {
        // Neither an echo of what was said nor a line in HTTP is what TLS has next.
        try (FaultyServer server =
                FaultyServer.start(
                        protocol, (connection, request, _) -> connection.write(request))) {
            Runs.Outcome run =
                    load("https://127.0.0.1:" + server.port(), "--connect-timeout", "500ms");
            assertThat(run.exitCode()).as("%s", run).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .hasLineCount(1)
                    .startsWith(
                            "loadtest: TLS could not be established with 127.0.0.1:"
                                    + server.port()
                                    + ": ")
                    .contains("does it speak TLS on that port? Without TLS write http://");
        }
    }

    @ParameterizedTest
    @CsvSource({"http://, /, https://", "'', '', tls://"})
    void serverThatWantsTlsIsNamed(String scheme, String path, String wanted) throws Exception {
        try (FaultyServer server = http()) {
            String at = "127.0.0.1:" + server.port();
            Runs.Outcome run = load(scheme + at + path, "-r", "20");
            assertThat(run.out()).contains("Books: 20 scheduled = 0 answered + 20 failed");
            assertThat(run.err())
                    .as("%s", run)
                    .isEqualTo(
                            "loadtest: " + at + " speaks TLS: write " + wanted + at + path + "\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--insecure localhost:1, --insecure is for targets that begin with https:// or tls://",
        "--ca x http://localhost:1/, --ca is for targets",
        "--tls-name x localhost:1, --tls-name is for targets",
        "--tls-cert x --tls-key y localhost:1, --tls-cert is for targets",
        "--tls-resume localhost:1, --tls-resume is for targets",
        "--tls-profile modern localhost:1, --tls-profile is for targets",
        "--tls-provider jdk localhost:1, --tls-provider is for targets",
        "--insecure --ca x tls://localhost:1, --insecure and --ca exclude each other",
        "--tls-cert x tls://localhost:1, --tls-cert goes with --tls-key",
        "--tls-key x tls://localhost:1, --tls-key goes with --tls-cert",
        "--tls-name 10.0.0.1 tls://localhost:1, 'must be a name, not ''10.0.0.1'''",
        "--tls-profile old tls://localhost:1, 'must be intermediate or modern, not ''old'''",
        "--tls-provider gnu tls://localhost:1, 'must be auto or openssl or jdk, not ''gnu'''",
        "tls://localhost, 'has no port: write tls://HOST:PORT'",
        "tls://localhost:1/x, has a path",
        "-H A:b tls://localhost:1, http:// or https://",
        "https://localhost 443, write the port in the URL",
    })
    void badArgumentsAreNamedInOneLine(String arguments, String named) throws Exception {
        Runs.Outcome run = Runs.loadtest(arguments.split(" ", -1));
        assertThat(run.exitCode()).as("%s", run).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains(named);
    }

    // ---- The end of a connection --------------------------------------------------------------

    private static final String WHOLE =
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

    private static final String TO_THE_END = "HTTP/1.1 200 OK\r\n\r\nok\n";

    /** Sends one answer on each connection and then a FIN, without the close_notify of TLS. */
    private static Thread rude(ServerSocket socket, String answer) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            while (!socket.isClosed()) {
                                try (Socket plain = socket.accept()) {
                                    SSLSocket tls =
                                            (SSLSocket)
                                                    certificates()
                                                            .context()
                                                            .getSocketFactory()
                                                            .createSocket(plain, null, false);
                                    tls.setUseClientMode(false);
                                    InputStream in = tls.getInputStream();
                                    if (in.read(new byte[8192]) > 0) {
                                        tls.getOutputStream()
                                                .write(answer.getBytes(StandardCharsets.US_ASCII));
                                        plain.shutdownOutput();
                                        in.transferTo(OutputStream.nullOutputStream());
                                    }
                                } catch (Exception e) {
                                    // The client's connections end too, some of them rudely.
                                }
                            }
                        });
    }

    private Results loadOfRude(String answer) throws Exception {
        ServerSocket socket = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        Thread server = rude(socket, answer);
        try (socket) {
            return results("https://127.0.0.1:" + socket.getLocalPort(), "-c", "1", "-r", "10");
        } finally {
            server.join();
        }
    }

    /** Somebody on the way may have kept the rest back. */
    @Test
    void answerThatEndsWithItsConnectionMayNotBeCutOff() throws Exception {
        Results results = loadOfRude(TO_THE_END);
        assertThat(results.requests().answered()).isZero();
        assertThat(results.requests().errors()).containsOnlyKeys("truncated");
        assertThat(results.requests().errorCount()).isEqualTo(10);
    }

    @Test
    void endAfterAWholeAnswerIsNoError() throws Exception {
        Results results = loadOfRude(WHOLE);
        assertThat(results.requests().answered()).isEqualTo(10);
        assertThat(results.errorCount()).isZero();
    }

    // ---- Several runs -------------------------------------------------------------------------

    @Test
    void handshakesAddUp() throws Exception {
        try (FaultyServer server = echo()) {
            Results one = results("tls://127.0.0.1:" + server.port(), "-r", "20");
            String text = Files.readString(folder.resolve("results.json"));
            Path other = folder.resolve("other.json");
            Files.writeString(other, text.replace(one.endedAt(), "2999-01-01T00:00:00Z"));
            Path both = folder.resolve("both.json");
            Runs.Outcome merged =
                    Runs.loadtest(
                            "merge",
                            "--json",
                            both.toString(),
                            folder.resolve("results.json").toString(),
                            other.toString());
            assertThat(merged.exitCode()).as("%s", merged).isZero();
            assertThat(merged.out()).contains("Handshakes: 10 full, 0 resumed, avg ");
            Results.Handshakes sum = ResultsFile.read(both).handshakes();
            assertThat(sum.time().count()).isEqualTo(10);
            assertThat(sum.time().maxMillis()).isEqualTo(one.handshakes().time().maxMillis());
            assertThat(sum.agreed().values()).containsExactly(10L);
        }
    }

    @Test
    void plainAndTlsAreComparedAndNotAddedUp() throws Exception {
        Path plain = folder.resolve("plain.json");
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Outcome run =
                    load("127.0.0.1:" + server.port(), "-r", "20", "--json", plain.toString());
            assertThat(run.out()).doesNotContain("TLS", "Handshakes");
            assertThat(Files.readString(plain)).doesNotContain("handshakes", "tls");
        }
        Path tls = folder.resolve("results.json");
        try (FaultyServer server = echo()) {
            Results _ = results("tls://127.0.0.1:" + server.port(), "-r", "20");
        }
        Runs.Outcome compared = Runs.loadtest("compare", plain.toString(), tls.toString());
        assertThat(compared.exitCode()).as("%s", compared).isZero();
        assertThat(compared.out())
                .contains("Not the same load: TLS: none and TLSv1.3 ")
                .contains("handshake p99");
        Results one = ResultsFile.read(plain);
        Path overlapping = folder.resolve("overlapping.json");
        Files.writeString(
                overlapping,
                Files.readString(plain).replace(one.endedAt(), "2999-01-01T00:00:00Z"));
        Runs.Outcome merged = Runs.loadtest("merge", overlapping.toString(), tls.toString());
        assertThat(merged.exitCode()).isEqualTo(1);
        assertThat(merged.err()).hasLineCount(1).contains("is over TLS and the other is not");
    }
}
