package edgeloop.platform;

import edgeloop.buffer.SegmentPool;

/**
 * A reactor, as a {@link Platform} turns it. On the thread that it is assigned to, except for that
 * assignment itself.
 */
public interface Loop {
    /** Says which thread is to turn this; until then it is the one that opened it. */
    void assignTo(Thread owner);

    /** Turns until it is told to stop, and {@linkplain #end ends}; never throws. */
    void run();

    /** One turn. What the reactor throws comes out of it. */
    void turn();

    /** Whether it has not been told to stop. */
    boolean isRunning();

    /** Closes everything at once, and gives all back. */
    void end();

    /** The memory of its connections. */
    SegmentPool segments();
}
