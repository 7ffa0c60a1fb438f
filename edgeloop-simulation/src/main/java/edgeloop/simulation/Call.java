package edgeloop.simulation;

import java.util.Locale;

/** The system calls of the simulated kernel, as a trace names them. */
enum Call {
    MMAP,
    MUNMAP,
    SOCKET,
    BIND,
    LISTEN,
    CONNECT,
    ACCEPT,
    RECV,
    SEND,
    SENDMSG,
    SHUTDOWN,
    CLOSE,
    FCNTL,
    PRLIMIT,
    SETSOCKOPT,
    SO_LINGER,
    SO_ERROR,
    TCP_INFO,
    SIOCINQ,
    SIOCOUTQ,
    GETSOCKNAME,
    GETPEERNAME,
    EPOLL_CREATE,
    EPOLL_ADD,
    EPOLL_MOD,
    EPOLL_DEL,
    EPOLL_WAIT,
    RING_SETUP,
    RING_REGISTER,
    RING_ENTER,
    RING_RECV,
    RING_SEND,
    RING_POLL,
    RING_CANCEL,
    EVENTFD,
    EVENTFD_WRITE,
    TIMERFD,
    TIMERFD_SETTIME,
    COUNTER_READ,
    SENDFILE,
    OPENAT,
    OPENAT2,
    STATX,
    READLINK,
    PREAD,
    GETDENTS;

    /** Stands for the call in a trace's hash. */
    final int code = name().hashCode();

    private final String label = name().toLowerCase(Locale.ROOT);

    @Override
    public String toString() {
        return label;
    }
}
