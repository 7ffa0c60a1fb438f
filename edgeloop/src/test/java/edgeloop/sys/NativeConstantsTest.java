package edgeloop.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds every native number in the sources against what the C compiler says, where there is one.
 */
final class NativeConstantsTest {
    private static final String HEADERS =
            """
            #define _GNU_SOURCE
            #include <dirent.h>
            #include <errno.h>
            #include <fcntl.h>
            #include <linux/io_uring.h>
            #include <linux/openat2.h>
            #include <linux/time_types.h>
            #include <netinet/in.h>
            #include <linux/tcp.h>
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/epoll.h>
            #include <sys/eventfd.h>
            #include <sys/mman.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <sys/timerfd.h>
            #include <time.h>
            #ifndef SYS_epoll_wait
            #define SYS_epoll_wait SYS_epoll_pwait
            #endif
            """;

    /** How the names of fields begin, and of which structure they are. */
    private static final Map<String, String> RING_STRUCTURES =
            Map.of(
                    "SQE_", "io_uring_sqe",
                    "CQE_", "io_uring_cqe",
                    "PARAMS_", "io_uring_params",
                    "SQ_OFF_", "io_sqring_offsets",
                    "CQ_OFF_", "io_cqring_offsets",
                    "BUF_REG_", "io_uring_buf_reg",
                    "BUF_RING_", "io_uring_buf_ring",
                    "BUF_", "io_uring_buf");

    @TempDir Path folder;

    @Test
    @DisplayName("E42 struct layouts and constants are what the C compiler says")
    void numbersAreTheCompilers() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        addLayouts(ours);
        addSyscallNumbers(ours);
        addConstants(ours, SocketConstants.class);
        addConstants(ours, FileConstants.class);
        addRing(ours);
        addConstants(ours, Errno.class);

