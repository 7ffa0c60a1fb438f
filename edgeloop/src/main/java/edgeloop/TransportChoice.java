package edgeloop;

import edgeloop.sys.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Which transport serves, of what was asked for: all reactors of a server have the same.
 *
 * @param transport never {@link Transport#AUTO}
 * @param refusal why that took epoll, in words; null where it did not
 */
record TransportChoice(Transport transport, @Nullable String refusal) {
    /** Opens what is to be by a transport; where it throws, nothing is left open. */
    interface Opening {
        void open(Transport transport) throws SyscallException;
    }

    /**
     * Makes the choice by opening all that is asked for: that there can be one ring does not say
     * that there can be as many as there are reactors.
     *
     * @throws IllegalArgumentException if the trigger does not go with what is asked for
     * @throws SyscallException if it can't be had, and for want of descriptors
     */
    static TransportChoice open(Transport asked, Trigger trigger, Opening opening)
            throws SyscallException {
        if (asked == Transport.IO_URING && trigger != Trigger.EDGE) {
            throw new IllegalArgumentException(
                    "trigger must be EDGE with transport IO_URING: " + trigger);
        }
        if (asked != Transport.AUTO) {
            opening.open(asked);
            return new TransportChoice(asked, null);
        }
        String refusal =
                trigger == Trigger.EDGE
                        ? refusal(opening)
                        : "trigger " + trigger + " is of epoll alone";
        if (refusal == null) {
            return new TransportChoice(Transport.IO_URING, null);
        }
        opening.open(Transport.EPOLL);
        return new TransportChoice(Transport.EPOLL, refusal);
    }

    /** Why it can't be opened by io_uring; null where it could. */
    private static @Nullable String refusal(Opening opening) throws SyscallException {
        try {
            opening.open(Transport.IO_URING);
            return null;
        } catch (SyscallException e) {
            if (!isOfRing(e.call()) || isShortage(e.errno())) {
                throw e;
            }
            return e.call() + ": " + why(e.errno());
        } catch (OutOfMemoryError e) {
            return String.valueOf(e.getMessage()); // epoll needs less
        }
    }

    /** As {@link SyscallException#check}; of a ring that is refused, it says how to go without. */
    static int checkRing(String call, int result) throws SyscallException {
        if (result < 0 && isOfRing(call) && !isShortage(-result)) {
            throw new SyscallException(
                    call,
                    -result,
                    why(-result) + "; Transport.AUTO and Transport.EPOLL do without io_uring");
        }
        return SyscallException.check(call, result);
    }

    private static boolean isOfRing(String call) {
        return call.startsWith("io_uring_");
    }

    /** Of descriptors: without io_uring there would be as few. */
    private static boolean isShortage(int errno) {
        return errno == Errno.EMFILE || errno == Errno.ENFILE;
    }

    /** What the kernel means by an errno; io_uring_setup(2). */
    private static String why(int errno) {
        String meaning =
                switch (errno) {
                    case Errno.ENOSYS -> "not in this kernel, or hidden by a seccomp filter";
                    case Errno.EPERM ->
                            "forbidden by kernel.io_uring_disabled, or by a seccomp filter as of a"
                                    + " container";
                    case Errno.EACCES -> "forbidden by a security module";
                    case Errno.EINVAL -> "the kernel is older than Linux 6.1";
                    case Errno.ENOMEM -> "too little memory, or too low a limit of ulimit -l";
                    default -> "";
                };
        return Errno.name(errno) + (meaning.isEmpty() ? "" : " (" + meaning + ")");
    }
}
