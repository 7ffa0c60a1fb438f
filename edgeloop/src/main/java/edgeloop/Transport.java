package edgeloop;

/**
 * How a reactor and the kernel speak to each other. Handlers see no difference; docs/IO_URING.md
 * has what each costs.
 */
public enum Transport {
    /** By readiness: the kernel tells of a socket that can be read or written, epoll(7). */
    EPOLL,

    /**
     * By completions, io_uring(7): input comes by itself, and the output of a turn goes out in the
     * one call by which the next begins. From Linux 6.1 on, and not where it is forbidden, as by
     * Docker's seccomp filter or by kernel.io_uring_disabled: a start fails then, with a {@link
     * SyscallException} that says why.
     */
    IO_URING,

    /**
     * {@link #IO_URING} where the kernel lets as many be opened as there are reactors, else {@link
     * #EPOLL}. It is tried once for each server or client, when it starts; {@link Server#transport}
     * and {@link Client#transport} tell which it is, {@link Server#ioUringRefusal} and {@link
     * Client#ioUringRefusal} why it is epoll. A want of descriptors is no reason, but fails the
     * start, as ever.
     */
    AUTO
}
