package edgeloop.sys;

import static edgeloop.sys.SocketConstants.IPPROTO_TCP;
import static edgeloop.sys.SocketConstants.MSG_MORE;
import static edgeloop.sys.SocketConstants.MSG_NOSIGNAL;
import static edgeloop.sys.SocketConstants.SHUT_WR;
import static edgeloop.sys.SocketConstants.SOCK_CLOEXEC;
import static edgeloop.sys.SocketConstants.SOCK_NONBLOCK;
import static edgeloop.sys.SocketConstants.SOCK_STREAM;
import static edgeloop.sys.SocketConstants.SOL_SOCKET;
import static edgeloop.sys.SocketConstants.SO_ERROR;
import static edgeloop.sys.SocketConstants.SO_LINGER;
import static edgeloop.sys.SocketConstants.TCP_INFO;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Objects;

/**
 * The kernel's side of {@link Syscalls}: libc's wrappers, called through the Foreign Function &amp;
 * Memory API. The only class that links native code.
 *
 * <p>How a call is linked:
 *
 * <ul>
 *   <li>All functions are called through two method handles, one that may block and one that may
 *       not. Each passes the function's address and six 64-bit integers. Both supported ABIs
 *       (System V x86-64, AAPCS64) pass the first six integer arguments in registers, an {@code
 *       int} in the lower half of one, and a function does not look at registers beyond its own
 *       arguments. So the linker makes two stubs and not one for each function, which halves the
 *       time to start. A result declared {@code int} is narrowed here, as its upper half is
 *       undefined.
 *   <li>errno is captured in the call itself, before the JVM can run and overwrite it, and read
 *       only when the result is -1.
 *   <li>Calls that cannot block and come once per request or connection are {@linkplain #QUICK
 *       quick}: the thread skips the transition to native state. One that may block never is, since
 *       it would hold up every safepoint.
 *   <li>Two functions are variadic: {@code openat}, and {@code syscall}, the only way to
 *       openat2(2). Both ABIs pass variadic integers as they pass others, so the shape above holds
 *       for them too. {@code firstVariadicArg} matters where the ABI puts them elsewhere (AAPCS64
 *       as Apple changed it), or counts vector registers, of which there are none. {@code syscall}
 *       takes its seventh argument from the stack on x86-64; openat2 has four.
 * </ul>
 */
