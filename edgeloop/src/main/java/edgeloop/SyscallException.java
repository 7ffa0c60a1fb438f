package edgeloop;

import edgeloop.sys.Errno;
import java.io.IOException;

/** A system call failed while something was set up, such as bind(2) of a port that is taken. */
public final class SyscallException extends IOException {
    private static final long serialVersionUID = 1;

    /** Such as {@code bind}. */
    private final String call;

    /** A positive number. */
    private final int errno;

    SyscallException(String call, int errno) {
        this(call, errno, Errno.name(errno));
    }

    /**
     * @param what the errno by name, and what there is to say about it
     */
    SyscallException(String call, int errno, String what) {
        super(call + ": " + what);
        this.call = call;
        this.errno = errno;
    }

    /** Turns the {@code -errno} of a call into an exception, and passes anything else on. */
    static int check(String call, int result) throws SyscallException {
        if (result < 0) {
            throw new SyscallException(call, -result);
        }
        return result;
    }

    /** {@return the system call, such as {@code bind}} */
    public String call() {
        return call;
    }

    /** {@return the positive errno value, errno(3)} */
    public int errno() {
        return errno;
    }

    /** {@return the symbol of the errno value, such as {@code EADDRINUSE}} */
    public String errnoName() {
        return Errno.name(errno);
    }
}
