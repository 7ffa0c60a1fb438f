package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server with several reactors, as it is asked for and named. */
@Timeout(180)
final class ReactorsIT {
    @TempDir private Path folder;

    private ServerProcess server;

    @AfterEach
    void end() {
        server.close();
    }

    private static void echo(Socket socket) throws IOException {
        socket.getOutputStream().write("hello".getBytes(UTF_8));
        assertThat(socket.getInputStream().readNBytes(5)).asString(UTF_8).isEqualTo("hello");
    }

    @ParameterizedTest
    @CsvSource({
        "--reactors=2, '2, a listening socket each'",
        "--reactors=3 --accept=separate, '3, a listening socket each'",
        "--reactors=3 --accept=shared, 3 at one listening socket",
        "--reactors=3 --accept=shared --trigger=level, 3 at one listening socket",
        "--reactors=2 --trigger=oneshot, '2, a listening socket each'",
        "--reactors=1 --pin, '1, on one processor'",
    })
    void numberIsNamedBehindTheThreeLines(String options, String words) throws Exception {
        server = ServerProcess.start(options.split(" ", -1));
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sockets.add(server.connect());
        }
        for (Socket socket : sockets) {
            echo(socket);
            socket.close();
        }
        server.signal("INT");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().get(3)).isEqualTo("Reactors: " + words);
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: 20 requests served, 0 errors");
    }

    @Test
    void autoIsAsManyAsThereAreProcessors() throws Exception {
        server = ServerProcess.start("--reactors=auto");
        try (Socket socket = server.connect()) {
            echo(socket);
        }
        int processors = Runtime.getRuntime().availableProcessors();
        List<String> lines = server.out().all();
        assertThat(lines.size() > 3 ? lines.get(3) : "1")
                .isEqualTo(
                        processors == 1
                                ? "1"
                                : "Reactors: " + processors + ", a listening socket each");
    }

    /** Each request that was answered is counted, and no answer that was sent is lost. */
    @ParameterizedTest
    @CsvSource({"--accept=separate", "--accept=shared", "--trigger=level"})
    void endUnderLoadLosesNoAnsweredRequest(String option) throws Exception {
        server = ServerProcess.start("--reactors=2", option);
        List<Thread> clients = new ArrayList<>();
        AtomicLong answered = new AtomicLong();
        for (int i = 0; i < 16; i++) {
            Socket socket = server.connect();
            clients.add(Thread.ofPlatform().start(() -> answered.addAndGet(echoes(socket))));
        }
        server.livesFor(Duration.ofMillis(500));
        server.signal("INT");
        assertThat(server.awaitExit()).isZero();
        for (Thread client : clients) {
            client.join();
        }
        assertThat(answered.get()).isGreaterThan(16);
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: " + answered + " requests served, 0 errors");
        assertThat(server.err().all()).isEmpty();
    }

    /** Echoes until the server has closed; answers how many. */
    private static long echoes(Socket socket) {
        try (socket) {
            for (long answered = 0; true; answered++) {
                socket.getOutputStream().write("hello".getBytes(UTF_8));
                byte[] answer = socket.getInputStream().readNBytes(5);
                if (answer.length < 5) {
                    assertThat(answer).isEmpty();
                    return answered;
                }
            }
        } catch (IOException e) {
            throw new AssertionError("a connection was reset", e);
        }
    }

    /** A shared socket wakes one reactor; one of its own is registered as ever. */
    @ParameterizedTest
    @CsvSource({"separate, 0", "shared, 2"})
    void sharedSocketIsRegisteredExclusively(String accept, int exclusively) throws Exception {
        Path trace = folder.resolve("trace");
        try {
            server =
                    ServerProcess.launch(
                            "strace",
                            "-D",
                            "-f",
                            "-o",
                            trace.toString(),
                            "-e",
                            "trace=epoll_ctl",
                            "./myepollserver",
                            "-p",
                            "0",
                            "--reactors=2",
                            "--accept=" + accept);
        } catch (IOException e) {
            assumeTrue(false, "strace is not here");
            throw e;
        }
        int _ = server.port();
        List<String> added = // of the first channel of each reactor
                Files.readAllLines(trace).stream()
                        .filter(line -> line.contains("EPOLL_CTL_ADD"))
                        .filter(line -> line.contains("data={u32=0,"))
                        .toList();
        assertThat(added).hasSize(2);
        assertThat(added)
                .filteredOn(line -> line.contains("EPOLLIN|EPOLLEXCLUSIVE|EPOLLET"))
                .hasSize(exclusively);
    }

    @Test
    void eachHasALineOfStatistics() throws Exception {
        server = ServerProcess.start("--reactors=2", "--stats", "--per-reactor");
        try (Socket socket = server.connect()) {
            echo(socket);
            server.out().await("\\[..:..:..] Reactor 1: \\d+ active, \\d+ accepted, .* MB/sec");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--reactors=0; --reactors must be from 1 to 1024, or auto, not 0",
                "--reactors=many; --reactors must be from 1 to 1024, or auto, not 'many'",
                "--accept=shared; --accept is an option of --reactors 2 and more",
                "--reactors=2 --accept=both; --accept must be separate or shared, not 'both'",
                "--per-reactor; --per-reactor is an option of --stats",
                "--reactors=4 --max-buffer-memory=32k; --max-buffer-memory must be at least 64k for so"
                        + " many reactors",
            })
    void badOptionIsOneLine(String options, String line) throws Exception {
        server = ServerProcess.start(options.split(" ", -1));
        assertThat(server.awaitExit()).isEqualTo(2);
        assertThat(server.err().all()).containsExactly("myepollserver: " + line + "; see --help");
        assertThat(server.out().all()).isEmpty();
    }
}
