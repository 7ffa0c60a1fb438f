package edgeloop.sys;

import static edgeloop.sys.SocketConstants.IPPROTO_TCP;
import static edgeloop.sys.SocketConstants.MSG_MORE;
import static edgeloop.sys.SocketConstants.MSG_NOSIGNAL;
import static edgeloop.sys.SocketConstants.SHUT_WR;
import static edgeloop.sys.SocketConstants.SOCK_CLOEXEC;
import static edgeloop.sys.SocketConstants.SOCK_NONBLOCK;
import static edgeloop.sys.SocketConstants.SOCK_STREAM;
import static edgeloop.sys.SocketConstants.SOL_SOCKET;
import static edgeloop.sys.SocketConstants.SO_ATTACH_REUSEPORT_CBPF;
import static edgeloop.sys.SocketConstants.SO_ERROR;
import static edgeloop.sys.SocketConstants.SO_LINGER;
import static edgeloop.sys.SocketConstants.TCP_INFO;
import static edgeloop.sys.SyscallNumbers.SYS_ACCEPT4;
import static edgeloop.sys.SyscallNumbers.SYS_BIND;
import static edgeloop.sys.SyscallNumbers.SYS_CLOSE;
import static edgeloop.sys.SyscallNumbers.SYS_CONNECT;
import static edgeloop.sys.SyscallNumbers.SYS_EPOLL_CREATE1;
import static edgeloop.sys.SyscallNumbers.SYS_EPOLL_CTL;
import static edgeloop.sys.SyscallNumbers.SYS_EPOLL_WAIT;
import static edgeloop.sys.SyscallNumbers.SYS_EVENTFD2;
import static edgeloop.sys.SyscallNumbers.SYS_FCNTL;
import static edgeloop.sys.SyscallNumbers.SYS_GETDENTS64;
import static edgeloop.sys.SyscallNumbers.SYS_GETPEERNAME;
import static edgeloop.sys.SyscallNumbers.SYS_GETSOCKNAME;
import static edgeloop.sys.SyscallNumbers.SYS_GETSOCKOPT;
import static edgeloop.sys.SyscallNumbers.SYS_IOCTL;
import static edgeloop.sys.SyscallNumbers.SYS_LISTEN;
import static edgeloop.sys.SyscallNumbers.SYS_MUNMAP;
import static edgeloop.sys.SyscallNumbers.SYS_OPENAT;
import static edgeloop.sys.SyscallNumbers.SYS_OPENAT2;
import static edgeloop.sys.SyscallNumbers.SYS_PREAD64;
import static edgeloop.sys.SyscallNumbers.SYS_PRLIMIT64;
import static edgeloop.sys.SyscallNumbers.SYS_READ;
import static edgeloop.sys.SyscallNumbers.SYS_READLINKAT;
import static edgeloop.sys.SyscallNumbers.SYS_RECVFROM;
import static edgeloop.sys.SyscallNumbers.SYS_SCHED_GETAFFINITY;
import static edgeloop.sys.SyscallNumbers.SYS_SCHED_SETAFFINITY;
import static edgeloop.sys.SyscallNumbers.SYS_SENDFILE;
import static edgeloop.sys.SyscallNumbers.SYS_SENDMSG;
import static edgeloop.sys.SyscallNumbers.SYS_SENDTO;
import static edgeloop.sys.SyscallNumbers.SYS_SETSOCKOPT;
import static edgeloop.sys.SyscallNumbers.SYS_SHUTDOWN;
import static edgeloop.sys.SyscallNumbers.SYS_SOCKET;
import static edgeloop.sys.SyscallNumbers.SYS_STATX;
import static edgeloop.sys.SyscallNumbers.SYS_TIMERFD_CREATE;
import static edgeloop.sys.SyscallNumbers.SYS_TIMERFD_SETTIME;
import static edgeloop.sys.SyscallNumbers.SYS_WRITE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's side of {@link Syscalls}.
 *
 * <p>Each call names its number and passes its arguments as 64-bit integers, and {@link SystemCall}
 * carries it. Calls that cannot block and come once per request or connection are {@linkplain
 * SystemCall#quick quick}.
 */
public final class LinuxSyscalls extends LinuxRingSyscalls implements Syscalls {
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int TFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int RLIMIT_NOFILE = 7;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    /** Offset of tcpi_unacked in struct tcp_info; of a listening socket, its queue's length. */
    private static final int TCPI_UNACKED = 24;

    private static final int SIOCINQ = 0x541b; // asm-generic/ioctls.h
    private static final int SIOCOUTQ = 0x5411;

    /** Of a mask of processors: 8,192 of them, the most that Linux can be built for. */
    private static final int AFFINITY_BYTES = 1024;

    private static final int SCRATCH_LENGTH = 56;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** The 1 that {@link #signalEventfd} adds; only ever read. */
    private static final MemorySegment ONE = one();

    /** A struct itimerspec: once, in 1 ns; only ever read. */
    private static final MemorySegment SOON = soon();

    /** Where counts go that nobody wants to know, of all threads. */
    private static final MemorySegment SINK = Arena.global().allocate(JAVA_LONG);

    /** Arguments and results that calls take by address: a value, and at the end its length. */
    private final MemorySegment scratch = Arena.ofAuto().allocate(SCRATCH_LENGTH + 4, 8);

    private final EpollEvents registration =
            new EpollEvents(Arena.ofAuto().allocate(EpollEvents.STRIDE, 8), 1);

    private static MemorySegment one() {
        MemorySegment one = Arena.global().allocate(JAVA_LONG);
        one.set(JAVA_LONG, 0, 1);
        return one;
    }

    private static MemorySegment soon() {
        MemorySegment soon = Arena.global().allocate(4 * JAVA_LONG.byteSize(), 8);
        soon.set(JAVA_LONG, 24, 1);
        return soon;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime(); // CLOCK_MONOTONIC on Linux, by the vDSO
    }

    @Override
    public long wallClockMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public MemorySegment map(long bytes) {
        return map(bytes, MAP_PRIVATE_ANONYMOUS, -1, 0);
    }

    @Override
    public long memoryLimit() {
        return new MemoryLimit("").bytes();
    }

    @Override
    public int unmap(MemorySegment memory) {
        return call(SYS_MUNMAP, memory.address(), memory.byteSize());
    }

    @Override
    public int socket(int domain) {
        return call(SYS_SOCKET, domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }

    @Override
    public int bind(int fd, InetSocketAddress address) {
        int length = SocketAddresses.encode(address, scratch);
        return call(SYS_BIND, fd, scratch.address(), length);
    }

    @Override
    public int connect(int fd, InetSocketAddress address) {
        int length = SocketAddresses.encode(address, scratch);
        return call(SYS_CONNECT, fd, scratch.address(), length);
    }

    @Override
    public int listen(int fd, int backlog) {
        return call(SYS_LISTEN, fd, backlog);
    }

    @Override
    public int accept(int fd) {
        return quick(SYS_ACCEPT4, fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }

    @Override
    public int recv(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return quick(SYS_RECVFROM, fd, buffer.address() + offset, length, 0);
    }

    @Override
    public int send(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return quick(SYS_SENDTO, fd, buffer.address() + offset, length, MSG_NOSIGNAL);
    }

    @Override
    public int send(int fd, IoVector vector) {
        return quick(SYS_SENDMSG, fd, vector.messageAddress(), MSG_NOSIGNAL);
    }

    @Override
    public int sendMore(int fd, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return quick(SYS_SENDTO, fd, buffer.address() + offset, length, MSG_NOSIGNAL | MSG_MORE);
    }

    @Override
    public int sendFile(int socket, int file, long offset, int length) {
        scratch.set(JAVA_LONG, 0, offset);
        return call(SYS_SENDFILE, socket, file, scratch.address(), length);
    }

    @Override
    public int shutdownOutput(int fd) {
        return quick(SYS_SHUTDOWN, fd, SHUT_WR);
    }

    @Override
    public int close(int fd) {
        return call(SYS_CLOSE, fd);
    }

    @Override
    public int duplicate(int fd) {
        return call(SYS_FCNTL, fd, F_DUPFD_CLOEXEC, 0);
    }

    @Override
    public int descriptorLimit() {
        int result = call(SYS_PRLIMIT64, 0, RLIMIT_NOFILE, 0, scratch.address());
        if (result < 0) {
            return result;
        }
        long limit = scratch.get(JAVA_LONG, 0); // rlim_cur
        return limit < 0 || limit > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) limit;
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        scratch.set(JAVA_INT, 0, value);
        return quick(SYS_SETSOCKOPT, fd, level, option, scratch.address(), Integer.BYTES);
    }

    @Override
    public int steerByProcessor(int fd, int[] processors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = ReuseportFilter.byProcessor(processors, arena);
            return quick(
                    SYS_SETSOCKOPT,
                    fd,
                    SOL_SOCKET,
                    SO_ATTACH_REUSEPORT_CBPF,
                    filter.address(),
                    filter.byteSize());
        }
    }

    @Override
    public int[] processors() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(AFFINITY_BYTES, Long.BYTES);
            int bytes = call(SYS_SCHED_GETAFFINITY, 0, AFFINITY_BYTES, mask.address());
            byte[] bits = mask.asSlice(0, Math.max(0, bytes)).toArray(JAVA_BYTE);
            return BitSet.valueOf(bits).stream().toArray();
        }
    }

    @Override
    public int pinThread(int processor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(AFFINITY_BYTES, Long.BYTES);
            mask.set(JAVA_BYTE, processor / Byte.SIZE, (byte) (1 << processor % Byte.SIZE));
            return call(SYS_SCHED_SETAFFINITY, 0, AFFINITY_BYTES, mask.address());
        }
    }

    @Override
    public int setLingerZero(int fd) {
        scratch.set(JAVA_INT, 0, 1); // l_onoff
        scratch.set(JAVA_INT, 4, 0); // l_linger
        return quick(
                SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_LINGER, scratch.address(), 2 * Integer.BYTES);
    }

    @Override
    public int takeError(int fd) {
        int result = getOption(fd, SOL_SOCKET, SO_ERROR, scratch, Integer.BYTES);
        return result < 0 ? -result : scratch.get(JAVA_INT, 0);
    }

    @Override
    public int acceptQueueLength(int fd) {
        try (Arena arena = Arena.ofConfined()) { // any thread: without the scratch
            MemorySegment info = arena.allocate(SCRATCH_LENGTH + Integer.BYTES, Long.BYTES);
            int length = TCPI_UNACKED + Integer.BYTES;
            int result = getOption(fd, IPPROTO_TCP, TCP_INFO, info, length);
            return result < 0 ? result : info.get(JAVA_INT, TCPI_UNACKED);
        }
    }

    @Override
    public int unreadInput(int fd) {
        return queued(fd, SIOCINQ);
    }

    @Override
    public int unsentOutput(int fd) {
        return queued(fd, SIOCOUTQ);
    }

    private int queued(int fd, int request) {
        int result = call(SYS_IOCTL, fd, request, scratch.address());
        return result < 0 ? result : scratch.get(JAVA_INT, 0);
    }

    /** Reads an option's value to the start of {@code memory}, laid out as the scratch. */
    private static int getOption(int fd, int level, int option, MemorySegment memory, int length) {
        memory.set(JAVA_INT, SCRATCH_LENGTH, length);
        long lengthAddress = memory.address() + SCRATCH_LENGTH;
        return call(SYS_GETSOCKOPT, fd, level, option, memory.address(), lengthAddress);
    }

    @Override
    public @Nullable InetSocketAddress localAddress(int fd) {
        return address(SYS_GETSOCKNAME, fd);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(int fd) {
        return address(SYS_GETPEERNAME, fd);
    }

    private @Nullable InetSocketAddress address(int number, int fd) {
        scratch.set(JAVA_INT, SCRATCH_LENGTH, SocketAddresses.MAX_BYTES);
        int result = call(number, fd, scratch.address(), scratch.address() + SCRATCH_LENGTH);
        return result < 0 ? null : SocketAddresses.decode(scratch);
    }

    @Override
    public int epollCreate() {
        return call(SYS_EPOLL_CREATE1, EPOLL_CLOEXEC);
    }

    @Override
    public int epollAdd(int epoll, int fd, int events, long data) {
        registration.set(0, events, data);
        return quick(
                SYS_EPOLL_CTL, epoll, EpollEvents.CTL_ADD, fd, registration.memory().address());
    }

    @Override
    public int epollModify(int epoll, int fd, int events, long data) {
        registration.set(0, events, data);
        return quick(
                SYS_EPOLL_CTL, epoll, EpollEvents.CTL_MOD, fd, registration.memory().address());
    }

    @Override
    public int epollDelete(int epoll, int fd) {
        return quick(
                SYS_EPOLL_CTL, epoll, EpollEvents.CTL_DEL, fd, registration.memory().address());
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMillis) {
        long array = events.memory().address();
        // A call that returns at once may be critical; one that sleeps may not.
        return timeoutMillis == 0
                ? quick(SYS_EPOLL_WAIT, epoll, array, events.capacity(), 0)
                : call(SYS_EPOLL_WAIT, epoll, array, events.capacity(), timeoutMillis);
    }

    @Override
    public int eventfd() {
        return call(SYS_EVENTFD2, 0, EFD_CLOEXEC_NONBLOCK);
    }

    @Override
    public int signalEventfd(int fd) {
        return call(SYS_WRITE, fd, ONE.address(), Long.BYTES); // any thread: without the scratch
    }

    @Override
    public int timerfd() {
        return call(SYS_TIMERFD_CREATE, CLOCK_MONOTONIC, TFD_CLOEXEC_NONBLOCK);
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
        return quick(SYS_TIMERFD_SETTIME, fd, 0, scratch.address(), 0);
    }

    @Override
    public int expireTimerfd(int fd) {
        return call(SYS_TIMERFD_SETTIME, fd, 0, SOON.address(), 0);
    }

    @Override
    public int drainCounter(int fd) {
        return quick(SYS_READ, fd, SINK.address(), 8);
    }

    @Override
    public int openAt(int directory, MemorySegment path, int flags) {
        return call(SYS_OPENAT, directory, path.address(), flags | FileConstants.O_CLOEXEC, 0);
    }

    @Override
    public int openBeneath(int directory, MemorySegment path, int flags) {
        // struct open_how: flags, mode, resolve
        scratch.set(JAVA_LONG, 0, flags | FileConstants.O_CLOEXEC);
        scratch.set(JAVA_LONG, 8, 0);
        scratch.set(
                JAVA_LONG, 16, FileConstants.RESOLVE_BENEATH | FileConstants.RESOLVE_NO_MAGICLINKS);
        return call(SYS_OPENAT2, directory, path.address(), scratch.address(), 24);
    }

    @Override
    public int status(int directory, MemorySegment path, FileStatus status) {
        return call(
                SYS_STATX,
                directory,
                path.address(),
                FileConstants.AT_EMPTY_PATH,
                FileConstants.STATX_BASIC_STATS,
                status.memory().address());
    }

    @Override
    public int readLink(
            int directory, MemorySegment path, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return call(SYS_READLINKAT, directory, path.address(), buffer.address() + offset, length);
    }

    @Override
    public int read(int file, long position, MemorySegment buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        return call(SYS_PREAD64, file, buffer.address() + offset, length, position);
    }

    @Override
    public int directoryEntries(int directory, MemorySegment buffer) {
        return call(SYS_GETDENTS64, directory, buffer.address(), buffer.byteSize());
    }

    private static int call(int number, long a) {
        return call(number, a, 0, 0, 0, 0);
    }

    private static int call(int number, long a, long b) {
        return call(number, a, b, 0, 0, 0);
    }

    private static int call(int number, long a, long b, long c) {
        return call(number, a, b, c, 0, 0);
    }

    private static int call(int number, long a, long b, long c, long d) {
        return call(number, a, b, c, d, 0);
    }

    private static int call(int number, long a, long b, long c, long d, long e) {
        return (int) SystemCall.call(number, a, b, c, d, e, 0);
    }

    private static int quick(int number, long a, long b) {
        return quick(number, a, b, 0, 0, 0);
    }

    private static int quick(int number, long a, long b, long c) {
        return quick(number, a, b, c, 0, 0);
    }

    private static int quick(int number, long a, long b, long c, long d) {
        return quick(number, a, b, c, d, 0);
    }

    private static int quick(int number, long a, long b, long c, long d, long e) {
        return (int) SystemCall.quick(number, a, b, c, d, e, 0);
    }
}
