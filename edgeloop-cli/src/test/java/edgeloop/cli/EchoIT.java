package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class EchoIT {
    private ServerProcess server;

    @BeforeEach
    void start() throws IOException {
        server = ServerProcess.start();
    }

    @AfterEach
    void end() {
        server.close();
    }

    /** E47: nothing on standard error, so no warning of native access either. */
    @Test
    void startLinesAreExact() throws Exception {
        int port = server.port();
        assertThat(port).isPositive();
        assertThat(server.out().all())
                .containsExactly(
                        "Starting epoll server on port " + port,
                        "Using edge-triggered mode",
                        "Max events per wait: 1024");
        assertThat(server.err().all()).isEmpty();
    }

    @Test
    void bytesComeBackInOrder() throws Exception {
        byte[] sent = new byte[1_000_000];
        new Random(1).nextBytes(sent);
        try (Socket socket = server.connect()) {
            Thread writer =
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    socket.getOutputStream().write(sent);
                                    socket.shutdownOutput();
                                } catch (IOException e) {
                                    // The reader finds too little.
                                }
                            });
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
            writer.join();
        }
    }

    @Test
    void bothFamiliesAreServed() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "IPv6");
        for (String address : List.of("127.0.0.1", "::1")) {
            try (Socket socket = new Socket(InetAddress.ofLiteral(address), server.port())) {
                assertThat(echo(socket, "hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void hundredConnectionsAtOnceEachGetTheirOwn() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                sockets.add(server.connect());
            }
            for (int i = 0; i < 100; i++) {
                sockets.get(i).getOutputStream().write(("hello from " + i).getBytes(UTF_8));
            }
            for (int i = 0; i < 100; i++) {
                String expected = "hello from " + i;
                byte[] answer = sockets.get(i).getInputStream().readNBytes(expected.length());
                assertThat(new String(answer, UTF_8)).isEqualTo(expected);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: 100 requests served, 0 errors");
    }

    /** E20. */
    @Test
    void netcatGetsItsAnswerAfterItHasHalfClosed() throws Exception {
        Process help = new ProcessBuilder("sh", "-c", "nc -h 2>&1 | grep -q -- -N").start();
        assumeTrue(help.waitFor(10, TimeUnit.SECONDS) && help.exitValue() == 0, "nc -N");
        Process nc =
                new ProcessBuilder("sh", "-c", "printf hello | nc -N 127.0.0.1 " + server.port())
                        .start();
        try {
            assertThat(new String(nc.getInputStream().readAllBytes(), UTF_8)).isEqualTo("hello");
            assertThat(nc.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(nc.exitValue()).isZero();
        } finally {
            nc.destroyForcibly();
        }
    }

    /** So that the limit an operator meets is the one that {@code ulimit -Hn} shows. */
    @Test
    void softDescriptorLimitIsRaisedToTheHardOne() throws Exception {
        try (ServerProcess limited =
                ServerProcess.launch(
                        "sh", "-c", "ulimit -Sn 128 && exec ./myepollserver --port=0")) {
            limited.port();
            assertThat(Files.readAllLines(Path.of("/proc/" + limited.pid() + "/limits")))
                    .filteredOn(line -> line.startsWith("Max open files"))
                    .singleElement()
                    .asString()
                    .matches("Max open files +(\\d+) +\\1 .*") // soft, hard
                    .doesNotContain(" 128 ");
        }
    }

    private static String echo(Socket socket, String text) throws IOException {
        socket.setSoTimeout((int) ServerProcess.PATIENCE.toMillis());
        byte[] bytes = text.getBytes(UTF_8);
        socket.getOutputStream().write(bytes);
        return new String(socket.getInputStream().readNBytes(bytes.length), UTF_8);
    }
}
