package edgeloop.engine;

import edgeloop.sys.EpollEvents;

/** How a {@link ReadinessEngine} has its streams watched; of the names that users know. */
public enum Readiness {
    /** Once for life, by edges. */
    EDGE(EpollEvents.EPOLLET),
    /** Likewise, and a short read ends a drain. */
    EDGE_UNTIL_SHORT(EpollEvents.EPOLLET),
    /** For what is wanted, as long as it is so. */
    LEVEL(0),
    /** For what is wanted, once. */
    ONE_SHOT(EpollEvents.EPOLLONESHOT);

    /** The bit that says so to epoll_ctl(2). */
    final int bit;

    Readiness(int bit) {
        this.bit = bit;
    }

    /** Whether an event stands for all that comes until the kernel has no more. */
    boolean isByEdges() {
        return bit == EpollEvents.EPOLLET;
    }
}
