package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One kind of system call after the other fails on the reactor's thread of a running server, by
 * strace(1), and works again: it is said where that is due, and afterwards all is as before.
 *
 * <p>{@code make test-faults} makes each call fail with each errno; each {@code make test} a few.
 */
@Tag("faults")
@Timeout(300)
final class EveryCallIT {
    private static final boolean ALL = "all".equals(System.getProperty("edgeloop.faults"));

    /** Begins with an asterisk: in each {@code make test}. Then call, errno, what is said. */
    private static final String ECHO =
            """
            * accept4       | EMFILE:when=2+3      | Accepting pauses .* EMFILE
              accept4       | ENOBUFS:when=2+3     | Accepting pauses .* ENOBUFS
              accept4       | EIO:when=2+3         | Accepting pauses .* EIO
              accept4       | ECONNABORTED:when=2+3 |
              accept4       | EINTR:when=1+2       |
            * epoll_ctl     | ENOSPC:when=1+3      | epoll_ctl failed: ENOSPC
              epoll_ctl     | ENOMEM:when=2+3      | out of epoll .* ENOMEM
              getpeername   | ENOBUFS:when=2+3     | its peer's address is not known
            * recvfrom      | EIO:when=4+5         | Receiving failed.* EIO, peer .*127.0.0.1:\\d+
              recvfrom      | ENOMEM:when=4+5      | Receiving failed.* ENOMEM
              recvfrom      | ECONNRESET:when=4+5  |
              recvfrom      | EHOSTUNREACH:when=4+5 |
              recvfrom      | EINTR:when=1+2       |
              sendto        | ENOBUFS:when=3+5     | Sending failed.* ENOBUFS, peer .*
              sendto        | EIO:when=3+5         | Sending failed.* EIO
              sendto        | EPIPE:when=3+5       |
              sendto        | ETIMEDOUT:when=3+5   |
              sendto        | EINTR:when=1+2       |
              sendmsg       | ENOBUFS:when=2+3     | Sending failed.* ENOBUFS
              sendmsg       | EINTR:when=1+2       |
            * timerfd_settime | ENOMEM:when=1+1    | timerfd_settime failed.* ENOMEM
            * epoll_wait    | ENOMEM:when=3+5      | epoll_wait failed: ENOMEM
              epoll_wait    | EINTR:when=1+2       |
            """;

    /** On io_uring, by which connections receive, and send what is small. */
    private static final String RING =
            """
            * io_uring_enter | ENOMEM:when=3+5    | io_uring_enter failed: ENOMEM
              io_uring_enter | EAGAIN:when=3+5    | io_uring_enter failed: EAGAIN
            * io_uring_enter | EINTR:when=1+2     |
              io_uring_enter | EBUSY:when=1+2     |
              accept4       | EMFILE:when=2+3      | Accepting pauses .* EMFILE
              accept4       | ECONNABORTED:when=2+3 |
              sendto        | ENOBUFS:when=3+5     | Sending failed.* ENOBUFS, peer .*
              sendto        | EPIPE:when=3+5       |
              sendto        | EINTR:when=1+2       |
              sendmsg       | ENOBUFS:when=2+3     | Sending failed.* ENOBUFS
              sendmsg       | EINTR:when=1+2       |
            """;

    private static final String HTTP =
            """
              openat2       | EMFILE:when=1+2      | could not be opened.* EMFILE
              openat2       | EIO:when=1+2         | handler failed.* EIO
              openat2       | EINTR:when=1+2       |
              statx         | EIO:when=1+2         | handler failed.* EIO
              statx         | EINTR:when=1+2       |
              pread64       | EIO:when=1+1         |
              pread64       | EINTR:when=1+2       |
            * sendfile      | EIO:when=2+3         | Sending a file failed.* EIO, peer .*
              sendfile      | ENOMEM:when=2+3      | Sending a file failed.* ENOMEM
              sendfile      | EPIPE:when=2+3       |
              sendfile      | EINTR:when=1+2       |
              getdents64    | EIO:when=1+1         | handler failed.* EIO
              getdents64    | EINTR:when=1+2       |
              shutdown      | EIO:when=1+2         | shutdown failed.* EIO, peer .*
              shutdown      | ENOTCONN:when=1+2    |
              setsockopt    | EINVAL:when=1+1      | SO_LINGER .*EINVAL
            """;

