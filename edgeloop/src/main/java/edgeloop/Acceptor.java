package edgeloop;

import static edgeloop.sys.SocketConstants.AF_INET6;
import static edgeloop.sys.SocketConstants.IPPROTO_IPV6;
import static edgeloop.sys.SocketConstants.IPPROTO_TCP;
import static edgeloop.sys.SocketConstants.IPV6_V6ONLY;
import static edgeloop.sys.SocketConstants.SOL_SOCKET;
import static edgeloop.sys.SocketConstants.SO_REUSEADDR;
import static edgeloop.sys.SocketConstants.SO_REUSEPORT;
import static edgeloop.sys.SocketConstants.TCP_NODELAY;

import edgeloop.engine.Engine;
import edgeloop.engine.Listener;
import edgeloop.sys.Errno;
import edgeloop.sys.SocketAddresses;
import edgeloop.sys.Syscalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
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
    private final ConnectionGroup group;
    private final HandlerFactory handlers;
    private final int maxConnections;
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
            ConnectionGroup group,
            HandlerFactory handlers,
            int maxConnections) {
        super(slot);
        this.fd = listener;
        this.reactor = reactor;
        this.group = group;
        this.handlers = handlers;
        this.maxConnections = maxConnections;
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
     * Listens as {@code options} say.
     *
     * @throws SyscallException if the kernel refuses the address
     */
    static Acceptor listen(
            Reactor reactor, ServerOptions options, ConnectionGroup group, HandlerFactory handlers)
            throws SyscallException {
        Syscalls syscalls = reactor.syscalls;
        int listener = bind(syscalls, options);
        try {
            // Before listen(2), so that no connection comes without it: an accepted socket inherits
            // TCP_NODELAY and the others from its listener, which saves system calls for each.
            setOption(syscalls, listener, IPPROTO_TCP, TCP_NODELAY, 1);
            SyscallException.check("setsockopt", options.tcp().apply(syscalls, listener));
            SyscallException.check("listen", syscalls.listen(listener, options.backlog()));
            Acceptor acceptor =
                    reactor.channels.add(
                            slot ->
                                    new Acceptor(
                                            reactor,
                                            slot,
                                            listener,
                                            group,
                                            handlers,
                                            options.maxConnections()));
            int result = reactor.engine.listen(acceptor, listener);
            if (result < 0) {
                reactor.channels.remove(acceptor);
            }
            int _ = SyscallException.check("epoll_ctl", result);
            return acceptor;
        } catch (SyscallException e) {
            reactor.close(listener);
            throw e;
        }
    }

    /** A socket bound to the address wanted; to all of both families where none was named. */
    private static int bind(Syscalls syscalls, ServerOptions options) throws SyscallException {
        InetAddress address = options.bindAddress();
        boolean shared = options.reusePort();
        if (address != null) {
            return bind(syscalls, new InetSocketAddress(address, options.port()), shared);
        }
        try {
            return bind(syscalls, new InetSocketAddress(anyAddress(16), options.port()), shared);
        } catch (SyscallException e) {
            // A kernel without IPv6, or one with it switched off.
            if (e.errno() == Errno.EAFNOSUPPORT || e.errno() == Errno.EADDRNOTAVAIL) {
                return bind(syscalls, new InetSocketAddress(anyAddress(4), options.port()), shared);
            }
            throw e;
        }
    }

    private static InetAddress anyAddress(int bytes) {
        try {
            return InetAddress.getByAddress(new byte[bytes]);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static int bind(Syscalls syscalls, InetSocketAddress address, boolean shared)
            throws SyscallException {
        int family = SocketAddresses.familyOf(address.getAddress());
        int socket = SyscallException.check("socket", syscalls.socket(family));
        try {
            // A restarted server must not wait for the TIME_WAIT of its predecessor's connections.
            setOption(syscalls, socket, SOL_SOCKET, SO_REUSEADDR, 1);
            if (shared) {
                setOption(syscalls, socket, SOL_SOCKET, SO_REUSEPORT, 1);
            }
            if (family == AF_INET6) {
                boolean any = address.getAddress().isAnyLocalAddress();
                setOption(syscalls, socket, IPPROTO_IPV6, IPV6_V6ONLY, any ? 0 : 1);
            }
            SyscallException.check("bind", syscalls.bind(socket, address));
            return socket;
        } catch (SyscallException e) {
            int _ = syscalls.close(socket); // what failed first is what is told
            throw e;
        }
    }

    private static void setOption(Syscalls syscalls, int fd, int level, int option, int value)
            throws SyscallException {
        SyscallException.check("setsockopt", syscalls.setOption(fd, level, option, value));
    }

    /**
     * The address listened on, with the port that the kernel chose where 0 was asked for.
     *
     * @throws SyscallException if the kernel will not tell
     */
    InetSocketAddress address() throws SyscallException {
        InetSocketAddress address = reactor.syscalls.localAddress(fd);
        if (address == null) {
            // Of a socket that is bound, and memory that is ours, getsockname(2) knows no other.
            throw new SyscallException("getsockname", Errno.ENOBUFS);
        }
        return address;
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
        if (group.open() >= maxConnections) {
            // Taken and closed: left in the queue it would keep its peer waiting for nothing.
            reactor.close(accepted);
            counters.rejected++;
            return;
        }
        AddressLimit limit = group.addressLimit;
        InetSocketAddress remote = null;
        if (limit != null) {
            remote = reactor.syscalls.remoteAddress(accepted);
            if (remote == null) {
                // A reset while it waited has left an error; else it is the kernel that will not.
                if (reactor.syscalls.takeError(accepted) == 0) {
                    reactor.problems.report(Problem.PEER_NOT_KNOWN, 0);
                }
                reactor.close(accepted);
                counters.acceptErrors++;
                return;
            }
            if (!limit.admit(remote.getAddress())) {
                reactor.close(accepted);
                counters.rejectedPerIp++;
                return;
            }
        }
        Connection connection = reactor.connection();
        int result = reactor.opener.accept(connection, accepted, remote, group, handlers);
        if (result >= 0) {
            counters.accepted++;
            if (onLastAccepted != null) {
                onLastAccepted.accept(connection);
            }
            return;
        }
        reactor.problems.report(Problem.NOT_REGISTERED, -result);
        reactor.close(accepted);
        counters.acceptErrors++;
        if (limit != null && remote != null) {
            limit.release(remote.getAddress());
        }
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
        reactor.schedule(PAUSE, this::unpause);
    }

    private void unpause() {
        paused = false;
        reactor.engine.accept(this);
    }

    /** Stops listening, and counts the connections that the kernel resets thereby. */
    void terminate() {
        group.counters.unaccepted += knownPending();
        close();
    }

    /** Stops listening. Connections not accepted yet are reset by the kernel. */
    private void close() {
        if (fd < 0) {
            return;
        }
        synchronized (this) {
            reactor.engine.release(this);
        }
        reactor.channels.remove(this);
    }

    @Override
    protected void releaseFailed(Engine.Release step, int errno) {
        reactor.releaseFailed(null, step, errno);
    }
}
