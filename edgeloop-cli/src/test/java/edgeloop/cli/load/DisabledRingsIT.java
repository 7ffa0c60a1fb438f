package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.Connection;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import edgeloop.Transport;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Where the administrator has turned io_uring off. That is so for all of the machine: whoever opens
 * a ring meanwhile is refused it, so this runs alone, in this process and for a moment. {@code
 * -DexcludedGroups=alone} leaves it out.
 */
@Tag("alone")
@Timeout(60)
@Isolated
class DisabledRingsIT {
    private static final Path SYSCTL = Path.of("/proc/sys/kernel/io_uring_disabled");
    private static final String FOR_NOBODY = "0\n";
    private static final String FOR_ALL = "2\n";

    private Server plain;

    @BeforeEach
    void assumeThatItCanBeTurnedOff() throws IOException {
        assumeTrue(Files.isWritable(SYSCTL), "needs to write kernel.io_uring_disabled");
        // Not by Files.readString, for which a file of proc has no length.
        try (InputStream content = new FileInputStream(SYSCTL.toFile())) {
            assumeTrue(content.read() == FOR_NOBODY.charAt(0), "io_uring is restricted already");
        }
        plain = Server.start(0, _ -> Connection::write);
    }

    @AfterEach
    void end() {
        if (plain != null) {
            plain.close();
        }
    }

    private interface Task<T> {
        T run() throws Exception;
    }

    private static <T> T withoutRings(Task<T> task) throws Exception {
        try {
            Files.writeString(SYSCTL, FOR_ALL);
        } catch (IOException e) {
            abort("may not write kernel.io_uring_disabled: " + e);
        }
        try {
            return task.run();
        } finally {
            Files.writeString(SYSCTL, FOR_NOBODY);
        }
    }

    private static Server start(Transport transport) throws SyscallException {
        return Server.start(
                ServerOptions.defaults().withTransport(transport), _ -> Connection::write);
    }

    private Runs.Outcome load(String engine) throws Exception {
        String target = "127.0.0.1:" + plain.port();
        return withoutRings(() -> Runs.loadtest("--engine", engine, "-c", "1", "-r", "10", target));
    }

    @Test
    void autoTakesEpoll() throws Exception {
        try (Server server = withoutRings(() -> start(Transport.AUTO))) {
            assertThat(server.transport()).isEqualTo(Transport.EPOLL);
            assertThat(server.ioUringRefusal())
                    .startsWith("io_uring_setup: EPERM (forbidden by kernel.io_uring_disabled");
        }
        Runs.Outcome run = load("auto");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("  Errors: 0");
        assertThat(run.err())
                .contains("loadtest: --engine auto takes epoll: io_uring_setup: EPERM (");
    }

    @Test
    void askedForByNameItIsRefused() throws Exception {
        String message =
                withoutRings(
                        () -> {
                            try (Server _ = start(Transport.IO_URING)) {
                                return "started";
                            } catch (SyscallException e) {
                                return e.getMessage();
                            }
                        });
        assertThat(message).startsWith("io_uring_setup: EPERM (").contains("Transport.AUTO");
        Runs.Outcome run = load("io_uring");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .hasLineCount(1)
                .startsWith("loadtest: the kernel refuses io_uring_setup: EPERM (")
                .contains("use --engine epoll or auto");
    }
}
