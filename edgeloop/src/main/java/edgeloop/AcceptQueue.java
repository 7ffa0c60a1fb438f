package edgeloop;

import java.util.concurrent.atomic.AtomicInteger;

/** The connections that wait at one listening socket, and how many reactors accept them. */
final class AcceptQueue {
    private final boolean shared;
    private final AtomicInteger reactors;

    AcceptQueue(int reactors) {
        this.shared = reactors > 1;
        this.reactors = new AtomicInteger(reactors);
    }

    boolean isShared() {
        return shared;
    }

    /**
     * One accepts no more. Answers whether it was the last: who waits now is accepted by nobody.
     */
    boolean leave() {
        return reactors.decrementAndGet() == 0;
    }
}
