package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.cli.TlsFiles.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./myepollserver --tls-cert} and its like, as their users have them. */
@Timeout(180)
final class TlsIT {
    private static final TlsFiles FILES = TlsFiles.get();
    private static final String WORDS = "TLS 1\\.3 and 1\\.2 by (OpenSSL 3\\.\\S+|Java \\S+)";

    @TempDir Path folder;
    private ServerProcess server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private void start(Pair pair, String... options) throws IOException {
        start(pair.options(), options);
    }

    private void start(List<String> options, String... more) throws IOException {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        server = ServerProcess.start(all.toArray(String[]::new));
    }

    private void endsWell() throws Exception {
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void echoesAndSaysByWhomAndHowManyHandshakes(String version) throws Exception {
        start(FILES.server, "--stats");
        try (SSLSocket socket = TlsSockets.connect(server.port())) {
            socket.setEnabledProtocols(new String[] {version});
            assertThat(TlsSockets.echo(socket, 42)).isEqualTo(42);
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getApplicationProtocol()).isEmpty();
        }
        assertThat(server.out().await("TLS.*")).matches(WORDS);
        assertThat(server.out().all().get(3)).matches(WORDS);
        server.out()
                .await(
                        "\\[..:..:..] Handshakes: 1 full, 0 resumed, 0 failed, 0 timed out,"
                                + " 0 abandoned");
        endsWell();
        assertThat(server.out().all())
                .endsWith(
                        "Final stats: 1 requests served, 0 errors",
                        "Handshakes: 1 full, 0 resumed, 0 failed, 0 timed out, 0 abandoned");
        assertThat(server.err().all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--engine=io_uring", "--reactors=2", "--trigger=level"})
    void goesWithEveryEngine(String option) throws Exception {
        Rings.assumeAvailableFor(option);
        start(FILES.rsa, option);
        for (int i = 0; i < 4; i++) {
            try (SSLSocket socket = TlsSockets.connect(server.port())) {
                assertThat(TlsSockets.echo(socket, i)).isEqualTo(i);
            }
        }
        endsWell();
    }

    @Test
    void modernSpeaksNothingOlder() throws Exception {
        start(FILES.server, "--tls-profile=modern");
        server.out().await("TLS 1\\.3 by .*");
        try (SSLSocket socket = TlsSockets.connect(server.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatThrownBy(() -> TlsSockets.echo(socket, 1)).isInstanceOf(IOException.class);
        }
        endsWell();
        assertThat(server.out().all().getLast())
                .isEqualTo("Handshakes: 0 full, 0 resumed, 1 failed, 0 timed out, 0 abandoned");
    }

    @Test
    void nameChoosesTheCertificateAndTheFirstIsForOthers() throws Exception {
        List<String> both = new ArrayList<>(FILES.server.options());
        both.addAll(FILES.second.options());
        start(both);
        assertThat(TlsSockets.serial(server.port(), "second.test"))
                .isEqualTo(FILES.second.serial());
        assertThat(TlsSockets.serial(server.port(), "localhost")).isEqualTo(FILES.server.serial());
    }

    @Test
    void passwordOfAStoreIsInAFile() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), TlsFiles.PASSWORD + "\n");
        start(
                List.of(
                        "--tls-pkcs12",
                        FILES.rsa.pkcs12().toString(),
                        "--tls-password-file=" + password));
        assertThat(TlsSockets.serial(server.port(), "localhost")).isEqualTo(FILES.rsa.serial());
        String command = Files.readString(Path.of("/proc/" + server.pid() + "/cmdline"));
        assertThat(command).doesNotContain(TlsFiles.PASSWORD);
    }

    @Test
    void passwordOfAStoreIsInTheEnvironment() throws Exception {
        ProcessBuilder builder =
                ServerProcess.builder(
                        "./myepollserver",
                        "-p",
                        "0",
                        "--tls-pkcs12",
                        FILES.server.pkcs12().toString());
        builder.environment().put("EDGELOOP_TLS_PASSWORD", TlsFiles.PASSWORD);
        server = ServerProcess.launch(builder);
        assertThat(TlsSockets.serial(server.port(), "localhost")).isEqualTo(FILES.server.serial());
    }

    @Test
    void clientsWithoutACertificateAreRefusedWhereOneIsDemanded() throws Exception {
        start(FILES.server, "--tls-client-ca=" + FILES.authority);
        assertThat(echoes(FILES.client)).isTrue();
        assertThat(echoes(null)).isFalse();
        assertThat(echoes(FILES.strange)).isFalse();
    }

    @Test
    void clientsWithoutACertificateAreServedWhereOneIsAskedFor() throws Exception {
        start(FILES.server, "--tls-client-ca=" + FILES.authority, "--tls-client-auth=ask");
        assertThat(echoes(FILES.client)).isTrue();
        assertThat(echoes(null)).isTrue();
    }

