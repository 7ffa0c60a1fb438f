package edgeloop.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a machine, and a container on it, say of the memory that there is. */
@DisplayName("E67 the memory that a process may use is")
class MemoryLimitTest {
    private static final long MIB = 1 << 20;

    @TempDir private Path root;

    @BeforeEach
    void machineOfAGigabyte() throws IOException {
        write("proc/meminfo", "MemTotal:        1048576 kB\nMemFree: 1 kB\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private long bytes() {
        return new MemoryLimit(root.toString()).bytes();
    }

    @Test
    void theMachinesWhereNoGroupSaysLess() throws IOException {
        assertThat(bytes()).isEqualTo(1024 * MIB);
        write("proc/self/cgroup", "0::/\n");
        assertThat(bytes()).isEqualTo(1024 * MIB);
        write("sys/fs/cgroup/memory.max", "max\n");
        assertThat(bytes()).isEqualTo(1024 * MIB);
    }

    @Test
    void theGroupsOfVersionTwo() throws IOException {
        write("proc/self/cgroup", "0::/app.slice/server.service\n");
        write("sys/fs/cgroup/app.slice/server.service/memory.max", "134217728\n");
        assertThat(bytes()).isEqualTo(128 * MIB);
    }

    @Test
    void thatOfAGroupAboveIfItIsLess() throws IOException {
        write("proc/self/cgroup", "0::/app.slice/server.service\n");
        write("sys/fs/cgroup/app.slice/server.service/memory.max", "max\n");
        write("sys/fs/cgroup/app.slice/memory.max", "67108864\n");
        assertThat(bytes()).isEqualTo(64 * MIB);
    }

    @Test
    void theGroupsOfVersionOne() throws IOException {
        write("proc/self/cgroup", "9:name=systemd:/\n4:memory:/a:b\n1:cpu,cpuacct:/\n0::/\n");
        write("sys/fs/cgroup/memory/a:b/memory.limit_in_bytes", "134217728\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(bytes()).isEqualTo(128 * MIB);
    }

    @Test
    void thatOfAContainerThatSeesItsOwnGroupAtTheTop() throws IOException {
        write("proc/self/cgroup", "4:memory:/docker/0123\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
        assertThat(bytes()).isEqualTo(128 * MIB);
    }

    @Test
    void notKnownWhereNothingCanBeRead() throws IOException {
        Files.delete(root.resolve("proc/meminfo"));
        assertThat(bytes()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void someOnThisMachine() {
        assertThat(new LinuxSyscalls().memoryLimit()).isBetween(MIB, 1L << 50);
    }
}
