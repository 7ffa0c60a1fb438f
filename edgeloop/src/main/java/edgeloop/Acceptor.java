package edgeloop;

import edgeloop.engine.Engine;
import edgeloop.engine.Listener;
import edgeloop.sys.Errno;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket: accepts until the kernel has no more, within a budget.
 *
 * <p>When descriptors or memory run out, accepting pauses and a timer resumes it. The connections
 * that wait gave their edge already, so no event would. Some descriptors are reserved for files and
 * for what else has to be opened: when they are touched, connections go that wait for nothing, or
 * if there are none, accepting pauses as well.
 */
final class Acceptor extends Listener {
    /** Connections that may come while those are accepted that wait for the last call. */
    private static final int LATECOMERS = 64;

    /** Failures in one go after which the fault is taken to be here to stay. */
    private static final int FAILURE_BUDGET = 16;

    private static final Duration PAUSE = Duration.ofMillis(100);

    // The reserve: a part of the descriptors, within bounds, but no great part of those that are
    // left for connections.
    private static final int RESERVED_PART = 16;
    private static final int LEAST_RESERVED = 4;
    private static final int MOST_RESERVED = 64;
    private static final int RESERVED_PART_OF_FREE = 4;

    private final Reactor reactor;
    private final AcceptQueue queue;
    private final ConnectionGroup group;
    private final Welcome welcome;
    private final Runnable askOthers;
    private boolean paused;

    /** Who hears of those that the last call brings; null before. */
    private @Nullable Consumer<Connection> onLastAccepted;

    /** What is to be done when the last call is over; null before it, and after. */
    private @Nullable Runnable afterLastCall;

    /** Connections that are accepted yet, after the last call. */
    private int lastCallLeft;

    /** From how many open connections on the reserve is near, and looked for at each accept. */
    private int tightFrom = Integer.MAX_VALUE;

    /** From here on descriptors are reserved. The kernel hands out the lowest that is free. */
    private int reserveStart;

    /** Descriptors were freed, and no connection has been accepted since. */
    private boolean freed;

    /** The errno for which descriptors are awaited; 0 where it is the reserve that is touched. */
    private int shortOf;

    private Acceptor(
            Reactor reactor,
            int slot,
            int listener,
            AcceptQueue queue,
            ConnectionGroup group,
            HandlerFactory handlers,
            Runnable askOthers) {
        super(slot, queue.isShared());
        this.fd = listener;
        this.reactor = reactor;
        this.queue = queue;
        this.group = group;
        this.welcome = new Welcome(handlers);
        this.askOthers = askOthers;
        int _ = findReserve();
    }

    /** The limit is asked for again each time it is met: prlimit(1) may change it. */
    private int findReserve() {
        int limit = reactor.syscalls.descriptorLimit();
        if (limit < 0) {
            reactor.problems.report(Problem.LIMIT_NOT_KNOWN, -limit);
            limit = Integer.MAX_VALUE;
        }
        int reserve = Math.clamp(limit / RESERVED_PART, LEAST_RESERVED, MOST_RESERVED);
        reserve = Math.clamp((limit - fd) / RESERVED_PART_OF_FREE, 0, reserve);
        reserveStart = limit - reserve;
        return reserve;
    }

    /**
     * Accepts on a socket that listens.
     *
     * @param queue who else does
     * @param askOthers has the other reactors free descriptors
     * @throws SyscallException if the kernel refuses that; the socket is still the caller's
     */
    static Acceptor on(
            int listener,
            AcceptQueue queue,
            Reactor reactor,
            ConnectionGroup group,
            HandlerFactory handlers,
            Runnable askOthers)
            throws SyscallException {
        Acceptor acceptor =
                reactor.channels.add(
                        slot ->
                                new Acceptor(
                                        reactor, slot, listener, queue, group, handlers,
                                        askOthers));
        int result = reactor.engine.listen(acceptor, listener);
        if (result < 0) {
            acceptor.fd = -1;
            reactor.channels.remove(acceptor);
        }
        int _ = SyscallException.check("epoll_ctl", result);
        return acceptor;
    }

    /**
     * Connections established but not accepted yet; 0 once closed. Any thread may ask: the lock
     * keeps it from asking about a descriptor that by then is someone else's.
     */
    synchronized int pending() {
        return Math.max(0, queueLength());
    }

    private int queueLength() {
        return fd < 0 ? 0 : reactor.syscalls.acceptQueueLength(fd);
    }

    /** The same on the reactor's thread, which says why if it can't be known. */
    private int knownPending() {
        int length = queueLength();
        if (length < 0) {
            reactor.problems.report(Problem.QUEUE_NOT_KNOWN, -length);
        }
        return Math.max(0, length);
    }

    /** The listening socket, or -1. */
    int descriptor() {
        return fd;
    }

    /**
     * Accepts those who wait, and then stops listening. Closing at once would reset them; but who
     * comes from now on has no claim to be waited for.
     *
     * @param onAccepted told of each connection that is accepted since
     * @param then runs when all are
     */
    void lastCall(Consumer<Connection> onAccepted, Runnable then) {
        onLastAccepted = onAccepted;
        afterLastCall = then;
        lastCallLeft = knownPending() + LATECOMERS;
        reactor.engine.accept(this);
    }

    private void endLastCall() {
        Runnable then = afterLastCall;
        if (then != null) {
            afterLastCall = null;
            close();
            then.run();
        }
    }

