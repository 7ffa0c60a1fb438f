package edgeloop.sys;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The seam between Edgeloop and the kernel. Every system call, every piece of native memory and all
 * time pass through it, so that the whole program can run against a kernel that a test drives.
 *
 * <p>A call answers what the kernel answers, as {@code n >= 0} or {@code -errno} (see {@link
 * Errno}): outcomes such as {@code EAGAIN} are no exceptions here. Whoever calls looks at the
 * answer; the compiler sees to that. Unless a method says otherwise it belongs to the thread of the
 * one reactor that owns this object, and does not block. Descriptors are created non-blocking and
 * close-on-exec.
 */
@CheckReturnValue
public interface Syscalls extends RingSyscalls {

    /** Nanoseconds on a clock that never jumps ({@code CLOCK_MONOTONIC}); any thread may ask. */
    long nanoTime();

    /**
     * The time of day, in milliseconds since 1970 UTC. It may jump, so nothing is timed by it: it
     * is for what people and other machines are told.
     */
    long wallClockMillis();

    /**
     * Maps {@code bytes} of zeroed private memory (mmap(2)), not resident until touched.
     *
     * @throws OutOfMemoryError if the kernel refuses
     */
    MemorySegment map(long bytes);

    /**
     * The bytes of memory that the process may use: the least of its control groups' limits and the
     * machine's; {@link Long#MAX_VALUE} where that is not known. Reads files, so it is for the
     * start.
     */
    long memoryLimit();

    /** Returns memory from {@link #map} to the kernel (munmap(2)); it must not be touched again. */
    int unmap(MemorySegment memory);

    /**
     * Creates a TCP socket (socket(2)).
     *
     * @param domain {@link SocketConstants#AF_INET} or {@link SocketConstants#AF_INET6}
     */
    int socket(int domain);

    /** bind(2). */
    int bind(int fd, InetSocketAddress address);

    /** connect(2); {@code -EINPROGRESS} where it goes on, and readiness to write tells the end. */
    int connect(int fd, InetSocketAddress address);

    /** listen(2); the kernel cuts {@code backlog} to net.core.somaxconn without a word. */
    int listen(int fd, int backlog);

    /** accept4(2): the descriptor of the next pending connection. */
    int accept(int fd);

    /** recv(2) of at most {@code length} bytes into {@code buffer}; 0 is the peer's FIN. */
    int recv(int fd, MemorySegment buffer, int offset, int length);

    /** send(2) with {@code MSG_NOSIGNAL}: a dead peer is {@code EPIPE}, never a signal. */
    int send(int fd, MemorySegment buffer, int offset, int length);

    /** Sends what {@code vector} holds in one call (sendmsg(2)), with {@code MSG_NOSIGNAL}. */
    int send(int fd, IoVector vector);

    /**
     * send(2) with {@code MSG_NOSIGNAL} and {@code MSG_MORE}: more follows at once, and the kernel
     * may wait for it to fill a packet.
     */
    int sendMore(int fd, MemorySegment buffer, int offset, int length);

    /**
     * sendfile(2): hands bytes of a file to a socket without a copy in user space. The file's own
     * position is neither used nor moved, so one descriptor serves any number of sockets. A dead
     * peer is {@code EPIPE} and a SIGPIPE, which the JVM ignores. It does not wait for the socket,
     * but may wait for the disk.
     *
     * @param offset from where in the file, in bytes
     * @param length the most bytes to send
     * @return the bytes sent; 0 where the file ends at or before {@code offset}
     */
    int sendFile(int socket, int file, long offset, int length);

    /** shutdown(2) of the sending direction: the peer gets a FIN after the last byte. */
    int shutdownOutput(int fd);

    /** close(2). The descriptor is gone whatever the answer, so it is never asked twice. */
    int close(int fd);

    /** The lowest descriptor that is free now, as a duplicate of {@code fd} (fcntl(2)). */
    int duplicate(int fd);

    /** The number that all descriptors are below: {@code RLIMIT_NOFILE}, getrlimit(2). */
    int descriptorLimit();

    /** setsockopt(2) of an {@code int} option. */
    int setOption(int fd, int level, int option, int value);

    /**
     * Has the group of sockets that listen on one port, of which {@code fd} is one, hand
     * connections out by the processor that receives them: of {@code processors[i]} to the one that
     * listened as the i-th, of any other as without this. {@code SO_ATTACH_REUSEPORT_CBPF},
     * socket(7).
     *
     * @param processors at most 1,024
     */
    int steerByProcessor(int fd, int[] processors);

    /** The processors that the calling thread may run on, in order; sched_getaffinity(2). */
    int[] processors();