    /** What is called when the server ends, or is woken for that. */
    private static final String END =
            """
            * read          | EIO:when=1+1         | could not be read .* EIO
              read          | EINTR:when=1+1       |
              getsockopt    | EINVAL:when=1+1      | accept queue .*EINVAL
            * close         | EIO:when=1+1         | close failed.* EIO
              close         | EINTR:when=1+1       |
            """;

    private static final int CLIENTS = 5;
    private static final Duration SILENCE = Duration.ofMillis(50);

    @TempDir private Path folder;
    private ServerProcess server;
    private boolean isHttp;

    record Row(String call, String fault, String said) {
        static Stream<Row> of(String table) {
            return table.lines()
                    .filter(line -> ALL || line.startsWith("*"))
                    .map(line -> line.substring(1).split("\\|", -1))
                    .map(cells -> new Row(cells[0].strip(), cells[1].strip(), cells[2].strip()));
        }

        String injection() {
            return call + ":error=" + fault;
        }

        @Override
        public String toString() {
            return call + " " + fault;
        }
    }

    static Stream<Row> echo() {
        return Row.of(ECHO);
    }

    static Stream<Row> ring() {
        return Row.of(RING);
    }

    static Stream<Row> http() {
        return Row.of(HTTP);
    }

    static Stream<Row> httpOnTheRing() {
        return Row.of(HTTP);
    }

