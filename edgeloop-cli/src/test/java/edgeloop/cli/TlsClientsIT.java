package edgeloop.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.cli.TlsFiles.Pair;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other people's clients of TLS, each where it is installed. */
@Timeout(240)
final class TlsClientsIT {
    private static final TlsFiles FILES = TlsFiles.get();

    @TempDir Path folder;
    private ServerProcess server;
    private int runs;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private static String installed(String name) {
        for (String place : List.of("/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/bin/")) {
            if (Files.isExecutable(Path.of(place + name))) {
                return place + name;
            }
        }
        assumeTrue(false, "no " + name);
        return "";
    }

    private void start(Pair pair, String... options) throws Exception {
        var all = new ArrayList<>(pair.options());
        all.addAll(List.of(options));
        server = ServerProcess.start(all.toArray(String[]::new));
        server.port();
    }

    private void startHttp(String... options) throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.writeString(root.resolve("index.html"), "<p>hello</p>\n");
        start(
                FILES.server,
                Stream.concat(Stream.of("--protocol=http", "--root=" + root), Stream.of(options))
                        .toArray(String[]::new));
    }

    private record Result(int status, String text) {}

    /** Runs a client to its end; what it says on either stream. */
    private Result run(String input, String... command) throws Exception {
        File said = folder.resolve("said" + runs).toFile();
        File asked = Files.writeString(folder.resolve("asked" + runs++), input).toFile();
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(asked)
                        .redirectErrorStream(true)
                        .redirectOutput(said)
                        .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(command[0]).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(said.toPath(), ISO_8859_1));
    }

    /** openssl s_client, which ends as soon as its input does, once it has shaken hands. */
    private Result sClient(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(installed("openssl"), "s_client"));
        command.addAll(List.of("-connect", "127.0.0.1:" + server.port()));
        command.addAll(List.of("-CAfile", FILES.authority.toString()));
        command.addAll(List.of("-verify_return_error", "-servername", "localhost"));
        command.addAll(List.of(options));
        return run("", command.toArray(String[]::new));
    }

    // ---- openssl s_client -----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void sClientSpeaksBothVersions(String version) throws Exception {
        start(FILES.rsa);
        assertThat(sClient(version).text())
                .contains("Verify return code: 0 (ok)", "No ALPN negotiated")
                .contains(version.equals("-tls1_2") ? "TLSv1.2" : "TLSv1.3");
    }

    @Test
    void sClientOfAnOldVersionIsRefused() throws Exception {
        start(FILES.rsa);
        Result result = sClient("-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
        assertThat(result.status()).isNotZero();
        assertThat(result.text()).contains("alert protocol version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void sClientResumes(String version) throws Exception {
        startHttp();
        Path session = folder.resolve("session");
        // A ticket of 1.3 comes after the handshake: the answer to a request is waited for.
        String request = "GET / HTTP/1.0\r\nHost: a\r\n\r\n";
        for (String use : List.of("-sess_out", "-sess_in")) {
            String text =
                    run(
                                    request,
                                    installed("openssl"),
                                    "s_client",
                                    "-connect",
                                    "127.0.0.1:" + server.port(),
                                    "-servername",
                                    "localhost",
                                    "-CAfile",
                                    FILES.authority.toString(),
                                    "-ign_eof",
                                    version,
                                    use,
                                    session.toString())
                            .text();
            assertThat(text)
                    .contains(use.equals("-sess_out") ? "New, TLSv1" : "Reused, TLSv1")
                    .contains("<p>hello</p>");
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast()).startsWith("Handshakes: 1 full, 1 resumed, 0 ");
    }

    @Test
    void sClientDoesNotResumeWithoutTickets() throws Exception {
        start(FILES.server, "--tls-tickets=off");
        assertThat(sClient("-tls1_2").text()).doesNotContain("TLS session ticket:");
    }

    @Test
    void sClientAgreesOnTheProtocolOfHttpOrNone() throws Exception {
        startHttp();
        assertThat(sClient("-alpn", "h2,http/1.1").text()).contains("ALPN protocol: http/1.1");
        assertThat(sClient("-alpn", "h2").text()).contains("alert no application protocol");
    }

    @Test
    void sClientGetsTheCertificateOfTheName() throws Exception {
        var both = new ArrayList<>(FILES.server.options());
        both.addAll(FILES.second.options());
        server = ServerProcess.start(both.toArray(String[]::new));
        assertThat(sClient("-servername", "second.test").text()).contains("CN = second.test");
        assertThat(sClient("-servername", "unknown.test").text()).contains("CN = localhost");
    }

    @Test
    void sClientShowsItsCertificate() throws Exception {
        start(FILES.server, "--tls-client-ca=" + FILES.authority);
        String own = FILES.client.chain().toString();
        String key = FILES.client.key().toString();
        assertThat(sClient("-tls1_2", "-cert", own, "-key", key).status()).isZero();
        Result without = sClient("-tls1_2");
        assertThat(without.status()).isNotZero();
        assertThat(without.text()).contains("alert handshake failure");
    }

    @Test
    void sClientIsNotLetRenegotiate() throws Exception {
        start(FILES.server);
        Result result =
                run(
                        "R\n", // which s_client takes for that
                        installed("openssl"),
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + server.port(),
                        "-tls1_2",
                        "-CAfile",
                        FILES.authority.toString());
        assertThat(result.text()).contains("RENEGOTIATING", "no renegotiation");
    }

    @Test
    void sClientGetsTheOcspResponseThatIsThere() throws Exception {
        byte[] response = {0x30, 0x03, 0x0a, 0x01, 0x06}; // unauthorized, RFC 6960 section 4.2.1
        Path file = Files.write(folder.resolve("ocsp"), response);
        start(FILES.server, "--tls-ocsp=" + file);
        assertThat(sClient("-status").text()).contains("OCSP Response Status: unauthorized (0x6)");
    }

    // ---- Clients of HTTP ------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void curlGetsAFile(String version) throws Exception {
        startHttp("--redirect-from=0");
        Result result =
                run(
                        "",
                        installed("curl"),
                        "-sS",
                        "--tls-max",
                        version,
                        "--cacert",
                        FILES.authority.toString(),
                        "https://localhost:" + server.port() + "/");
        assertThat(result.text()).isEqualTo("<p>hello</p>\n");
        String line = server.out().await("Redirecting from port \\d+");
        Result redirected =
                run(
                        "",
                        installed("curl"),
                        "-sSL",
                        "--cacert",
                        FILES.authority.toString(),
                        "http://localhost:" + line.replaceAll("\\D", "") + "/");
        assertThat(redirected.text()).isEqualTo("<p>hello</p>\n");
    }

    @Test
    void nodeGetsAFileAgainAndAgain() throws Exception {
        startHttp();
        Path script =
                Files.writeString(
                        folder.resolve("get.cjs"),
                        """
                        const https = require("https");
                        const ca = require("fs").readFileSync(process.argv[3]);
                        const agent = new https.Agent({ keepAlive: true, maxSockets: 2 });
                        const get = () => new Promise((done, failed) =>
                            https.get(process.argv[2], { ca, agent }, answer => {
                                let text = "";
                                answer.on("data", piece => text += piece);
                                answer.on("end", () => done(answer.statusCode + " " + text.length));
                            }).on("error", failed));
                        Promise.all([...Array(20)].map(get)).then(all => {
                            console.log(all.filter(a => a === "200 13").length);
                            agent.destroy();
                        });
                        """);
        Result result =
                run(
                        "",
                        installed("node"),
                        script.toString(),
                        "https://localhost:" + server.port() + "/",
                        FILES.authority.toString());
        assertThat(result.text()).isEqualTo("20\n");
    }

    @Test
    void wrkLoadsItWithoutAnError() throws Exception {
        startHttp();
        String url = "https://127.0.0.1:" + server.port() + "/";
        Result result = run("", installed("wrk"), "-c", "20", "-d", "1s", "-t", "1", url);
        assertThat(result.text())
                .contains("Requests/sec:")
                .doesNotContain("Socket errors", "Non-2xx");
    }

    @Test
    void gnuTlsSpeaksToIt() throws Exception {
        startHttp();
        Result result =
                run(
                        "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
                        installed("gnutls-cli"),
                        "--x509cafile",
                        FILES.authority.toString(),
                        "--alpn=http/1.1",
                        "-p",
                        String.valueOf(server.port()),
                        "localhost");
        assertThat(result.text()).contains("Handshake was completed");
    }

    @Test
    void nginxIsAProxyBeforeIt() throws Exception {
        startHttp();
        String nginx = installed("nginx");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path configuration =
                Files.writeString(
                        folder.resolve("nginx.conf"),
                        """
                        daemon off;
                        master_process off;
                        pid %1$s/pid;
                        error_log %1$s/error.log;
                        events {}
                        http {
                            access_log off;
                            client_body_temp_path %1$s/a; proxy_temp_path %1$s/b;
                            fastcgi_temp_path %1$s/c; uwsgi_temp_path %1$s/d; scgi_temp_path %1$s/e;
                            upstream secure { server 127.0.0.1:%2$d; keepalive 4; }
                            server {
                                listen 127.0.0.1:%3$d;
                                location / {
                                    proxy_pass https://secure;
                                    proxy_http_version 1.1;
                                    proxy_set_header Connection "";
                                    proxy_ssl_verify on;
                                    proxy_ssl_name localhost;
                                    proxy_ssl_server_name on;
                                    proxy_ssl_trusted_certificate %4$s;
                                }
                            }
                        }
                        """
                                .formatted(folder, server.port(), port, FILES.authority));
        Process proxy =
                new ProcessBuilder(nginx, "-c", configuration.toString(), "-p", folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("nginx.log").toFile())
                        .start();
        try {
            Waiting.until(() -> isListening(port));
            for (int i = 0; i < 5; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    assertThat(TlsSockets.exchange(socket, "GET / HTTP/1.0\r\nHost: a\r\n\r\n"))
                            .startsWith("HTTP/1.1 200 ")
                            .endsWith("<p>hello</p>\n");
                }
            }
        } finally {
            proxy.destroy();
            assertThat(proxy.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** It takes the certificate by its key, whose issuer it does not know. */
    @Test
    void chromiumShowsAPage() throws Exception {
        startHttp();
        byte[] key = FILES.server.certificate().getPublicKey().getEncoded();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
        Result result =
                run(
                        "",
                        installed("chromium"),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--virtual-time-budget=20000",
                        "--ignore-certificate-errors-spki-list="
                                + Base64.getEncoder().encodeToString(hash),
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--dump-dom",
                        "https://localhost:" + server.port() + "/");
        assertThat(result.text()).contains("<p>hello</p>");
    }
}
