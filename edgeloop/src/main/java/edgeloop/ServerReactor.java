package edgeloop;

import edgeloop.platform.Platform;
import java.time.Duration;

/** One of a server's reactors, with its thread, its connections, and where it accepts them. */
final class ServerReactor {
    /** How long those whom a shutdown finds new, or in the queue, have for their first request. */
    private static final Duration LAST_MOMENT = Duration.ofSeconds(1);

    final Reactor reactor;
    final ReactorThread thread;
    private final ConnectionGroup group;
    private final Acceptor acceptor;
    private final Duration drainTimeout;
    private boolean draining;

    /**
     * @param socket listens, and is this one's to close
     * @param queue of that socket
     * @param askOthers has the other reactors free descriptors
     * @param onFailure is to be done where the reactor fails
     * @throws SyscallException if the kernel refuses to tell of who comes; the socket is still the
     *     caller's then
     */
    ServerReactor(
            Platform platform,
            Reactor reactor,
            int socket,
            AcceptQueue queue,
            int processor,
            ConnectionGroup group,
            HandlerFactory handlers,
            Duration drainTimeout,
            Runnable askOthers,
            Runnable onFailure)
            throws SyscallException {
        this.reactor = reactor;
        this.thread = new ReactorThread(platform, reactor, processor, onFailure);
        this.group = group;
        this.drainTimeout = drainTimeout;
        this.acceptor = Acceptor.on(socket, queue, reactor, group, handlers, askOthers);
    }

    /** What it has counted. Any thread may ask. */
    Counters counters() {
        return group.counters;
    }

    /** Connections that wait to be accepted where this one accepts. Any thread may ask. */
    int pending() {
        return acceptor.pending();
    }

    /** Memory held for connections. Any thread may ask. */
    long bufferBytes() {
        return reactor.segments.mappedBytes();
    }

    /** Has files go that are kept for later, or connections that wait for nothing. Any thread. */
    void freeDescriptors() {
        thread.control(() -> reactor.descriptors.want(null));
    }

    /** See {@link Server#shutdown}. Any thread may call. */
    void shutdown() {
        thread.control(this::drain);
    }

    private void drain() {
        if (!draining) {
            draining = true;
            reactor.schedule(drainTimeout, reactor::stop);
            reactor.forEach(group, this::shutDown);
            acceptor.lastCall(this::giveMoment, () -> group.whenEmpty(reactor::stop));
        }
    }

    private void shutDown(Connection connection) {
        if (reactor.deadlines.isNew(connection, (int) LAST_MOMENT.toMillis())) {
            giveMoment(connection);
        } else {
            reactor.closer.shutDown(connection);
        }
    }

    /**
     * Its request may be on the way. Each has a time of its own: the last ones may be accepted only
     * when the first have gone, for want of descriptors.
     */
    private void giveMoment(Connection connection) {
        Duration half = drainTimeout.dividedBy(2);
        Duration moment = half.compareTo(LAST_MOMENT) < 0 ? half : LAST_MOMENT;
        Timeout _ = connection.schedule(moment, () -> reactor.closer.shutDown(connection));
    }

    /** See {@link Server#shutdownNow}. Any thread may call. */
    void shutdownNow() {
        thread.control(reactor::stop);
    }
}