public final class LinuxSyscalls implements Syscalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET =
            CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** Calls a function that may block, or is called so rarely that it does not matter. */
    private static final MethodHandle CALL = link();

    /** Calls a function that cannot block. */
    private static final MethodHandle QUICK = link(Linker.Option.critical(false));

    private static final MemorySegment ACCEPT4 = find("accept4");
    private static final MemorySegment BIND = find("bind");
    private static final MemorySegment CLOSE = find("close");
    private static final MemorySegment CONNECT = find("connect");
    private static final MemorySegment EPOLL_CREATE1 = find("epoll_create1");
    private static final MemorySegment EPOLL_CTL = find("epoll_ctl");
    private static final MemorySegment EPOLL_WAIT = find("epoll_wait");
    private static final MemorySegment EVENTFD = find("eventfd");
    private static final MemorySegment GETDENTS64 = find("getdents64");
    private static final MemorySegment GETPEERNAME = find("getpeername");
    private static final MemorySegment GETSOCKNAME = find("getsockname");
    private static final MemorySegment GETSOCKOPT = find("getsockopt");
    private static final MemorySegment LISTEN = find("listen");
    private static final MemorySegment MMAP = find("mmap");
    private static final MemorySegment MUNMAP = find("munmap");
    private static final MemorySegment OPENAT = find("openat");
    private static final MemorySegment PREAD = find("pread");
    private static final MemorySegment READ = find("read");
    private static final MemorySegment RECV = find("recv");
    private static final MemorySegment SEND = find("send");
    private static final MemorySegment SENDFILE = find("sendfile");
    private static final MemorySegment SENDMSG = find("sendmsg");
    private static final MemorySegment SETSOCKOPT = find("setsockopt");
    private static final MemorySegment SHUTDOWN = find("shutdown");
    private static final MemorySegment SOCKET = find("socket");
    private static final MemorySegment STATX = find("statx");
    private static final MemorySegment SYSCALL = find("syscall");
    private static final MemorySegment TIMERFD_CREATE = find("timerfd_create");
    private static final MemorySegment TIMERFD_SETTIME = find("timerfd_settime");
    private static final MemorySegment WRITE = find("write");

    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int TFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int SYS_OPENAT2 = 437; // on every architecture
    private static final int PROT_READ_WRITE = 0x3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    /** Offset of tcpi_unacked in struct tcp_info; of a listening socket, its queue's length. */
    private static final int TCPI_UNACKED = 24;

    private static final int SCRATCH_LENGTH = 56;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** The 1 that {@link #signalEventfd} adds; only ever read. */
    private static final MemorySegment ONE = one();

    /**
     * errno of the last call that failed. Owned by the reactor's thread, like all but two calls.
     */
    private final MemorySegment captured = Arena.ofAuto().allocate(CAPTURED);

    /** Arguments and results that calls take by address: a value, and at the end its length. */
    private final MemorySegment scratch = Arena.ofAuto().allocate(SCRATCH_LENGTH + 4, 8);

    private final EpollEvents registration =
            new EpollEvents(Arena.ofAuto().allocate(EpollEvents.STRIDE, 8), 1);

    private static MemorySegment one() {
        MemorySegment one = Arena.global().allocate(JAVA_LONG);
        one.set(JAVA_LONG, 0, 1);
        return one;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(Linker.Option... options) {
        Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = Linker.Option.captureCallState("errno");
        return LINKER.downcallHandle(
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                        JAVA_LONG),
                all);
    }

    private static MemorySegment find(String function) {
        return LINKER.defaultLookup().findOrThrow(function);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime(); // CLOCK_MONOTONIC on Linux, by the vDSO
    }

    @Override
    @SuppressWarnings("restricted")
    public MemorySegment map(long bytes) {
        try {
            long address =
                    (long)
                            CALL.invokeExact(
                                    MMAP,
                                    captured,
                                    0L,
                                    bytes,
                                    (long) PROT_READ_WRITE,
                                    (long) MAP_PRIVATE_ANONYMOUS,
                                    -1L,
                                    0L);
            if (address == -1) {
                throw new OutOfMemoryError("mmap of " + bytes + " bytes: " + Errno.name(errno()));
            }
            return MemorySegment.ofAddress(address).reinterpret(bytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public void unmap(MemorySegment memory) {
        int result = call(MUNMAP, memory.address(), memory.byteSize());
        assert result == 0 : Errno.name(-result);
    }

    @Override
    public int socket(int domain) {
        return call(SOCKET, domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }

    @Override
    public int bind(int fd, InetSocketAddress address) {
        int length = SocketAddresses.encode(address, scratch);
        return call(BIND, fd, scratch.address(), length);
    }

    @Override
    public int connect(int fd, InetSocketAddress address) {
        int length = SocketAddresses.encode(address, scratch);
        return call(CONNECT, fd, scratch.address(), length);
    }

    @Override
    public int listen(int fd, int backlog) {
        return call(LISTEN, fd, backlog);
    }

    @Override
    public int accept(int fd) {
        return quick(ACCEPT4, fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }

    @Override
    public int recv(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return quick(RECV, fd, buffer.address() + offset, length, 0);
    }

    @Override
    public int send(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return quick(SEND, fd, buffer.address() + offset, length, MSG_NOSIGNAL);
    }

    @Override
    public int send(int fd, IoVector vector) {
        return quick(SENDMSG, fd, vector.messageAddress(), MSG_NOSIGNAL);
    }

    @Override
    public int sendMore(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return quick(SEND, fd, buffer.address() + offset, length, MSG_NOSIGNAL | MSG_MORE);
    }

    @Override
    public int sendFile(int socket, int file, long offset, int length) {
        scratch.set(JAVA_LONG, 0, offset);
        return call(SENDFILE, socket, file, scratch.address(), length);
    }

    @Override
    public int shutdownOutput(int fd) {
        return quick(SHUTDOWN, fd, SHUT_WR);
    }

    @Override
    public int close(int fd) {
        return call(CLOSE, fd);
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        scratch.set(JAVA_INT, 0, value);
        return quick(SETSOCKOPT, fd, level, option, scratch.address(), Integer.BYTES);
    }

    @Override
    public int setLingerZero(int fd) {
        scratch.set(JAVA_INT, 0, 1); // l_onoff
        scratch.set(JAVA_INT, 4, 0); // l_linger
        return quick(SETSOCKOPT, fd, SOL_SOCKET, SO_LINGER, scratch.address(), 2 * Integer.BYTES);
    }

    @Override
    public int takeError(int fd) {
        int result = getOption(fd, SOL_SOCKET, SO_ERROR, Integer.BYTES);
        return result < 0 ? -result : scratch.get(JAVA_INT, 0);
    }

    @Override
    public int acceptQueueLength(int fd) {
        int result = getOption(fd, IPPROTO_TCP, TCP_INFO, TCPI_UNACKED + Integer.BYTES);
        return result < 0 ? result : scratch.get(JAVA_INT, TCPI_UNACKED);
    }

    /** Reads an option's value to the start of the scratch memory. */
    private int getOption(int fd, int level, int option, int length) {
        scratch.set(JAVA_INT, SCRATCH_LENGTH, length);
        long lengthAddress = scratch.address() + SCRATCH_LENGTH;
        return call(GETSOCKOPT, fd, level, option, scratch.address(), lengthAddress);
    }

    @Override
    public @Nullable InetSocketAddress localAddress(int fd) {
        return address(GETSOCKNAME, fd);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(int fd) {
        return address(GETPEERNAME, fd);
    }

    private @Nullable InetSocketAddress address(MemorySegment function, int fd) {
        scratch.set(JAVA_INT, SCRATCH_LENGTH, SocketAddresses.MAX_BYTES);
        int result = call(function, fd, scratch.address(), scratch.address() + SCRATCH_LENGTH);
        return result < 0 ? null : SocketAddresses.decode(scratch);
    }

    @Override
    public int epollCreate() {
        return call(EPOLL_CREATE1, EPOLL_CLOEXEC);
    }

    @Override
    public int epollAdd(int epoll, int fd, int events, long data) {
        registration.set(0, events, data);
        return quick(EPOLL_CTL, epoll, EpollEvents.CTL_ADD, fd, registration.memory().address());
    }

    @Override
    public int epollDelete(int epoll, int fd) {
        return quick(EPOLL_CTL, epoll, EpollEvents.CTL_DEL, fd, registration.memory().address());
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMillis) {
        long array = events.memory().address();
        // A call that returns at once may be critical; one that sleeps may not.
        return timeoutMillis == 0
                ? quick(EPOLL_WAIT, epoll, array, events.capacity(), 0)
                : call(EPOLL_WAIT, epoll, array, events.capacity(), timeoutMillis);
    }

    @Override
    public int eventfd() {
        return call(EVENTFD, 0, EFD_CLOEXEC_NONBLOCK);
    }

    @Override
    public int signalEventfd(int fd) {
        // Any thread: so it may not share the reactor's place for errno.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(CAPTURED);
            long result =
                    (long) CALL.invokeExact(WRITE, errno, (long) fd, ONE.address(), 8L, 0L, 0L, 0L);
            return result == -1 ? -errno.get(JAVA_INT, ERRNO_OFFSET) : (int) result;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int timerfd() {
        return call(TIMERFD_CREATE, CLOCK_MONOTONIC, TFD_CLOEXEC_NONBLOCK);
    }

    @Override
    public int armTimerfd(int fd, long delayNanos) {
        if (delayNanos < 1) {
            throw new IllegalArgumentException("a delay of " + delayNanos + " ns would disarm");
        }
        scratch.set(JAVA_LONG, 0, 0); // it_interval: expire once
        scratch.set(JAVA_LONG, 8, 0);
        scratch.set(JAVA_LONG, 16, delayNanos / NANOS_PER_SECOND); // it_value
        scratch.set(JAVA_LONG, 24, delayNanos % NANOS_PER_SECOND);
        return quick(TIMERFD_SETTIME, fd, 0, scratch.address(), 0);
    }

    @Override
    public int drainCounter(int fd) {
        return quick(READ, fd, scratch.address(), 8);
    }

    @Override
    public int openAt(int directory, MemorySegment path, int flags) {
        return call(OPENAT, directory, path.address(), flags | FileConstants.O_CLOEXEC, 0);
    }

    @Override
    public int openBeneath(int directory, MemorySegment path, int flags) {
        // struct open_how: flags, mode, resolve
        scratch.set(JAVA_LONG, 0, flags | FileConstants.O_CLOEXEC);
        scratch.set(JAVA_LONG, 8, 0);
        scratch.set(
                JAVA_LONG, 16, FileConstants.RESOLVE_BENEATH | FileConstants.RESOLVE_NO_MAGICLINKS);
        return call(SYSCALL, SYS_OPENAT2, directory, path.address(), scratch.address(), 24);
    }

    @Override
    public int status(int directory, MemorySegment path, FileStatus status) {
        return call(
                STATX,
                directory,
                path.address(),
                FileConstants.AT_EMPTY_PATH,
                FileConstants.STATX_BASIC_STATS,
                status.memory().address());
    }

    @Override
    public int read(int file, long position, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return call(PREAD, file, buffer.address() + offset, length, position);
    }

    @Override
    public int directoryEntries(int directory, MemorySegment buffer) {
        return call(GETDENTS64, directory, buffer.address(), buffer.byteSize());
    }

    private int call(MemorySegment function, long a) {
        return call(function, a, 0, 0, 0, 0);
    }

    private int call(MemorySegment function, long a, long b) {
        return call(function, a, b, 0, 0, 0);
    }

    private int call(MemorySegment function, long a, long b, long c) {
        return call(function, a, b, c, 0, 0);
    }

    private int call(MemorySegment function, long a, long b, long c, long d) {
        return call(function, a, b, c, d, 0);
    }

    private int call(MemorySegment function, long a, long b, long c, long d, long e) {
        try {
            return outcome((long) CALL.invokeExact(function, captured, a, b, c, d, e, 0L));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private int quick(MemorySegment function, long a, long b) {
        return quick(function, a, b, 0, 0, 0);
    }

    private int quick(MemorySegment function, long a, long b, long c) {
        return quick(function, a, b, c, 0, 0);
    }

    private int quick(MemorySegment function, long a, long b, long c, long d) {
        return quick(function, a, b, c, d, 0);
    }

    private int quick(MemorySegment function, long a, long b, long c, long d, long e) {
        try {
            return outcome((long) QUICK.invokeExact(function, captured, a, b, c, d, e, 0L));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Narrows a result to what it is, and makes -1 the negated errno. */
    private int outcome(long result) {
        int value = (int) result;
        return value == -1 ? -errno() : value;
    }

    private int errno() {
        return captured.get(JAVA_INT, ERRNO_OFFSET);
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
