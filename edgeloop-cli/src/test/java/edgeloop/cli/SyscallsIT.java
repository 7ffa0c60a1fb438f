package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an echo costs in system calls, counted from outside by strace(1). */
@Timeout(180)
@Isolated
final class SyscallsIT {
    private static final int ECHOES = 200;

    /** time, seconds, us/call, calls, errors (or blank), name. */
    private static final Pattern ROW =
            Pattern.compile(" *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+) +(\\d+)? +(\\w+)");

    private record Count(int calls, int errors) {
        static final Count NONE = new Count(0, 0);
    }

    @TempDir private Path folder;

    /** What ends a read, and what epoll is told, differs by the mode. */
    @ParameterizedTest
    @CsvSource({
        "--trigger=edge, 2, 1, 0",
        "--read-until=short, 1, 0, 0",
        "--trigger=level, 1, 0, 0",
        "--trigger=oneshot, 1, 0, 1"
    })
    void anEchoIsReceiveAndSend(String mode, int receives, int ofThemInVain, int changes)
            throws Exception {
        // One echo for each, or a quick client's next request is there before the receive that
        // would have found nothing.
        List<Socket> sockets = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(mode)) {
            for (int i = 0; i < ECHOES; i++) {
                sockets.add(server.connect());
                echo(sockets.get(i));
            }
            server.awaitReactorAsleep();
            Map<String, Count> counts = trace(server, sockets);

            assertThat(counts.get("recvfrom"))
                    .isEqualTo(new Count(receives * ECHOES, ofThemInVain * ECHOES));
            assertThat(counts.getOrDefault("epoll_ctl", Count.NONE))
                    .isEqualTo(new Count(changes * ECHOES, 0));
            assertThat(counts.get("sendto")).isEqualTo(new Count(ECHOES, 0));
            Count waits =
                    counts.getOrDefault(
                            "epoll_wait", counts.getOrDefault("epoll_pwait", Count.NONE));
            // One that sleeps each time, at most one before it that looks, one broken by strace.
            assertThat(waits.calls()).isBetween(1, 2 * ECHOES + 2);
            // A futex is the JVM's own: at a safepoint, say.
            assertThat(counts.keySet())
                    .isSubsetOf(
                            "recvfrom",
                            "sendto",
                            "epoll_wait",
                            "epoll_pwait",
                            "epoll_ctl",
                            "futex");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /**
     * One call in a turn of the loop, which takes the answers of the turn before and brings more
     * requests. A client that asks again when it has its answer takes two turns for each: one that
     * sleeps, and one for what became of the answer.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void onIoUringATurnIsOneCall(int reactors) throws Exception {
        Rings.assumeAvailable();
        List<Socket> sockets = new ArrayList<>();
        try (ServerProcess server =
                ServerProcess.start("--engine=io_uring", "--reactors=" + reactors)) {
            for (int i = 0; i < ECHOES; i++) {
                sockets.add(server.connect());
                echo(sockets.get(i));
            }
            server.awaitReactorAsleep();
            Map<String, Count> counts = trace(server, sockets);
            // At most one before a sleep that looks, and one for each reactor broken by strace.
            assertThat(counts.get("io_uring_enter").calls())
                    .isBetween(ECHOES, 3 * ECHOES + reactors);
            assertThat(counts.keySet()).isSubsetOf("io_uring_enter", "futex");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Those that come at once are served by one call, and not by one each. */
    @Test
    void onIoUringManyRequestsTakeFewCalls() throws Exception {
        Rings.assumeAvailable();
        List<Socket> sockets = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start("--engine=io_uring")) {
            for (int i = 0; i < ECHOES; i++) {
                sockets.add(server.connect());
                echo(sockets.get(i));
            }
            server.awaitReactorAsleep();
            Map<String, Count> counts =
                    trace(
                            server,
                            () -> {
                                server.signal("STOP");
                                for (Socket socket : sockets) {
                                    socket.getOutputStream().write("hello".getBytes(UTF_8));
                                }
                                server.signal("CONT");
                                for (Socket socket : sockets) {
                                    assertThat(socket.getInputStream().readNBytes(5)).hasSize(5);
                                }
                            });
            assertThat(counts.get("io_uring_enter").calls()).isBetween(2, ECHOES / 4);
            assertThat(counts.keySet()).isSubsetOf("io_uring_enter", "futex", "restart_syscall");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private interface Traffic {
        void run() throws Exception;
    }

    /** Counts the calls of the reactors' threads while each socket gets an echo. */
    private Map<String, Count> trace(ServerProcess server, List<Socket> sockets) throws Exception {
        return trace(
                server,
                () -> {
                    for (Socket socket : sockets) {
                        echo(socket);
                    }
                });
    }

    private Map<String, Count> trace(ServerProcess server, Traffic traffic) throws Exception {
        Path table = folder.resolve("table");
        List<String> command = new ArrayList<>(List.of("strace", "-c", "-o", table.toString()));
        List<Path> threads = server.reactorTasks();
        for (Path thread : threads) {
            command.addAll(List.of("-p", thread.getFileName().toString()));
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        Process strace;
        try {
            strace = builder.redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "strace is not here");
            throw e;
        }
        try (BufferedReader says = strace.inputReader()) {
            for (Path _ : threads) {
                String line = says.readLine();
                assumeTrue(
                        line != null && line.contains("attached"),
                        "strace may not attach: " + line);
            }
            traffic.run();
            server.awaitReactorAsleep();
            // SIGTERM: strace lets go of the thread, writes its table and ends.
            strace.destroy();
            assertThat(strace.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            strace.destroyForcibly();
        }
        Map<String, Count> counts = new HashMap<>();
        for (String row : Files.readAllLines(table)) {
            Matcher matcher = ROW.matcher(row);
            if (matcher.matches() && !matcher.group(3).equals("total")) {
                int errors = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
                counts.put(matcher.group(3), new Count(Integer.parseInt(matcher.group(1)), errors));
            }
        }
        return counts;
    }

    private static void echo(Socket socket) throws IOException {
        socket.getOutputStream().write("hello".getBytes(UTF_8));
        assertThat(socket.getInputStream().readNBytes(5)).hasSize(5);
    }
}
