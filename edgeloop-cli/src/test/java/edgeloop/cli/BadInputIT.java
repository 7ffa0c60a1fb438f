package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process's side of what {@code ServerCommandTest} tests in full: exit codes and streams. */
@Timeout(180)
final class BadInputIT {
    private ServerProcess server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private void assertFails(int exitCode, String line) throws InterruptedException {
        assertThat(server.awaitExit()).isEqualTo(exitCode);
        assertThat(server.err().all()).containsExactly(line);
        assertThat(server.out().all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port=65536", "--max-events=0", "--stats=abc", "--nonsense", "8080"})
    void badOptionIsOneLineAndExitCodeTwo(String argument) throws Exception {
        server = ServerProcess.launch("./myepollserver", argument);
        assertThat(server.awaitExit()).isEqualTo(2);
        assertThat(server.err().all())
                .singleElement()
                .asString()
                .startsWith("myepollserver: ")
                .contains(argument.replaceFirst("=.*", ""))
                .endsWith("; see --help");
        assertThat(server.out().all()).isEmpty();
    }

    @Test
    void helpIsNotAnError() throws Exception {
        server = ServerProcess.launch("./myepollserver", "--help");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getFirst()).startsWith("Usage: myepollserver ");
        assertThat(server.err().all()).isEmpty();
    }

    @Test
    void takenPortIsNamedWithTheWayOut() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            server = ServerProcess.launch("./myepollserver", "-p", String.valueOf(port));
            assertFails(
                    1,
                    "myepollserver: cannot listen on port "
                            + port
                            + ": another socket has it (EADDRINUSE); choose another --port, or find"
                            + " its owner with: ss -ltnp sport = :"
                            + port);
        }
    }

    @Test
    void portThatIsNotSharedIsNamedWithTheWayOut() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            server =
                    ServerProcess.launch(
                            "./myepollserver", "--reuse-port", "-p", String.valueOf(port));
            assertFails(
                    1,
                    "myepollserver: cannot listen on port "
                            + port
                            + ": another socket has it and does not share it (EADDRINUSE); each"
                            + " server needs --reuse-port and the same user, or find its owner"
                            + " with: ss -ltnp sport = :"
                            + port);
        }
    }

    @Test
    void takenPortOfOneAddressIsNamedWithTheAddress() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            server =
                    ServerProcess.launch(
                            "./myepollserver", "--bind=127.0.0.1", "-p" + taken.getLocalPort());
            assertThat(server.awaitExit()).isEqualTo(1);
            assertThat(server.err().all())
                    .singleElement()
                    .asString()
                    .startsWith(
                            "myepollserver: cannot listen on 127.0.0.1 port "
                                    + taken.getLocalPort()
                                    + ": another socket has it (EADDRINUSE); ");
        }
    }

    @Test
    void privilegedPortWithoutRightsIsNamedWithTheWayOut() throws Exception {
        // Not readString, which reads a byte first: the kernel gives a sysctl to one read alone.
        Path limit = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        int unprivileged = Integer.parseInt(Files.readAllLines(limit).getFirst());
        assumeTrue(unprivileged > 1, "privileged ports");
        String port = String.valueOf(unprivileged - 1);
        boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        Stream<String> asNobody =
                root ? Stream.of("setpriv", "--reuid=65534", "--clear-groups") : Stream.of();
        server =
                ServerProcess.launch(
                        Stream.concat(asNobody, Stream.of("./myepollserver", "-p", port))
                                .toArray(String[]::new));
        assertFails(
                1,
                "myepollserver: cannot listen on port "
                        + port
                        + ": no permission (EACCES); low ports need root or CAP_NET_BIND_SERVICE,"
                        + " choose another --port");
    }

    /** 192.0.2.0/24 is for documentation, RFC 5737: no machine has such an address. */
    @Test
    void addressOfAnotherMachineIsNamedWithTheWayOut() throws Exception {
        server = ServerProcess.start("--bind", "192.0.2.1");
        assertFails(
                1,
                "myepollserver: cannot listen on 192.0.2.1 port 0: not an address of this machine"
                        + " (EADDRNOTAVAIL); choose one that \"ip address\" lists, or leave --bind"
                        + " out");
    }

    /** E48: strace lets the call fail as a filter does. */
    @ParameterizedTest
    @ValueSource(strings = {"epoll_create1:ENOSYS", "eventfd2:EPERM", "timerfd_create:ENOSYS"})
    void refusedCallIsNamedWithTheCause(String refused) throws Exception {
        String call = refused.replaceFirst(":.*", "");
        String errno = refused.replaceFirst(".*:", "");
        String inject = "inject=" + call + ":error=" + errno;
        List<String> strace = List.of("strace", "-f", "-qqq", "-o", "/dev/null", "-e", inject);
        assumeTrue(succeeds(strace, "true"), "strace");
        server =
                ServerProcess.launch(
                        Stream.concat(strace.stream(), Stream.of("./myepollserver", "-p", "0"))
                                .toArray(String[]::new));
        assertFails(
                1,
                "myepollserver: the kernel refuses "
                        + call.replace("eventfd2", "eventfd") // libc's name for it
                        + " ("
                        + errno
                        + "); a seccomp filter, as of a container, must allow it");
    }

    private static boolean succeeds(List<String> prefix, String command) throws Exception {
        try {
            return ServerProcess.builder(
                                    Stream.concat(prefix.stream(), Stream.of(command))
                                            .toArray(String[]::new))
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // not installed
        }
    }
}
