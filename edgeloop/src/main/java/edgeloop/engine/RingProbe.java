package edgeloop.engine;

import edgeloop.poll.Ring;
import edgeloop.sys.Check;
import edgeloop.sys.Syscalls;

/**
 * Finds out whether there can be rings, by opening one and entering it: no version and no bit tells
 * what a seccomp filter lets through. Receiving again and again has no bit of its own either, but
 * is older (Linux 6.0) than the flags that a ring is opened with (6.1).
 */
public final class RingProbe {
    private RingProbe() {}

    /**
     * Opens a ring and closes it.
     *
     * @param check throws what becomes of a call that the kernel refuses; nothing is left open
     * @throws OutOfMemoryError if it refuses the memory
     */
    public static <X extends Exception> void run(Syscalls syscalls, Check<X> check) throws X {
        Ring ring = Ring.open(syscalls, (_, _) -> {}, check);
        try {
            int _ = check.check("io_uring_enter", ring.collect());
        } finally {
            int _ = ring.close(); // what is not unmapped is the next one's to complain of
        }
    }
}