    private boolean echoes(Pair own) throws Exception {
        SSLContext context = FILES.clientContext(own);
        try (SSLSocket socket = TlsSockets.connect(context, server.port(), "localhost")) {
            return TlsSockets.echo(socket, 1) == 1;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void handshakeThatTakesTooLongIsEnded() throws Exception {
        start(FILES.server, "--tls-handshake-timeout=200ms");
        try (var socket = server.connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        endsWell();
        assertThat(server.out().all().getLast())
                .isEqualTo("Handshakes: 0 full, 0 resumed, 0 failed, 1 timed out, 0 abandoned");
    }

    @Test
    void httpWithoutTlsIsToldSoAndCounted() throws Exception {
        Files.writeString(folder.resolve("index.html"), "hello");
        start(FILES.server, "--protocol=http", "--root=" + folder);
        try (var socket = server.connect()) {
            assertThat(TlsSockets.exchange(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("https");
        }
        endsWell();
        assertThat(server.out().all().getLast())
                .isEqualTo(
                        "Handshakes: 0 full, 0 resumed, 1 failed (1 by HTTP without TLS),"
                                + " 0 timed out, 0 abandoned");
    }

    @Test
    void tlsToAPortWithoutItIsRefusedAndNamed() throws Exception {
        server = ServerProcess.start("--protocol=http", "--root=" + folder);
        try (SSLSocket socket = TlsSockets.connect(server.port())) {
            assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        }
        assertThat(server.err().await("edgeloop: .*"))
                .isEqualTo("edgeloop: A client spoke TLS to a port without it");
        endsWell();
    }

    /** The secrets are there, for the owner alone, and that is said. */
    @Test
    void keyLogIsSaid() throws Exception {
        Path log = folder.resolve("keys");
        start(FILES.server, "--tls-key-log=" + log, "--tls-provider=openssl");
        assertThat(echoes(null)).isTrue();
        assertThat(Files.readString(log)).contains("CLIENT_TRAFFIC_SECRET_0 ");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
                .isEqualTo("rw-------");
        endsWell();
        assertThat(server.err().all())
                .containsExactly(
                        "myepollserver: --tls-key-log: whoever can read "
                                + log
                                + " can read what is said on every connection");
    }

    @Test
    void nothingOfTlsIsLoadedWhereItIsNotAskedFor() throws Exception {
        Path classes = folder.resolve("classes");
        server =
                ServerProcess.launchWith(
                        "-Xlog:class+load:file=" + classes,
                        "./myepollserver",
                        "-p",
                        "0",
                        "--stats",
                        "--protocol=http",
                        "--root=" + folder);
        try (var socket = server.connect()) {
            assertThat(TlsSockets.exchange(socket, "GET / HTTP/1.0\r\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 404 ");
        }
        server.signal("HUP");
        server.err().await(".*SIGHUP opens the access log anew, and there is none");
        endsWell();
        assertThat(Files.readAllLines(classes))
                .anyMatch(line -> line.contains(" edgeloop.cli.ServerCommand "))
                .noneMatch(line -> line.contains(" edgeloop.tls."))
                .noneMatch(line -> line.contains(" edgeloop.cli.TlsSetup "))
                .noneMatch(line -> line.contains(" edgeloop.cli.TlsReloader "))
                .noneMatch(line -> line.contains(" javax.net.ssl."));
    }

    // ---- What can't be ------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --tls-cert CERT --tls-key /nonexistent | cannot read /nonexistent: there is no such file
                    --tls-cert /nonexistent --tls-key KEY | cannot read /nonexistent: there is no such file
                    --tls-cert KEY --tls-key KEY | cannot use KEY: no certificate in PEM.*
                    --tls-cert CERT --tls-key CERT | cannot use CERT: .*
                    --tls-cert CERT --tls-key OTHER | cannot use .*
                    --tls-cert CERT --tls-key KEY --tls-client-ca KEY | cannot use KEY: .*
                    --tls-cert CERT --tls-key KEY --tls-ocsp /nonexistent | cannot read /nonexistent: .*
                    --tls-cert CERT --tls-key KEY --tls-key-log /nonexistent/log | cannot write the key log /nonexistent/log: .*
                    --tls-pkcs12 STORE | no password for STORE: give --tls-password-file behind it, or set EDGELOOP_TLS_PASSWORD
                    --tls-pkcs12 STORE --tls-password-file /nonexistent | --tls-password-file /nonexistent is not there
                    --tls-pkcs12 STORE --tls-password-file /proc/self | cannot read --tls-password-file /proc/self: .*
                    --tls-pkcs12 STORE --tls-password-file KEY | cannot .*STORE.*
                    """)
    void badFileIsOneLine(String options, String line) throws Exception {
        server = ServerProcess.start(named(options).split(" "));
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.err().all())
                .singleElement()
                .asString()
                .matches("myepollserver: " + named(line));
        assertThat(server.out().all()).isEmpty();
    }

    private static String named(String text) {
        return text.replace("CERT", FILES.server.chain().toString())
                .replace("OTHER", FILES.second.key().toString())
                .replace("KEY", FILES.server.key().toString())
                .replace("STORE", FILES.server.pkcs12().toString());
    }
}