    @Override
    protected boolean wantsMore() {
        if (paused || fd < 0) {
            return false;
        }
        if (afterLastCall != null && lastCallLeft == 0) {
            endLastCall();
            return false;
        }
        if (group.open() >= tightFrom && isReserveNext()) {
            awaitDescriptors();
            return false;
        }
        return true;
    }

    @Override
    protected void accepted(int socket) {
        freed = false;
        lastCallLeft--;
        if (socket >= reserveStart) {
            nearReserve();
        }
        admit(socket);
    }

    @Override
    protected void drained() {
        endLastCall();
    }

    private void admit(int accepted) {
        Counters counters = group.counters;
        ConnectionLimits limits = Objects.requireNonNull(group.limits);
        if (!limits.admit()) {
            // Taken and closed: left in the queue it would keep its peer waiting for nothing.
            reactor.close(accepted);
            counters.rejected++;
            return;
        }
        InetSocketAddress remote = null;
        if (limits.areByAddress()) {
            remote = reactor.syscalls.remoteAddress(accepted);
            if (remote == null) {
                // A reset while it waited has left an error; else it is the kernel that will not.
                if (reactor.syscalls.takeError(accepted) == 0) {
                    reactor.problems.report(Problem.PEER_NOT_KNOWN, 0);
                }
                counters.acceptErrors++;
                refuse(accepted, limits, null);
                return;
            }
            if (!limits.admit(remote)) {
                counters.rejectedPerIp++;
                refuse(accepted, limits, null);
                return;
            }
        }
        Connection connection = reactor.connection();
        int result = reactor.opener.accept(connection, accepted, remote, group, welcome);
        if (result < 0) {
            reactor.problems.report(Problem.NOT_REGISTERED, -result);
            counters.acceptErrors++;
            refuse(accepted, limits, remote);
        } else if (onLastAccepted != null) {
            onLastAccepted.accept(connection);
        }
    }

    private void refuse(
            int accepted, ConnectionLimits limits, @Nullable InetSocketAddress counted) {
        reactor.close(accepted);
        limits.release(counted);
    }

    private void nearReserve() {
        int reserve = findReserve();
        tightFrom = Math.max(1, group.open() - reserve);
    }

    /** Whether the next descriptor would be a reserved one, or there is none. */
    private boolean isReserveNext() {
        int probe = reactor.syscalls.duplicate(fd);
        if (probe >= 0) {
            reactor.close(probe);
            if (probe < reserveStart) {
                return false;
            }
        }
        int _ = findReserve();
        return probe < 0 || probe >= reserveStart;
    }

    /** Has connections go that wait for nothing, and goes on in the next turn if some have. */
    private void awaitDescriptors() {
        paused = true;
        reactor.descriptors.want(this);
    }

    /** Connections have gone, or there are none that could. */
    void descriptorsFreed(boolean any) {
        if (fd < 0) {
            return;
        }
        paused = false;
        freed = any;
        if (any) {
            reactor.engine.acceptLater(this); // when they have been closed
        } else {
            askOthers.run(); // who may have some that wait for nothing: for after the pause
            pause(shortOf == 0 ? Problem.DESCRIPTORS_RESERVED : Problem.ACCEPTING_PAUSES, shortOf);
        }
        shortOf = 0;
    }

    @Override
    protected void failed(int errno, int failures) {
        group.counters.acceptErrors++;
        switch (errno) {
            // The fault of this one connection, which is gone from the queue; accept(2), "Error
            // handling", names them. EPERM is a firewall's.
            case Errno.ECONNABORTED,
                    Errno.EPROTO,
                    Errno.EPERM,
                    Errno.ENETDOWN,
                    Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.ENOPROTOOPT,
                    Errno.EHOSTDOWN,
                    Errno.ENONET,
                    Errno.EOPNOTSUPP -> {
                if (failures >= FAILURE_BUDGET) {
                    pause(Problem.ACCEPTING_PAUSES, errno);
                }
            }
            // The connection stays in the queue.
            case Errno.EMFILE, Errno.ENFILE -> {
                if (errno == Errno.EMFILE) {
                    nearReserve();
                }
                if (freed) { // to no avail: it may be the whole machine that has no more
                    freed = false;
                    pause(Problem.ACCEPTING_PAUSES, errno);
                } else {
                    shortOf = errno;
                    awaitDescriptors();
                }
            }
            // ENOBUFS, ENOMEM: likewise. And whatever else there may be is not met with a loop.
            default -> pause(Problem.ACCEPTING_PAUSES, errno);
        }
    }

    private void pause(Problem problem, int errno) {
        paused = true;
        group.counters.acceptPauses++;
        reactor.problems.report(problem, errno);
        reactor.engine.holdAccepting(this);
        reactor.schedule(PAUSE, this::unpause);
    }

    private void unpause() {
        paused = false;
        if (fd < 0) {
            return;
        }
        int result = reactor.engine.acceptAgain(this);
        if (result < 0) {
            pause(Problem.ACCEPTING_PAUSES, -result);
        }
    }

    /** Stops listening, and counts the connections that the kernel resets thereby. */
    void terminate() {
        if (fd >= 0 && queue.leave()) {
            group.counters.unaccepted += knownPending();
        }
        release();
    }

    /** Stops listening. Connections that nobody else accepts are reset by the kernel. */
    private void close() {
        if (fd >= 0) {
            boolean _ = queue.leave();
            release();
        }
    }

    private void release() {
        if (fd >= 0) {
            synchronized (this) {
                reactor.engine.release(this);
            }
            reactor.channels.remove(this);
        }
    }

    @Override
    protected void releaseFailed(Engine.Release step, int errno) {
        reactor.releaseFailed(null, step, errno);
    }
}