        assertThat(askCompiler(ours)).isEqualTo(ours);
    }

    private static void addLayouts(Map<String, Long> numbers) throws Exception {
        numbers.put("sizeof(struct epoll_event)", (long) EpollEvents.STRIDE);
        numbers.put("offsetof(struct epoll_event, data)", number(EpollEvents.class, "DATA_OFFSET"));
        for (Field field : EpollEvents.class.getFields()) {
            if (field.getName().startsWith("EPOLL")) {
                String name = field.getName();
                numbers.put("(int) " + name, number(EpollEvents.class, name));
            }
        }
        numbers.put("EPOLL_CTL_ADD", (long) EpollEvents.CTL_ADD);
        numbers.put("EPOLL_CTL_DEL", (long) EpollEvents.CTL_DEL);
        numbers.put("EPOLL_CLOEXEC", number(LinuxSyscalls.class, "EPOLL_CLOEXEC"));
        numbers.put(
                "EFD_CLOEXEC | EFD_NONBLOCK", number(LinuxSyscalls.class, "EFD_CLOEXEC_NONBLOCK"));
        numbers.put(
                "TFD_CLOEXEC | TFD_NONBLOCK", number(LinuxSyscalls.class, "TFD_CLOEXEC_NONBLOCK"));
        numbers.put("CLOCK_MONOTONIC", number(LinuxSyscalls.class, "CLOCK_MONOTONIC"));
        numbers.put("PROT_READ | PROT_WRITE", number(LinuxRingSyscalls.class, "PROT_READ_WRITE"));
        numbers.put(
                "MAP_PRIVATE | MAP_ANONYMOUS",
                number(LinuxSyscalls.class, "MAP_PRIVATE_ANONYMOUS"));
        numbers.put(
                "offsetof(struct tcp_info, tcpi_unacked)",
                number(LinuxSyscalls.class, "TCPI_UNACKED"));
        numbers.put("offsetof(struct msghdr, msg_iov)", number(IoVector.class, "MSG_IOV"));
        numbers.put("offsetof(struct msghdr, msg_iovlen)", number(IoVector.class, "MSG_IOVLEN"));
        numbers.put("sizeof(struct iovec)", 16L);
        numbers.put("offsetof(struct iovec, iov_base)", 0L);
        numbers.put("offsetof(struct iovec, iov_len)", 8L);
        numbers.put("sizeof(struct linger)", 8L);
        numbers.put("offsetof(struct linger, l_linger)", 4L);
        numbers.put("sizeof(struct itimerspec)", 32L);
        numbers.put("offsetof(struct itimerspec, it_value)", 16L);
        numbers.put("sizeof(struct sockaddr_in)", 16L);
        numbers.put("offsetof(struct sockaddr_in, sin_port)", 2L);
        numbers.put("offsetof(struct sockaddr_in, sin_addr)", 4L);
        numbers.put("sizeof(struct sockaddr_in6)", (long) SocketAddresses.MAX_BYTES);
        numbers.put("offsetof(struct sockaddr_in6, sin6_port)", 2L);
        numbers.put("offsetof(struct sockaddr_in6, sin6_addr)", 8L);
        numbers.put("offsetof(struct sockaddr_in6, sin6_scope_id)", 24L);
        numbers.put("sizeof(socklen_t)", 4L);
        numbers.put("sizeof(((struct sockaddr *) 0)->sa_family)", 2L);
        numbers.put("sizeof(struct open_how)", 24L);
        numbers.put("offsetof(struct open_how, resolve)", 16L);
        numbers.put("sizeof(struct statx)", (long) FileStatus.BYTES);
        numbers.put("offsetof(struct statx, stx_mode)", number(FileStatus.class, "MODE_OFFSET"));
        numbers.put("offsetof(struct statx, stx_ino)", number(FileStatus.class, "INO_OFFSET"));
        numbers.put("offsetof(struct statx, stx_size)", number(FileStatus.class, "SIZE_OFFSET"));
        numbers.put("offsetof(struct statx, stx_ctime)", number(FileStatus.class, "CTIME_OFFSET"));
        numbers.put("offsetof(struct statx, stx_mtime)", number(FileStatus.class, "MTIME_OFFSET"));
        numbers.put("offsetof(struct statx_timestamp, tv_nsec)", 8L);
        numbers.put(
                "offsetof(struct statx, stx_dev_major)", number(FileStatus.class, "DEV_OFFSET"));
        // A msghdr lies before its array of iovecs.
        numbers.put(
                "sizeof(struct msghdr) <= " + number(IoVector.class, "IOV_ARRAY") + " ? 1 : 0", 1L);
    }

    /** Where a field lies is named after its structure; all else has C's name. */
    private static void addRing(Map<String, Long> numbers) throws Exception {
        for (Field field : RingConstants.class.getFields()) {
            String name = field.getName();
            numbers.put(
                    name.startsWith("IO") ? name : ringLayout(name),
                    number(RingConstants.class, name));
        }
        numbers.put(
                "MAP_SHARED | MAP_POPULATE",
                number(LinuxRingSyscalls.class, "MAP_SHARED_POPULATE"));
        numbers.put(
                "sizeof(struct io_uring_getevents_arg)",
                number(LinuxRingSyscalls.class, "ARG_BYTES"));
        numbers.put(
                "offsetof(struct io_uring_getevents_arg, ts)",
                number(LinuxRingSyscalls.class, "ARG_TS"));
        numbers.put("sizeof(struct __kernel_timespec)", 16L);
        numbers.put("offsetof(struct __kernel_timespec, tv_nsec)", 8L);
        // The parts of unions that stand at the same place.
        long operationFlags = RingConstants.SQE_OP_FLAGS;
        numbers.put("offsetof(struct io_uring_sqe, msg_flags)", operationFlags);
        numbers.put("offsetof(struct io_uring_sqe, poll32_events)", operationFlags);
        numbers.put("offsetof(struct io_uring_sqe, cancel_flags)", operationFlags);
    }

    private static String ringLayout(String name) {
        String structure =
                RING_STRUCTURES.keySet().stream()
                        .filter(prefix -> name.startsWith(prefix))
                        .max(Comparator.comparingInt(String::length)) // BUF_REG_ before BUF_
                        .orElseThrow(
                                () -> new AssertionError("of which structure is " + name + "?"));
        String field = name.substring(structure.length()).toLowerCase(Locale.ROOT);
        String type = "struct " + RING_STRUCTURES.get(structure);
        return switch (field) {
            case "bytes" -> "sizeof(" + type + ")";
            // msg_flags and its like, which see above.
            case "op_flags" -> "offsetof(" + type + ", rw_flags)";
            default -> "offsetof(" + type + ", " + field + ")";
        };
    }

    /** Named as in C, but for the capitals. */
    private static void addSyscallNumbers(Map<String, Long> numbers) throws Exception {
        for (Field field : SyscallNumbers.class.getDeclaredFields()) {
            if (field.getName().startsWith("SYS_")) {
                String name = "SYS_" + field.getName().substring(4).toLowerCase(Locale.ROOT);
                numbers.put(name, number(SyscallNumbers.class, field.getName()));
            }
        }
    }

    /** The public ones; they have the names that the C headers give them. */
    private static void addConstants(Map<String, Long> numbers, Class<?> constants)
            throws Exception {
        for (Field field : constants.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                numbers.put(field.getName(), field.getLong(null));
            }
        }
    }

    private static long number(Class<?> owner, String field) throws Exception {
        Field declared = owner.getDeclaredField(field);
        declared.setAccessible(true);
        return declared.getLong(null); // which takes ints, too
    }

    private Map<String, Long> askCompiler(Map<String, Long> numbers) throws Exception {
        StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
        for (String expression : numbers.keySet()) {
            program.append("    printf(\"%lld\\n\", (long long) (")
                    .append(expression)
                    .append("));\n");
        }
        Files.writeString(folder.resolve("numbers.c"), program.append("}\n"));
        assumeTrue(canRun("cc", "--version"), "no C compiler");

        run("cc", "-o", "numbers", "numbers.c");
        String[] answers = run("./numbers").split("\n", -1);

        Map<String, Long> compilers = new LinkedHashMap<>();
        int line = 0;
        for (String expression : numbers.keySet()) {
            compilers.put(expression, Long.parseLong(answers[line++]));
        }
        return compilers;
    }

    private boolean canRun(String... command) throws InterruptedException {
        try {
            run(command);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output").toFile())
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(folder.resolve("output"));
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
