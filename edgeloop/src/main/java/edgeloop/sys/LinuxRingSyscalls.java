package edgeloop.sys;

import static edgeloop.sys.RingConstants.IORING_ENTER_EXT_ARG;
import static edgeloop.sys.RingConstants.IORING_ENTER_GETEVENTS;
import static edgeloop.sys.SyscallNumbers.SYS_IO_URING_ENTER;
import static edgeloop.sys.SyscallNumbers.SYS_IO_URING_REGISTER;
import static edgeloop.sys.SyscallNumbers.SYS_IO_URING_SETUP;
import static edgeloop.sys.SyscallNumbers.SYS_MMAP;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The kernel's side of {@link RingSyscalls}, and how memory is mapped. */
abstract sealed class LinuxRingSyscalls implements RingSyscalls permits LinuxSyscalls {
    static final int PROT_READ_WRITE = 0x3;
    private static final int MAP_SHARED_POPULATE = 0x8001;

    /** From here on to -1 an answer is an errno, whatever the type of the result. */
    private static final long MOST_NEGATIVE_ERRNO = -4095;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    // struct io_uring_getevents_arg, and the struct __kernel_timespec that it leads to.
    private static final int ARG_BYTES = 24;
    private static final int ARG_TS = 16;
    private static final int TS_SECONDS = ARG_BYTES;
    private static final int TS_NANOS = ARG_BYTES + 8;

    private final MemorySegment timeout = Arena.ofAuto().allocate(ARG_BYTES + 16, 8);

    LinuxRingSyscalls() {
        timeout.set(JAVA_LONG, ARG_TS, timeout.address() + TS_SECONDS);
    }

    @Override
    public final int ringSetup(int entries, MemorySegment params) {
        return call(SYS_IO_URING_SETUP, entries, params.address(), 0, 0, 0, 0);
    }

    @Override
    public final MemorySegment mapRing(int ring, long offset, long bytes) {
        return map(bytes, MAP_SHARED_POPULATE, ring, offset);
    }

    @Override
    public final int ringRegister(int ring, int operation, MemorySegment argument, int count) {
        return call(SYS_IO_URING_REGISTER, ring, operation, argument.address(), count, 0, 0);
    }

    @Override
    public final int ringSubmit(int ring, int submit) {
        return call(SYS_IO_URING_ENTER, ring, submit, 0, 0, 0, 0);
    }

    @Override
    public final int ringEnter(int ring, int submit, int await, long timeoutNanos) {
        if (timeoutNanos == NO_TIMEOUT) {
            return call(SYS_IO_URING_ENTER, ring, submit, await, IORING_ENTER_GETEVENTS, 0, 0);
        }
        timeout.set(JAVA_LONG, TS_SECONDS, timeoutNanos / NANOS_PER_SECOND);
        timeout.set(JAVA_LONG, TS_NANOS, timeoutNanos % NANOS_PER_SECOND);
        return call(
                SYS_IO_URING_ENTER,
                ring,
                submit,
                await,
                IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
                timeout.address(),
                ARG_BYTES);
    }

    @SuppressWarnings("restricted")
    static MemorySegment map(long bytes, int flags, int fd, long offset) {
        long address = SystemCall.call(SYS_MMAP, 0, bytes, PROT_READ_WRITE, flags, fd, offset);
        if (address < 0 && address >= MOST_NEGATIVE_ERRNO) {
            throw new OutOfMemoryError(
                    "mmap of " + bytes + " bytes: " + Errno.name((int) -address));
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private static int call(int number, long a, long b, long c, long d, long e, long f) {
        return (int) SystemCall.call(number, a, b, c, d, e, f);
    }
}
