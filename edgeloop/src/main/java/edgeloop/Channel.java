package edgeloop;

/**
 * A socket in a reactor's epoll instance. Its key there is its slot in the reactor's table and the
 * slot's generation, so that an event that was meant for an earlier user of the slot is recognized
 * and dropped.
 */
abstract class Channel {
    final Reactor reactor;
    final int slot;
    int generation;
    int fd = -1;

    /** Whether this is on the reactor's ready list. */
    boolean queuedToResume;

    Channel(Reactor reactor, int slot) {
        this.reactor = reactor;
        this.slot = slot;
    }

    final long key() {
        return (long) generation << 32 | slot;
    }

    /** epoll reported a change; the edge will not be reported again. */
    abstract void onReady(int events);

    /** The channel's turn has come on the ready list. */
    abstract void proceed();
}
