package edgeloop.simulation;

/** What a simulated kernel may do that a friendly one does not. */
public enum Fault {
    /** A call that sets something up: EMFILE, ENFILE, ENOMEM, EADDRINUSE, ... */
    SETUP_REFUSED,
    /** accept(2): EINTR. */
    ACCEPT_INTERRUPTED,
    /** accept(2): an error of the pending connection, which is gone with it; ECONNABORTED, ... */
    ACCEPT_ABORTED,
    /** accept(2): no descriptor or memory; the connection stays in the queue. */
    ACCEPT_EXHAUSTED,
    /** epoll_ctl(2): ENOSPC, ENOMEM. */
    REGISTER_REFUSED,
    /** recv(2): EINTR. */
    RECV_INTERRUPTED,
    /** recv(2): fewer bytes than there are. */
    RECV_SHORT,
    /** recv(2): the connection broke; ECONNRESET, ETIMEDOUT, EHOSTUNREACH. */
    RECV_FAILED,
    /** send(2): EINTR. */
    SEND_INTERRUPTED,
    /** send(2): fewer bytes taken than there is room for. */
    SEND_SHORT,
    /** send(2): EAGAIN though there is room, as for want of memory; an edge comes later. */
    SEND_BLOCKED,
    /** send(2): the connection broke; EPIPE, ECONNRESET, ETIMEDOUT. */
    SEND_FAILED,
    /** sendfile(2): 0, because the file ends earlier than it did. */
    FILE_TRUNCATED,
    /**
     * openat2(2): ENOSYS or EPERM, as of a kernel or a filter that does not know it; once it has
     * opened something EPERM, as of a scanner that refuses one file.
     */
    OPENAT2_REFUSED,
    /** epoll_wait(2): EINTR. */
    WAIT_INTERRUPTED,
    /** epoll_wait(2): an event without a cause. */
    WAIT_SPURIOUS,
    /** epoll_wait(2): an event for a registration that is gone. */
    WAIT_STALE,
    /** epoll_wait(2): events in another order than they came about. */
    WAIT_REORDERED,
    /** epoll_wait(2): only some of the events that there are. */
    WAIT_PARTIAL,
    /** close(2): EINTR, EIO; the descriptor is closed all the same. */
    CLOSE_INTERRUPTED,
    /** setsockopt(2) and shutdown(2): EINVAL, ENOTCONN. */
    OPTION_REFUSED,
    /** eventfd(2): the counter is at its maximum. */
    COUNTER_FULL,
    /** mmap(2): ENOMEM. */
    MEMORY_REFUSED,
    /** The program stands still, for minutes now and then: a stopped process, a busy machine. */
    PAUSE,
    /** Peers and other threads act in the middle of a system call. */
    INTERLEAVED,
    /** timerfd_settime(2): ENOMEM; it stands as it stood. */
    TIMER_REFUSED,
    /** write(2) to an eventfd: EIO. */
    WAKEUP_REFUSED,
    /** sendfile(2): EIO, as of a disk. */
    FILE_UNREADABLE,
    /** socket(2), setsockopt(2), bind(2) or connect(2) of who connects: EMFILE, ENETUNREACH, ... */
    CONNECT_REFUSED,
    /** connect(2): EINTR; it goes on all the same. */
    CONNECT_INTERRUPTED,
    /** connect(2): the port that the kernel chose is the one that was to be reached. */
    CONNECT_TO_SELF,
    /** A sleep ends later than it was to: a busy machine, or a timer that is late. */
    WAKES_LATE,
    /** A handler takes long, as one that computes, or waits for what it should not. */
    HANDLER_SLOW,
    /**
     * openat2(2) and openat(2) of a file: no descriptor, no permission, a lease, a disk that fails,
     * a name that is gone for the moment; EMFILE, EACCES, EAGAIN, EIO, ENOENT, ...
     */
    FILE_REFUSED,
    /** statx(2): EIO, ENOMEM, EACCES, EINTR. */
    STATUS_REFUSED,
    /** pread(2) and getdents64(2): EIO, EINTR. */
    FILE_READ_FAILED,
    /** sendfile(2): EINVAL, ENOSYS, EOPNOTSUPP, as of a file system that has none. */
    SENDFILE_UNSUPPORTED,
    /** A ring with room for a few submissions and completions. */
    RING_SMALL,
    /** A receive of a ring: ENOBUFS, though there is a buffer. */
    RING_NO_BUFFER,
    /** A receive or a poll of a ring that is to go on ends, with what it has to tell. */
    MULTISHOT_ENDS,
    /** io_uring_enter(2) takes some of what is submitted, or none: EAGAIN. */
    RING_EXHAUSTED
}
