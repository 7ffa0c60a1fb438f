package edgeloop.sys;

/**
 * The numbers of the system calls, asm/unistd.h: each architecture has its own. A test compares
 * them with what the C compiler says.
 */
final class SyscallNumbers {
    private static final boolean X86 =
            EpollEvents.isPacked(System.getProperty("os.arch", "")); // its one other difference

    static final int SYS_ACCEPT4 = X86 ? 288 : 242;
    static final int SYS_BIND = X86 ? 49 : 200;
    static final int SYS_CLOSE = X86 ? 3 : 57;
    static final int SYS_CONNECT = X86 ? 42 : 203;
    static final int SYS_EPOLL_CREATE1 = X86 ? 291 : 20;
    static final int SYS_EPOLL_CTL = X86 ? 233 : 21;

    /** On aarch64 epoll_pwait, which does the same where no mask is given. */
    static final int SYS_EPOLL_WAIT = X86 ? 232 : 22;

    static final int SYS_EVENTFD2 = X86 ? 290 : 19;
    static final int SYS_FCNTL = X86 ? 72 : 25;
    static final int SYS_GETDENTS64 = X86 ? 217 : 61;
    static final int SYS_GETPEERNAME = X86 ? 52 : 205;
    static final int SYS_GETSOCKNAME = X86 ? 51 : 204;
    static final int SYS_GETSOCKOPT = X86 ? 55 : 209;
    static final int SYS_IOCTL = X86 ? 16 : 29;
    static final int SYS_IO_URING_ENTER = 426;
    static final int SYS_IO_URING_REGISTER = 427;
    static final int SYS_IO_URING_SETUP = 425;
    static final int SYS_LISTEN = X86 ? 50 : 201;
    static final int SYS_MMAP = X86 ? 9 : 222;
    static final int SYS_MUNMAP = X86 ? 11 : 215;
    static final int SYS_OPENAT = X86 ? 257 : 56;
    static final int SYS_OPENAT2 = 437;
    static final int SYS_PREAD64 = X86 ? 17 : 67;
    static final int SYS_PRLIMIT64 = X86 ? 302 : 261;
    static final int SYS_READ = X86 ? 0 : 63;
    static final int SYS_READLINKAT = X86 ? 267 : 78;
    static final int SYS_RECVFROM = X86 ? 45 : 207;
    static final int SYS_SCHED_GETAFFINITY = X86 ? 204 : 123;
    static final int SYS_SCHED_SETAFFINITY = X86 ? 203 : 122;
    static final int SYS_SENDFILE = X86 ? 40 : 71;
    static final int SYS_SENDMSG = X86 ? 46 : 211;
    static final int SYS_SENDTO = X86 ? 44 : 206;
    static final int SYS_SETSOCKOPT = X86 ? 54 : 208;
    static final int SYS_SHUTDOWN = X86 ? 48 : 210;
    static final int SYS_SOCKET = X86 ? 41 : 198;
    static final int SYS_STATX = X86 ? 332 : 291;
    static final int SYS_TIMERFD_CREATE = X86 ? 283 : 85;
    static final int SYS_TIMERFD_SETTIME = X86 ? 286 : 86;
    static final int SYS_WRITE = X86 ? 1 : 64;

    private SyscallNumbers() {}
}