    static Stream<Row> end() {
        return Row.of(END);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("E66 a call of the loop fails: it is said, and afterwards the same echo works")
    void echo(Row row) throws Exception {
        server =
                ServerProcess.start(
                        "--stats", "--idle-timeout", "1s", "--max-connections-per-ip", "1000");
        check(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("E66 on io_uring a call of the loop fails: it is said, and the same echo works")
    void ring(Row row) throws Exception {
        Rings.assumeAvailable();
        server = ServerProcess.start("--engine=io_uring", "--idle-timeout", "1s");
        check(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("E66 on io_uring a call about files fails: it is said, and the same answer comes")
    void httpOnTheRing(Row row) throws Exception {
        Rings.assumeAvailable();
        startHttp("--engine=io_uring");
        check(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("E66 a call about files fails: it is said, and afterwards the same answer comes")
    void http(Row row) throws Exception {
        startHttp("--engine=epoll");
        check(row);
    }

    private void startHttp(String engine) throws IOException {
        isHttp = true;
        Files.write(folder.resolve("large"), new byte[3 << 20]);
        server = ServerProcess.start(engine, "--protocol", "http", "--listing", "--root=" + folder);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("E66 a call of the end fails: it is said, and the server ends")
    void end(Row row) throws Exception {
        server = ServerProcess.start();
        converse(server.port());
        Pattern said = said(row);
        Path trace = folder.resolve("trace");
        try (Injection _ = new Injection(server, trace, List.of(row.injection()), null)) {
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
        }
        assertThat(Files.readString(trace)).contains("(INJECTED)");
        if (row.said.isEmpty()) {
            assertThat(server.err().all()).isEmpty();
        } else {
            assertThat(server.err().all()).anyMatch(said.asMatchPredicate());
        }
        assertThat(server.out().all().getLast()).startsWith("Final stats: ");
    }

    private static Pattern said(Row row) {
        return Pattern.compile("edgeloop: .*" + row.said + ".*");
    }

    private void check(Row row) throws Exception {
        int port = server.port();
        ProcessProbe probe = new ProcessProbe(server.pid());
        int sockets = probe.sockets();
        converse(port);
        List<String> before = server.err().all();
        Pattern said = said(row);
        List<String> faults = new ArrayList<>(List.of(row.injection()));
        if (row.call.equals("setsockopt")) {
            faults.add("sendfile:error=EIO:when=2+3"); // so that there is a reset to ask for
        }
        Path trace = folder.resolve("trace");
        // The JVM reads its own classes by pread64.
        Path about = row.call.equals("pread64") ? folder.resolve("small") : null;
        try (Injection _ = new Injection(server, trace, faults, about)) {
            Waiting.until(
                    () -> {
                        tryToConverse(port);
                        Waiting.pass(SILENCE); // in which the reactor sleeps
                        boolean struck = Files.readString(trace).contains("(INJECTED)");
                        boolean told = news(before).anyMatch(said.asMatchPredicate());
                        return struck && (told || row.said.isEmpty());
                    });
        }
        if (row.said.isEmpty()) {
            assertThat(news(before)).isEmpty();
        }
        converse(port);
        Waiting.until(() -> probe.sockets() <= sockets);
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast()).startsWith("Final stats: ");
    }

    private Stream<String> news(List<String> before) {
        List<String> all = server.err().all();
        return all.subList(before.size(), all.size()).stream();
    }

    // ---- What clients do ----------------------------------------------------------------------

    /**
     * Everything that makes the server call what can fail; each client by itself may be cut off.
     */
    private void tryToConverse(int port) {
        for (int i = 0; i < CLIENTS; i++) {
            try {
                converse(port);
            } catch (IOException | AssertionError e) {
                // Struck.
            }
        }
    }

    private void converse(int port) throws IOException {
        if (isHttp) {
            // New each time, or the server has it in memory and reads it no more.
            Files.writeString(folder.resolve("small"), "hello");
            assertThat(get(port, "/small")).endsWith("\r\n\r\nhello");
            assertThat(get(port, "/large")).hasSizeGreaterThan(3 << 20);
            assertThat(get(port, "/")).contains("small");
            return;
        }
        try (Socket socket = connect(port)) {
            byte[] large = new byte[4 << 20];
            for (byte[] message : List.of("hello".getBytes(US_ASCII), large)) {
                Thread writer =
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try {
                                                socket.getOutputStream().write(message);
                                            } catch (IOException e) {
                                                // Reading tells.
                                            }
                                        });
                // Unless there is nothing to wait for, the echo comes to wait at the server.
                boolean _ = writer.join(SILENCE);
                assertThat(socket.getInputStream().readNBytes(message.length)).isEqualTo(message);
                writer.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static String get(int port, String path) throws IOException {
        try (Socket socket = connect(port)) {
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), US_ASCII);
        }
    }

    /** Calls of the reactor's thread that fail, until this is closed. */
    private static final class Injection implements AutoCloseable {
        private final Process strace;

        /**
         * @param about the file that the calls must be about, or null
         */
        Injection(ServerProcess server, Path trace, List<String> faults, Path about)
                throws Exception {
            List<String> command = new ArrayList<>(List.of("strace", "-o", trace.toString()));
            command.addAll(List.of("-p", server.reactorTask().getFileName().toString()));
            if (about != null) {
                command.addAll(List.of("-P", about.toString()));
            }
            for (String fault : faults) {
                // Other machines have epoll_pwait in its place.
                String there = fault.replace("epoll_wait", "?epoll_wait,epoll_pwait");
                command.addAll(List.of("-e", "inject=" + there));
            }
            String calls =
                    faults.stream()
                            .map(fault -> fault.substring(0, fault.indexOf(':')))
                            .collect(Collectors.joining(","))
                            .replace("epoll_wait", "?epoll_wait,epoll_pwait");
            command.addAll(List.of("-e", "trace=" + calls));
            try {
                strace = new ProcessBuilder(command).redirectErrorStream(true).start();
            } catch (IOException e) {
                assumeTrue(false, "strace is not here");
                throw e;
            }
            BufferedReader says = strace.inputReader();
            String line = says.readLine();
            assumeTrue(line != null && line.contains("attached"), "strace may not attach: " + line);
        }

        /** SIGTERM: strace lets go of the thread, and ends. */
        @Override
        public void close() {
            strace.destroy();
            strace.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }
}
