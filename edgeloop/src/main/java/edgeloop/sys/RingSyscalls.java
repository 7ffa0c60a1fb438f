package edgeloop.sys;

import java.lang.foreign.MemorySegment;

/**
 * The calls of io_uring(7); rules as of {@link Syscalls}. What is asked for, and what comes of it,
 * lies in memory that is shared with the kernel.
 */
@CheckReturnValue
public interface RingSyscalls {
    /** No bound on the time of a wait. */
    long NO_TIMEOUT = Long.MAX_VALUE;

    /**
     * io_uring_setup(2). {@code ENOSYS} before Linux 5.1, {@code EPERM} where a seccomp filter or
     * kernel.io_uring_disabled forbids it, {@code EINVAL} where one of the flags is not known yet.
     *
     * @param entries how many submissions can wait
     * @param params a {@code struct io_uring_params}, {@link RingConstants#PARAMS_BYTES} long,
     *     which the kernel completes
     */
    int ringSetup(int entries, MemorySegment params);

    /**
     * Maps what a ring shares with its user; {@link Syscalls#unmap} takes it back.
     *
     * @param offset which part, an {@code IORING_OFF_} of {@link RingConstants}
     * @throws OutOfMemoryError if the kernel refuses
     */
    MemorySegment mapRing(int ring, long offset, long bytes);

    /**
     * io_uring_register(2).
     *
     * @param operation an {@code IORING_REGISTER_} of {@link RingConstants}
     * @param argument what it takes, or {@link MemorySegment#NULL}
     * @param count how many of those
     */
    int ringRegister(int ring, int operation, MemorySegment argument, int count);

    /**
     * io_uring_enter(2), to submit only: in the middle of a turn, to have room again.
     *
     * @param submit how many of the submissions that wait
     * @return how many were submitted, or {@code -EAGAIN} where there is no memory for one
     */
    int ringSubmit(int ring, int submit);

    /**
     * io_uring_enter(2): submits, and then collects completions. May block if some are awaited.
     *
     * @param submit how many of the submissions that wait
     * @param await how many completions there are to be before it returns
     * @param timeoutNanos the longest that it waits for them, or {@link #NO_TIMEOUT}; 0 where the
     *     turn goes on as it is, whatever has come
     * @return how many were submitted; {@code -ETIME} and {@code -EINTR} only where none were, and
     *     {@code -EAGAIN} where there is no memory for one. If not all were, it has not waited
     */
    int ringEnter(int ring, int submit, int await, long timeoutNanos);
}
