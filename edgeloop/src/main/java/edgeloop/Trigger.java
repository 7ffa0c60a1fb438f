package edgeloop;

/**
 * When the kernel tells of a socket, and how long what it told is taken to hold; epoll(7). Handlers
 * see no difference; docs/EPOLL.md has what each costs.
 *
 * <p>It is about connections: a listening socket, and what wakes a reactor, go by edges always. And
 * it is about epoll: on io_uring, where the kernel tells of what it has done, there is only {@link
 * #EDGE}, which stands for no choice.
 */
public enum Trigger {
    /**
     * Once for each change. A connection is registered once for life, and read until the kernel has
     * no more: one recv(2) finds nothing each time.
     */
    EDGE,

    /**
     * Likewise, but a read that brings less than was asked for was the last: epoll(7) allows that
     * for streams. It is not taken so where the peer's end, an error or urgent data has shown
     * itself.
     */
    EDGE_UNTIL_SHORT,

    /**
     * As long as something is so. Input is read once for each time that it is told of; what is
     * watched for changes with what is wanted, by an epoll_ctl(2) each time.
     */
    LEVEL,

    /** Once, and not again before it was asked for anew: one epoll_ctl(2) after each service. */
    ONE_SHOT
}
