package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    /** Starts a server, loads it, and answers what came of it. */
    private StageOutcome load(int port, String payload, String answer, List<String> command)
            throws Exception {
        Process server =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("server.log").toFile())
                        .start();
        try {
            awaitListening(server, port);
            EngineOptions options = Runs.expecting(Runs.echoes(port, 20), payload, answer);
            return Runs.run(options, Runs.requests(REQUESTS)).outcome();
        } finally {
            server.destroy();
            if (!server.waitFor(10, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        }
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

    @Test
    void nginxAnswersHttp() throws Exception {
        String program = installed("nginx");
        int port = freePort();
        Path config = folder.resolve("nginx.conf");
        Files.writeString(
                config,
                """
                daemon off; master_process off; pid nginx.pid; error_log stderr;
                events {}
                http {
                    access_log off; keepalive_requests 1000000;
                    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
                    uwsgi_temp_path t4; scgi_temp_path t5;
                    server { listen 127.0.0.1:%d; location / { return 200 "hello"; } }
                }
                """
                        .formatted(port));
        assertAllAnswered(
                load(
                        port,
                        "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
                        "pattern:HTTP/1\\.1 200 OK\\r\\n(?s:.*?)\\r\\n\\r\\nhello",
                        List.of(program, "-p", folder + "/", "-c", config.toString())));
    }
}
