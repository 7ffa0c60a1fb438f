package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** System calls of the running server fail now and then, by strace(1). */
@Tag("faults")
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT) // mostly waits
final class InjectedFaultIT {
    private static final int CLIENTS = 40;
    private static final int ECHOES = 5;

    @TempDir private Path folder;

    private ServerProcess server;

    @BeforeAll
    static void straceCanTrace() throws InterruptedException {
        boolean works = false;
        try {
            Process strace =
                    new ProcessBuilder("strace", "-f", "--seccomp-bpf", "-e", "trace=none", "true")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            works = strace.waitFor(30, TimeUnit.SECONDS) && strace.exitValue() == 0;
        } catch (IOException e) {
            // Not installed.
        }
        assumeTrue(works, "needs a strace that may trace");
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private void start(String calls, String fault, @Nullable String options) throws Exception {
        String trace = folder.resolve("strace").toString();
        // -D: the server stays this process's child, and strace becomes the server's.
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "strace",
                                "-D",
                                "-f",
                                "--seccomp-bpf",
                                "-o",
                                trace,
                                "-e",
                                "trace=" + calls,
                                "-e",
                                "inject=" + calls + ":error=" + fault,
                                "./myepollserver",
                                "-p",
                                "0"));
        command.addAll(options == null ? List.of() : List.of(options.split(" ", -1)));
        server = ServerProcess.launch(command.toArray(String[]::new));
    }

    /** The calls that strace has made fail. */
    private int injected() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("strace"))) {
            return (int) lines.filter(line -> line.contains("(INJECTED)")).count();
        }
    }

    private String end(ProcessProbe probe, int sockets) throws Exception {
        // Not all descriptors: the first complaint opens jars, to find a logger.
        Waiting.until(() -> probe.sockets() <= sockets);
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast()).startsWith("Final stats: ");
        return String.join("\n", server.err().all());
    }

    @ParameterizedTest(name = "{0} {1} {3}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    accept4                | EMFILE:when=3+5       | failed accepts |
                    accept4                | ENFILE:when=2+7       | failed accepts |
                    accept4                | ECONNABORTED:when=3+5 | failed accepts |
                    accept4                | EINTR:when=3+2        | |
                    recvfrom               | EINTR:when=3+2        | |
                    sendto                 | EINTR:when=3+2        | |
                    ?epoll_wait,epoll_pwait | EINTR:when=3+2       | |
                    accept4                | EMFILE:when=3+5       | failed accepts | --reactors=2
                    accept4                | EMFILE:when=3+5       | failed accepts | --reactors=2 --accept=shared
                    accept4                | EINTR:when=3+2        | | --reactors=2 --accept=shared
                    recvfrom               | EINTR:when=3+2        | | --reactors=2 --trigger=level
                    sendto                 | EINTR:when=3+2        | | --reactors=2 --trigger=oneshot
                    ?epoll_wait,epoll_pwait | EINTR:when=3+2       | | --reactors=2 --read-until=short
                    accept4                | EMFILE:when=3+5       | failed accepts | --engine=io_uring
                    accept4                | EINTR:when=3+2        | | --engine=io_uring
                    io_uring_enter         | EINTR:when=3+2        | | --engine=io_uring
                    io_uring_enter         | EBUSY:when=3+2        | | --engine=io_uring
                    accept4                | EMFILE:when=3+5       | failed accepts | --engine=io_uring --reactors=2
                    accept4                | EMFILE:when=3+5       | failed accepts | --engine=io_uring --reactors=2 --accept=shared
                    io_uring_enter         | EINTR:when=3+2        | | --engine=io_uring --reactors=2
                    """)
    void echoIsTheSameForAll(String calls, String fault, String counted, @Nullable String options)
            throws Exception {
        Rings.assumeAvailableFor(options == null ? "" : options);
        start(calls, fault, options);
        int port = server.port();
        ProcessProbe probe = new ProcessProbe(server.pid());
        int sockets = probe.sockets();
        try (EchoClients clients = EchoClients.connect(CLIENTS, port)) {
            for (int i = 0; i < ECHOES; i++) {
                clients.echo();
            }
        }
        String complaints = end(probe, sockets);
        if (counted == null) {
            assertThat(complaints).isEmpty();
        } else {
            assertThat(complaints).contains(counted);
        }
    }

    @ParameterizedTest(name = "{0} {1} {3}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    epoll_ctl | ENOSPC:when=6+5      | failed accepts |
                    recvfrom  | ECONNRESET:when=9+9  | connections reset by the peer |
                    recvfrom  | ETIMEDOUT:when=9+9   | failed otherwise |
                    sendto    | ECONNRESET:when=9+9  | connections reset by the peer |
                    sendto    | EPIPE:when=9+9       | connections reset by the peer |
                    epoll_ctl | ENOSPC:when=10+5     | failed accepts | --reactors=2
                    recvfrom  | ECONNRESET:when=9+9  | connections reset by the peer | --reactors=2 --trigger=level
                    """)
    void onlyThoseThatAreStruckAreLost(
            String calls, String fault, String counted, @Nullable String options) throws Exception {
        Rings.assumeAvailableFor(options == null ? "" : options);
        start(calls, fault, options);
        int port = server.port();
        ProcessProbe probe = new ProcessProbe(server.pid());
        int sockets = probe.sockets();
        int lost;
        try (EchoClients clients = EchoClients.connect(CLIENTS, port)) {
            lost = clients.lostDuring(ECHOES);
        }
        assertThat(lost).isBetween(1, CLIENTS - 1);
        Matcher complaint = Pattern.compile("(\\d+) " + counted).matcher(end(probe, sockets));
        assertThat(complaint.find()).isTrue();
        // Some are struck when their client has left already, with all that it wanted.
        assertThat(Integer.parseInt(complaint.group(1))).isBetween(lost, injected());
    }
}
