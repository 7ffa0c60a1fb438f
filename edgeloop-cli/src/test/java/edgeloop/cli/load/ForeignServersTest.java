package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.measure.StageOutcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that nobody here wrote; each test is skipped where its server is not installed. */
class ForeignServersTest {
    private static final int REQUESTS = 2000;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

    @TempDir private Path folder;

    private static String installed(String program) {
        for (String place : List.of("/usr/bin", "/usr/sbin", "/usr/local/bin")) {
            Path file = Path.of(place, program);
            if (Files.isExecutable(file)) {
                return file.toString();
            }
        }
        assumeTrue(false, program + " is not installed");
        throw new AssertionError();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private interface Load<T> {
        T run() throws Exception;
    }

    /** Starts a server, and ends it when {@code load} has run. */
    private <T> T against(int port, List<String> command, Load<T> load) throws Exception {
        Process server =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("server.log").toFile())
                        .start();
        try {
            awaitListening(server, port);
            return load.run();
        } finally {
            server.destroy();
            if (!server.waitFor(10, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        }
    }

    private StageOutcome load(int port, String payload, String answer, List<String> command)
            throws Exception {
        EngineOptions options = Runs.expecting(Runs.echoes(port, 20), payload, answer);
        return against(port, command, () -> Runs.run(options, Runs.requests(REQUESTS)).outcome());
    }

    private static void awaitListening(Process server, int port) {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (System.nanoTime() - deadline < 0 && server.isAlive()) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                Thread.onSpinWait(); // not yet
            }
        }
        throw new AssertionError("the server does not listen on port " + port);
    }

    private static void assertAllAnswered(StageOutcome outcome) {
        assertThat(outcome.errors()).isEmpty();
        assertThat(outcome.answered()).isEqualTo(REQUESTS);
    }

    @Test
    void redisAnswersPing() throws Exception {
        String program = installed("redis-server");
        int port = freePort();
        assertAllAnswered(
                load(
                        port,
                        "PING\\r\\n",
                        "+PONG\\r\\n",
                        List.of(program, "--port", "" + port, "--save", "")));
    }

    @Test
    void memcachedTellsItsVersion() throws Exception {
        String program = installed("memcached");
        int port = freePort();
        assertAllAnswered(
                load(
                        port,
                        "version\\r\\n",
                        "pattern:VERSION \\d\\S*\\r\\n",
                        List.of(program, "-l", "127.0.0.1", "-p", "" + port, "-u", "nobody")));
    }

    @Test
    void memcachedsAnswersEndWithALine() throws Exception {
        String program = installed("memcached");
        int port = freePort();
        assertAllAnswered(
                load(
                        port,
                        "version\\r\\n",
                        "until:\\r\\n",
                        List.of(program, "-l", "127.0.0.1", "-p", "" + port, "-u", "nobody")));
    }

    /** nginx, which ends a connection after {@code requestsPerConnection} answers. */
    private List<String> nginx(int port, int requestsPerConnection) throws IOException {
        String program = installed("nginx");
        Path config = folder.resolve("nginx.conf");
        Files.writeString(
                config,
                """
                daemon off; master_process off; pid nginx.pid; error_log stderr;
                events {}
                http {
                    access_log off; keepalive_requests %d;
                    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
                    uwsgi_temp_path t4; scgi_temp_path t5;
                    server {
                        listen 127.0.0.1:%d;
                        location / { return 200 "hello"; }
                        location /no { return 404; }
                    }
                }
                """
                        .formatted(requestsPerConnection, port));
        return List.of(program, "-p", folder + "/", "-c", config.toString());
    }

    @Test
    void nginxAnswersBytesThatAreHttp() throws Exception {
        int port = freePort();
        assertAllAnswered(
                load(
                        port,
                        "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
                        "pattern:HTTP/1\\.1 200 OK\\r\\n(?s:.*?)\\r\\n\\r\\nhello",
                        nginx(port, 1_000_000)));
    }

    private static Runs.Outcome get(int port, String path, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-q", "-c", "20", "-r", "" + REQUESTS));
        arguments.add("http://127.0.0.1:" + port + path);
        return Runs.loadtest(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--pipeline=4", "--requests-per-connection=1", "-X=HEAD"})
    void nginxAnswersHttp(String option) throws Exception {
        int port = freePort();
        String[] options = option.isEmpty() ? new String[0] : option.split("=", 2);
        Runs.Outcome run = against(port, nginx(port, 1_000_000), () -> get(port, "/", options));
        assertThat(run.out()).contains("  Errors: 0\n", "Answers by status: 2xx 2,000\n");
    }

    /** Each fiftieth answer says that the connection ends with it. */
    @Test
    void connectionsThatNginxEndsAreReplaced() throws Exception {
        int port = freePort();
        Runs.Outcome run = against(port, nginx(port, 50), () -> get(port, "/"));
        assertThat(run.out()).contains("  Errors: 0\n", "Answers by status: 2xx 2,000\n");
        assertThat(run.out()).containsPattern("Connects: [3-6]\\d; ");
    }

    @Test
    void aStatusOfNginxIsAnError() throws Exception {
        int port = freePort();
        Runs.Outcome run = against(port, nginx(port, 1_000_000), () -> get(port, "/no"));
        assertThat(run.out())
                .contains("Answers by status: 4xx 2,000\n", "Errors, status 404: 2000\n");
    }

    @Test
    void nodeAnswersHttpInChunks() throws Exception {
        String program = installed("node");
        int port = freePort();
        String script =
                """
                require('http').createServer((request, response) => {
                    response.write('a piece, ');
                    request.on('data', () => {}).on('end', () => response.end('and another'));
                }).listen(%d, '127.0.0.1')
                """
                        .formatted(port);
        Runs.Outcome run =
                against(
                        port,
                        List.of(program, "-e", script),
                        () -> get(port, "/", "--body", "some text"));
        assertThat(run.out()).contains("  Errors: 0\n", "Answers by status: 2xx 2,000\n");
    }

    /** One connection at a time, each for one answer, which ends with it: HTTP/1.0. */
    @Test
    void opensslAnswersHttpOverTls() throws Exception {
        assumeTrue(LoadCertificates.areOfUse(), "TLS");
        String program = installed("openssl");
        LoadCertificates certificates = LoadCertificates.get();
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(program, "s_server", "-www", "-quiet"));
        command.addAll(List.of("-accept", "127.0.0.1:" + port));
        command.addAll(List.of("-cert", certificates.chain().toString()));
        command.addAll(List.of("-key", certificates.key().toString()));
        List<String> arguments = new ArrayList<>(List.of("-q", "-c", "1", "-r", "50"));
        arguments.addAll(List.of("--ca", certificates.chain().toString()));
        arguments.add("https://127.0.0.1:" + port + "/");
        Runs.Outcome run =
                against(port, command, () -> Runs.loadtest(arguments.toArray(String[]::new)));
        assertThat(run.out())
                .as("%s", run)
                .contains("  Errors: 0\n", "Answers by status: 2xx 50\n", "Handshakes: ");
    }
}
