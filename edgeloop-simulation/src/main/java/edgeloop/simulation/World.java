package edgeloop.simulation;

/**
 * What happens around the program while it runs: peers, other threads, time. Called by the kernel,
 * in the midst of the program's system calls. Times are those of {@link
 * SimulatedKernel#elapsedNanos}.
 */
public interface World {
    /** A time that does not come. */
    long NEVER = Long.MAX_VALUE;

    /** When something happens next by itself, or {@link #NEVER}. */
    long nextNanos();

    /** Lets all happen that is due. */
    void act();

    /** Lets something happen that is not due yet, in the middle of a system call. */
    void interleave();

    /** The program waits, and nothing is ready for it until {@code untilNanos}. */
    void beforeSleep(long untilNanos);

    /**
     * The program waits, and nothing will ever happen.
     *
     * @return false if that is right, and the wait may end with EINTR
     */
    boolean stalled();
}
