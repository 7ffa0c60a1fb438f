package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Enters the kernel: the machine's own system-call instruction, called through the Foreign Function
 * &amp; Memory API. The only class that links native code.
 *
 * <p>libc's functions are wrappers around that instruction which move the kernel's answer, {@code
 * n} or {@code -errno}, to a variable of the thread. To fetch it from there before the JVM can
 * overwrite it costs a call into the JVM for every call into the kernel, and the wrapper of a
 * function that may block costs two more calls, for pthread_cancel(3). Here the answer is what the
 * kernel answered, syscall(2), "Architecture calling conventions". What carries it is a {@linkplain
 * #CODE_X86_64 stub} of a few bytes that is no other than libc's {@code syscall} without the part
 * behind the instruction.
 *
 * <p>Any thread may call; there is no state.
 */
@SuppressWarnings("restricted")
final class SystemCall {
    /**
     * The stub takes the six arguments where C passes them, and the number of the call as a
     * seventh.
     *
     * <pre>
     * mov  8(%rsp), %rax      the number
     * mov  %rcx, %r10         the fourth argument: the instruction overwrites rcx
     * syscall
     * ret
     * </pre>
     */
    private static final byte[] CODE_X86_64 = {
        0x48, (byte) 0x8b, 0x44, 0x24, 0x08, 0x49, (byte) 0x89, (byte) 0xca, 0x0f, 0x05, (byte) 0xc3
    };

    /**
     * The same for aarch64, where C passes all seven in registers.
     *
     * <pre>
     * mov  x8, x6             the number
     * svc  #0
     * ret
     * </pre>
     */
    private static final byte[] CODE_AARCH64 = {
        (byte) 0xe8,
        0x03,
        0x06,
        (byte) 0xaa,
        0x01,
        0x00,
        0x00,
        (byte) 0xd4,
        (byte) 0xc0,
        0x03,
        0x5f,
        (byte) 0xd6
    };

    private static final Linker LINKER = Linker.nativeLinker();

    /** One shape for all: the linker makes classes for each when a program starts. */
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_LONG);

    private static final int PROT_READ_WRITE = 0x3;
    private static final int PROT_READ_EXEC = 0x5;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    private static final MemorySegment STUB = stub(System.getProperty("os.arch", ""));

    private static final MethodHandle MAY_BLOCK = LINKER.downcallHandle(STUB, SHAPE);

    /**
     * The thread skips its transition to native state: for what comes with every request and cannot
     * block. One that blocks would hold up every safepoint of the JVM.
     */
    private static final MethodHandle CANNOT_BLOCK =
            LINKER.downcallHandle(STUB, SHAPE, Linker.Option.critical(false));

    private SystemCall() {}

    /** A call that may block, or is so rare that it does not matter. */
    static long call(int number, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) MAY_BLOCK.invokeExact(a, b, c, d, e, f, (long) number);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** A call that cannot block. */
    static long quick(int number, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) CANNOT_BLOCK.invokeExact(a, b, c, d, e, f, (long) number);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** The instructions, in a page that may be executed and no longer written. */
    private static MemorySegment stub(String architecture) {
        byte[] code = codeFor(architecture);
        try {
            long page =
                    (long)
                            libc("mmap")
                                    .invokeExact(
                                            0L,
                                            (long) code.length,
                                            (long) PROT_READ_WRITE,
                                            (long) MAP_PRIVATE_ANONYMOUS,
                                            -1L,
                                            0L,
                                            0L);
            if (page == -1) {
                throw new OutOfMemoryError("mmap of a page for the system-call stub");
            }
            MemorySegment stub = MemorySegment.ofAddress(page).reinterpret(code.length);
            MemorySegment.copy(code, 0, stub, JAVA_BYTE, 0, code.length);
            long result =
                    (long)
                            libc("mprotect")
                                    .invokeExact(
                                            page,
                                            (long) code.length,
                                            (long) PROT_READ_EXEC,
                                            0L,
                                            0L,
                                            0L,
                                            0L);
            if ((int) result != 0) {
                throw new IllegalStateException("mprotect: no memory may be made executable");
            }
            return stub;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static byte[] codeFor(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> CODE_X86_64;
            case "aarch64" -> CODE_AARCH64;
            default ->
                    throw new UnsupportedOperationException(
                            "Edgeloop runs on x86-64 and aarch64, and this is " + architecture);
        };
    }

    /** A function takes its arguments from the first registers, and does not look at the others. */
    private static MethodHandle libc(String function) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), SHAPE);
    }

    /** A downcall throws nothing of its own, so what comes here is an error of the JVM or a bug. */
    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException exception) {
            throw exception;
        }
        throw new IllegalStateException(e);
    }
}