    /** Has the calling thread run on {@code processor} alone; sched_setaffinity(2). */
    int pinThread(int processor);

    /** setsockopt(2) of {@code SO_LINGER} with zero seconds: close will send RST, not FIN. */
    int setLingerZero(int fd);

    /** Takes the socket's pending error ({@code SO_ERROR}): 0 or a positive errno. */
    int takeError(int fd);

    /**
     * The number of connections a listening socket holds established but not accepted: its {@code
     * tcpi_unacked} in {@code TCP_INFO}, tcp(7). Any thread may ask.
     */
    int acceptQueueLength(int fd);

    /** Bytes received that recv(2) has not taken, {@code SIOCINQ} of tcp(7). */
    int unreadInput(int fd);

    /** Bytes sent that the peer has not acknowledged, {@code SIOCOUTQ} of tcp(7). */
    int unsentOutput(int fd);

    /** getsockname(2), or null where the kernel will not tell. */
    @Nullable InetSocketAddress localAddress(int fd);

    /** getpeername(2), or null where the kernel will not tell, as after a reset. */
    @Nullable InetSocketAddress remoteAddress(int fd);

    /** epoll_create1(2). */
    int epollCreate();

    /** epoll_ctl(2) with {@code EPOLL_CTL_ADD}; {@code data} comes back with each event. */
    int epollAdd(int epoll, int fd, int events, long data);

    /** epoll_ctl(2) with {@code EPOLL_CTL_MOD}. */
    int epollModify(int epoll, int fd, int events, long data);

    /** epoll_ctl(2) with {@code EPOLL_CTL_DEL}. */
    int epollDelete(int epoll, int fd);

    /**
     * epoll_wait(2). The only call that may block.
     *
     * @param timeoutMillis 0 not to wait, -1 to wait without end
     */
    int epollWait(int epoll, EpollEvents events, int timeoutMillis);

    /** eventfd(2) with a count of zero. */
    int eventfd();

    /** Adds 1 to an eventfd. Any thread may call this. */
    int signalEventfd(int fd);

    /** timerfd_create(2) on {@code CLOCK_MONOTONIC}. */
    int timerfd();

    /**
     * timerfd_settime(2): expires once, {@code delayNanos} from now.
     *
     * @param delayNanos at least 1, since the kernel takes 0 for "disarm"
     */
    int armTimerfd(int fd, long delayNanos);

    /** {@link #armTimerfd} with the shortest delay. Any thread may call this. */
    int expireTimerfd(int fd);

    /** Reads the counter of an eventfd, which sets it to zero. Any thread may call this. */
    int drainCounter(int fd);

    // ---- Files. They may wait for the disk, but never for a peer. ------------------------------

    /**
     * openat(2). Close-on-exec is added to the flags.
     *
     * @param directory a descriptor, or {@link FileConstants#AT_FDCWD}
     * @param path ends with a NUL byte
     * @param flags {@code O_} flags of {@link FileConstants}
     */
    int openAt(int directory, MemorySegment path, int flags);

    /**
     * openat2(2) with {@code RESOLVE_BENEATH}: what is outside of {@code directory}, by {@code ..}
     * or by a symbolic link, is {@code EXDEV}. {@code ENOSYS} before Linux 5.6, {@code EPERM} where
     * a seccomp filter does not know the call. Parameters as of {@link #openAt}.
     */
    int openBeneath(int directory, MemorySegment path, int flags);

    /**
     * statx(2). Follows symbolic links.
     *
     * @param directory where a path that is relative begins; with an empty path, what is asked
     *     about
     * @param path ends with a NUL byte
     * @param status is overwritten if the answer is 0
     */
    int status(int directory, MemorySegment path, FileStatus status);

    /**
     * readlinkat(2): where a symbolic link leads, without a NUL at its end.
     *
     * @param directory where a path that is relative begins; with an empty path, the link itself
     * @param path ends with a NUL byte
     * @param buffer the target is put there from {@code offset} on, cut at {@code length} bytes
     * @return the bytes of the target; {@code -EINVAL}, or with an empty path {@code -ENOENT},
     *     where that is no link
     */
    int readLink(int directory, MemorySegment path, MemorySegment buffer, int offset, int length);

    /** pread(2): reads at {@code position} of a file into {@code buffer}; 0 at its end. */
    int read(int file, long position, MemorySegment buffer, int offset, int length);

    /**
     * getdents64(2): the next entries of a directory, as {@code struct linux_dirent64}.
     *
     * @return the bytes that the entries take, 0 after the last
     */
    int directoryEntries(int directory, MemorySegment buffer);
}
