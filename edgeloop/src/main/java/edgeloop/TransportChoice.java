package edgeloop;

import edgeloop.engine.RingProbe;
import edgeloop.platform.Platform;
import edgeloop.sys.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Which transport serves, of what was asked for: found out once, before there are reactors, since
 * all of a server have the same.
 *
 * @param transport never {@link Transport#AUTO}
 * @param refusal why that took epoll, in words; null where it did not
 */
record TransportChoice(Transport transport, @Nullable String refusal) {

    /**
     * Makes the choice. One that is asked for by name is not tried here: opening it does so.
     *
     * @throws IllegalArgumentException if the trigger does not go with what is asked for
     * @throws SyscallException if that can't be found out, for want of descriptors
     */
    static TransportChoice of(Platform platform, Transport asked, Trigger trigger)
            throws SyscallException {
        if (asked == Transport.IO_URING && trigger != Trigger.EDGE) {
            throw new IllegalArgumentException(
                    "trigger must be EDGE with transport IO_URING: " + trigger);
        }
        if (asked != Transport.AUTO) {
            return new TransportChoice(asked, null);
        }
        if (trigger != Trigger.EDGE) {
            return epoll("trigger " + trigger + " is of epoll alone");
        }
        try {
            RingProbe.run(platform.syscalls(), TransportChoice::checkRing);
            return new TransportChoice(Transport.IO_URING, null);
        } catch (SyscallException e) {
            if (!isOfRing(e.call()) || isShortage(e.errno())) {
                throw e;
            }
            return epoll(e.call() + ": " + why(e.errno()));
        } catch (OutOfMemoryError e) {
            return epoll(String.valueOf(e.getMessage())); // epoll needs less
        }
    }

    private static TransportChoice epoll(String refusal) {
        return new TransportChoice(Transport.EPOLL, refusal);
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
