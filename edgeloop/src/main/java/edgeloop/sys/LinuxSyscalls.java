package edgeloop.sys;

import static edgeloop.sys.SocketConstants.IPPROTO_TCP;
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

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's side of {@link Syscalls}: libc's wrappers, called through the Foreign Function &amp;
 * Memory API. The only class that links native code.
 *
 * <p>How a call is linked:
 *
 * <ul>
 *   <li>Every argument and result travels as a 64-bit integer. Both supported ABIs (System V
 *       x86-64, AAPCS64) pass an {@code int} in a 64-bit register and look at its lower half, so
 *       one shape per number of arguments serves all functions, and the linker makes few stubs. A
 *       result declared {@code int} is narrowed here, as its upper half is undefined.
 *   <li>errno is captured in the call itself, before the JVM can run and overwrite it, and read
 *       only when the result is -1.
 *   <li>Calls that cannot block and come once per request or connection are {@code critical}: the
 *       thread skips the transition to native state. One that may block never is, since it would
 *       hold up every safepoint.
 *   <li>No variadic function (fcntl, ioctl, syscall) is used, so none needs {@code
 *       firstVariadicArg}.
 * </ul>
 */
public final class LinuxSyscalls implements Syscalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
    private static final Linker.Option CRITICAL = Linker.Option.critical(false);
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET =
            CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle ACCEPT4 = link("accept4", 4, CRITICAL);
    private static final MethodHandle BIND = link("bind", 3);
    private static final MethodHandle CLOSE = link("close", 1);
    private static final MethodHandle CONNECT = link("connect", 3);
    private static final MethodHandle EPOLL_CREATE1 = link("epoll_create1", 1);
    private static final MethodHandle EPOLL_CTL = link("epoll_ctl", 4, CRITICAL);
    private static final MethodHandle EPOLL_POLL = link("epoll_wait", 4, CRITICAL);
    private static final MethodHandle EPOLL_WAIT = link("epoll_wait", 4);
    private static final MethodHandle EVENTFD = link("eventfd", 2);
    private static final MethodHandle GETPEERNAME = link("getpeername", 3);
    private static final MethodHandle GETSOCKNAME = link("getsockname", 3);
    private static final MethodHandle GETSOCKOPT = link("getsockopt", 5);
    private static final MethodHandle LISTEN = link("listen", 2);
    private static final MethodHandle MMAP = link("mmap", 6);
    private static final MethodHandle MUNMAP = link("munmap", 2);
    private static final MethodHandle READ = link("read", 3, CRITICAL);
    private static final MethodHandle RECV = link("recv", 4, CRITICAL);
    private static final MethodHandle SEND = link("send", 4, CRITICAL);
    private static final MethodHandle SENDMSG = link("sendmsg", 3, CRITICAL);
    private static final MethodHandle SETSOCKOPT = link("setsockopt", 5, CRITICAL);
    private static final MethodHandle SHUTDOWN = link("shutdown", 2, CRITICAL);
    private static final MethodHandle SOCKET = link("socket", 3);
    private static final MethodHandle TIMERFD_CREATE = link("timerfd_create", 2);
    private static final MethodHandle TIMERFD_SETTIME = link("timerfd_settime", 4, CRITICAL);
    private static final MethodHandle WRITE = link("write", 3);

    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int TFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int CLOCK_MONOTONIC = 1;
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
    private static MethodHandle link(String function, int arguments, Linker.Option... options) {
        MemoryLayout[] parameters =
                Collections.nCopies(arguments, JAVA_LONG).toArray(MemoryLayout[]::new);
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = CAPTURE_ERRNO;
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(function),
                FunctionDescriptor.of(JAVA_LONG, parameters),
                all);
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
                            MMAP.invokeExact(
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
        return call(ACCEPT4, fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }

    @Override
    public int recv(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return call(RECV, fd, buffer.address() + offset, length, 0);
    }

    @Override
    public int send(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return call(SEND, fd, buffer.address() + offset, length, MSG_NOSIGNAL);
    }

    @Override
    public int send(int fd, IoVector vector) {
        return call(SENDMSG, fd, vector.messageAddress(), MSG_NOSIGNAL);
    }

    @Override
    public int shutdownOutput(int fd) {
        return call(SHUTDOWN, fd, SHUT_WR);
    }

    @Override
    public int close(int fd) {
        return call(CLOSE, fd);
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        scratch.set(JAVA_INT, 0, value);
        return call(SETSOCKOPT, fd, level, option, scratch.address(), Integer.BYTES);
    }

    @Override
    public int setLingerZero(int fd) {
        scratch.set(JAVA_INT, 0, 1); // l_onoff
        scratch.set(JAVA_INT, 4, 0); // l_linger
        return call(SETSOCKOPT, fd, SOL_SOCKET, SO_LINGER, scratch.address(), 2 * Integer.BYTES);
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

    private @Nullable InetSocketAddress address(MethodHandle function, int fd) {
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
        return call(EPOLL_CTL, epoll, EpollEvents.CTL_ADD, fd, registration.memory().address());
    }

    @Override
    public int epollDelete(int epoll, int fd) {
        return call(EPOLL_CTL, epoll, EpollEvents.CTL_DEL, fd, registration.memory().address());
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMillis) {
        long array = events.memory().address();
        // A call that returns at once may be critical; one that sleeps may not.
        return timeoutMillis == 0
                ? call(EPOLL_POLL, epoll, array, events.capacity(), 0)
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
            long result = (long) WRITE.invokeExact(errno, (long) fd, ONE.address(), 8L);
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
        return call(TIMERFD_SETTIME, fd, 0, scratch.address(), 0);
    }

    @Override
    public int drainCounter(int fd) {
        return call(READ, fd, scratch.address(), 8);
    }

    // One call per number of arguments. They are small enough to be inlined, and then the handle
    // passed in is the constant that invokeExact needs to be inlined itself.

    private int call(MethodHandle function, long a) {
        try {
            return outcome((long) function.invokeExact(captured, a));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int call(MethodHandle function, long a, long b) {
        try {
            return outcome((long) function.invokeExact(captured, a, b));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int call(MethodHandle function, long a, long b, long c) {
        try {
            return outcome((long) function.invokeExact(captured, a, b, c));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int call(MethodHandle function, long a, long b, long c, long d) {
        try {
            return outcome((long) function.invokeExact(captured, a, b, c, d));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int call(MethodHandle function, long a, long b, long c, long d, long e) {
        try {
            return outcome((long) function.invokeExact(captured, a, b, c, d, e));
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
