package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.cli.load.LoadTestMain;
import java.net.Socket;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both programs where a seccomp filter refuses io_uring. */
@Timeout(180)
final class RefusedEngineIT {
    private static final String NAMED = "the kernel refuses %s; use --engine epoll or auto";

    private static final String HIDDEN = " (not in this kernel, or hidden by a seccomp filter)";

    private ServerProcess program;

    @BeforeAll
    static void kernelTakesFilters() throws Exception {
        String[] version =
                RefusingKernel.command(
                        RefusingKernel.IO_URING_SETUP,
                        RefusingKernel.EPERM,
                        ServerMain.class,
                        "--version");
        try (ServerProcess program = ServerProcess.launch(version)) {
            assumeTrue(
                    program.awaitExit() != RefusingKernel.NO_FILTER,
                    "needs a kernel that takes seccomp filters");
        }
    }

    @AfterEach
    void end() {
        program.close();
    }

    private void server(int call, int errno, String... options) throws Exception {
        String[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = "--port=0";
        start(call, errno, ServerMain.class, all);
    }

    private void start(int call, int errno, Class<?> mainClass, String... arguments)
            throws Exception {
        program = ServerProcess.launch(RefusingKernel.command(call, errno, mainClass, arguments));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "425 | 38 | --reactors=1 | io_uring_setup: ENOSYS (not in this kernel, or hidden by a seccomp filter)",
                "425 | 1 | --reactors=2 | io_uring_setup: EPERM (forbidden by kernel.io_uring_disabled, or by a seccomp filter as of a container)",
                "426 | 38 | --reactors=2 | io_uring_enter: ENOSYS (not in this kernel, or hidden by a seccomp filter)",
                "427 | 38 | --reactors=1 | io_uring_register: ENOSYS (not in this kernel, or hidden by a seccomp filter)"
            })
    void autoTakesEpollAndSaysWhy(int call, int errno, String reactors, String why)
            throws Exception {
        if (call != RefusingKernel.IO_URING_SETUP) {
            Rings.assumeAvailable(); // else that is refused first
        }
        server(call, errno, "--engine=auto", reactors);
        int port = program.port();
        assertThat(program.out().all().subList(0, 3))
                .containsExactly(
                        "Starting epoll server on port " + port,
                        "Using edge-triggered mode",
                        "Max events per wait: 1024");
        try (Socket socket = program.connect()) {
            socket.getOutputStream().write("hello".getBytes(UTF_8));
            assertThat(socket.getInputStream().readNBytes(5)).asString(UTF_8).isEqualTo("hello");
        }
        program.signal("TERM");
        assertThat(program.awaitExit()).isZero();
        assertThat(program.err().all())
                .containsExactly("myepollserver: --engine auto takes epoll: " + why);
        assertThat(program.out().all().getLast())
                .isEqualTo("Final stats: 1 requests served, 0 errors");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "425 | 38 | io_uring_setup: ENOSYS (not in this kernel, or hidden by a seccomp filter)",
                "425 | 1 | io_uring_setup: EPERM (forbidden by kernel.io_uring_disabled, or by a seccomp filter as of a container)",
                "425 | 12 | io_uring_setup: ENOMEM (too little memory, or too low a limit of ulimit -l)",
                "426 | 1 | io_uring_enter: EPERM (forbidden by kernel.io_uring_disabled, or by a seccomp filter as of a container)",
                "427 | 38 | io_uring_register: ENOSYS (not in this kernel, or hidden by a seccomp filter)"
            })
    void askedForByNameItIsOneLineWithTheWayOut(int call, int errno, String why) throws Exception {
        if (call != RefusingKernel.IO_URING_SETUP) {
            Rings.assumeAvailable(); // else that is refused first
        }
        server(call, errno, "--engine=io_uring", "--reactors=2");
        assertThat(program.awaitExit()).isEqualTo(1);
        assertThat(program.err().all()).containsExactly("myepollserver: " + NAMED.formatted(why));
        assertThat(program.out().all()).isEmpty();
    }

    /** Nor is it asked whether there is another. */
    @Test
    void epollIsTakenWithoutAWord() throws Exception {
        server(RefusingKernel.IO_URING_SETUP, RefusingKernel.EPERM);
        assertThat(program.port()).isPositive();
        program.signal("TERM");
        assertThat(program.awaitExit()).isZero();
        assertThat(program.err().all()).isEmpty();
    }

    @Test
    void loadtestTakesEpollLikewise() throws Exception {
        try (ServerProcess server = ServerProcess.start()) {
            String target = "127.0.0.1:" + server.port();
            start(
                    RefusingKernel.IO_URING_SETUP,
                    RefusingKernel.EPERM,
                    LoadTestMain.class,
                    "--engine=auto",
                    "--threads=2",
                    "-r",
                    "1000",
                    target);
            assertThat(program.awaitExit()).isZero();
            assertThat(program.out().all())
                    .contains("  Errors: 0")
                    .noneMatch(line -> line.contains("io_uring"));
            assertThat(program.err().all())
                    .filteredOn(line -> line.startsWith("loadtest: "))
                    .containsExactly(
                            "loadtest: --engine auto takes epoll: io_uring_setup: EPERM (forbidden"
                                    + " by kernel.io_uring_disabled, or by a seccomp filter as of a"
                                    + " container)");
        }
    }

    /**
     * Rings are charged to the memory that a user may lock, so that there may be one for the first
     * thread and none for the second.
     */
    @ParameterizedTest
    @ValueSource(ints = {100, 300})
    void autoRunsWhateverMemoryMayBeLocked(int kib) throws Exception {
        try (ServerProcess server = ServerProcess.start()) {
            String drop = "setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock";
            program =
                    ServerProcess.launch(
                            "sh",
                            "-c",
                            "ulimit -l "
                                    + kib
                                    + "; [ $(id -u) != 0 ] || exec "
                                    + drop
                                    + " \"$@\"; exec \"$@\"",
                            "sh",
                            "./loadtest",
                            "--engine=auto",
                            "--threads=2",
                            "-r",
                            "1000",
                            "127.0.0.1:" + server.port());
            assertThat(program.awaitExit()).isZero();
            assertThat(program.out().all()).contains("  Errors: 0");
        }
    }

    @ParameterizedTest
    @CsvSource({"425, io_uring_setup", "426, io_uring_enter"})
    void loadtestAskedByNameEndsInOneLine(int call, String name) throws Exception {
        if (call != RefusingKernel.IO_URING_SETUP) {
            Rings.assumeAvailable();
        }
        start(call, RefusingKernel.ENOSYS, LoadTestMain.class, "--engine=io_uring", "127.0.0.1:1");
        assertThat(program.awaitExit()).isEqualTo(1);
        assertThat(program.err().all())
                .containsExactly("loadtest: " + NAMED.formatted(name + ": ENOSYS" + HIDDEN));
        assertThat(program.out().all()).isEmpty();
    }
}
