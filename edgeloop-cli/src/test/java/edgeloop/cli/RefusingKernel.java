package edgeloop.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program in a process whose seccomp filter refuses io_uring, as those of containers do: {@code
 * RefusingKernel CALL ERRNO MAIN-CLASS [ARGUMENT...]}. All by seccomp(2), so nothing is built or
 * installed for it.
 */
final class RefusingKernel {
    /** The exit code where the kernel takes no filter. */
    static final int NO_FILTER = 77;

    /** The calls of io_uring, which have these numbers on every architecture. */
    static final int IO_URING_SETUP = 425;

    static final int IO_URING_ENTER = 426;
    static final int IO_URING_REGISTER = 427;

    static final int EPERM = 1;
    static final int ENOSYS = 38;

    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int SECCOMP_FILTER_FLAG_TSYNC = 1; // for all threads of the JVM

    // Berkeley packet filters, linux/bpf_common.h, and what they answer, linux/seccomp.h.
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int SECCOMP_RET_ERRNO = 0x00050000;
    private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    private static final int INSTRUCTION_BYTES = 8;

    private RefusingKernel() {}

    /** What starts {@code mainClass} so, in a JVM of its own. */
    static String[] command(int call, int errno, Class<?> mainClass, String... arguments) {
        List<String> java =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--class-path",
                        System.getProperty("java.class.path"),
                        RefusingKernel.class.getName(),
                        String.valueOf(call),
                        String.valueOf(errno),
                        mainClass.getName());
        return Stream.concat(java.stream(), Stream.of(arguments)).toArray(String[]::new);
    }

    public static void main(String[] args) throws Throwable {
        if (!refuse(Integer.parseInt(args[0]), Integer.parseInt(args[1]))) {
            System.exit(NO_FILTER);
        }
        var main = Class.forName(args[2]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        main.invoke(null, (Object) Arrays.copyOfRange(args, 3, args.length));
    }

    @SuppressWarnings("restricted")
    private static boolean refuse(int call, int errno) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("prctl"),
                        FunctionDescriptor.of(
                                JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                        Linker.Option.firstVariadicArg(1));
        MethodHandle syscall =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("syscall"),
                        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
                        Linker.Option.firstVariadicArg(1));
        boolean isArm = System.getProperty("os.arch").equals("aarch64");
        long seccomp = isArm ? 277 : 317;
        if ((int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = program(arena, call, errno);
            return (long)
                            syscall.invokeExact(
                                    seccomp,
                                    (long) SECCOMP_SET_MODE_FILTER,
                                    (long) SECCOMP_FILTER_FLAG_TSYNC,
                                    program)
                    == 0;
        }
    }

    /** A {@code struct sock_fprog}. */
    private static MemorySegment program(Arena arena, int call, int errno) {
        MemorySegment filter = arena.allocate(4 * INSTRUCTION_BYTES, 8);
        put(filter, 0, LOAD_WORD, 0, 0, 0); // the number of the call, struct seccomp_data
        put(filter, 1, JUMP_IF_EQUAL, 0, 1, call);
        put(filter, 2, RETURN, 0, 0, SECCOMP_RET_ERRNO | errno);
        put(filter, 3, RETURN, 0, 0, SECCOMP_RET_ALLOW);
        MemorySegment program = arena.allocate(16, 8);
        program.set(JAVA_SHORT, 0, (short) 4);
        program.set(ADDRESS, 8, filter);
        return program;
    }

    private static void put(
            MemorySegment filter, int index, int code, int ifTrue, int ifFalse, int operand) {
        long at = (long) index * INSTRUCTION_BYTES;
        filter.set(JAVA_SHORT, at, (short) code);
        filter.set(JAVA_SHORT, at + 2, (short) (ifFalse << 8 | ifTrue)); // two bytes
        filter.set(JAVA_INT, at + 4, operand);
    }
}
