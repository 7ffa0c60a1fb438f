package edgeloop;

import edgeloop.engine.Engine;
import edgeloop.sys.Errno;
import edgeloop.sys.Syscalls;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How a reactor's connections end: the lower half of the diagram at {@link Connection}. Whatever
 * ends one only dooms it, so that no callback pulls it away under another; at the end of the turn
 * it is closed, its handler told, and the object free for the next peer.
 */
final class Closer {
    private static final CloseReason PEER_CLOSED = new CloseReason.PeerClosed();
    private static final CloseReason LOCALLY_CLOSED = new CloseReason.LocallyClosed();
    private static final CloseReason CUT_OFF = new CloseReason.CutOff();
    private static final CloseReason TRUNCATED = new CloseReason.Truncated();
    private static final CloseReason ABANDONED =
            new CloseReason.TlsFailed("the peer closed the connection during the handshake");
    private static final CloseReason OUT_OF_MEMORY =
            new CloseReason.Overload(CloseReason.Overload.Resource.MEMORY);

    private final Reactor reactor;
    private final Deque<Connection> doomed = new ArrayDeque<>();

    Closer(Reactor reactor) {
        this.reactor = reactor;
    }

    private Engine engine() {
        return reactor.engine;
    }

    private Syscalls syscalls() {
        return reactor.syscalls;
    }

    // ---- What ends one ------------------------------------------------------------------------

    /** What was written goes out first, then a FIN. */
    void close(Connection connection) {
        if (connection.state == Connection.State.OPEN) {
            connection.state = Connection.State.CLOSING;
            connection.reason =
                    connection.is(Connection.INPUT_ENDED) ? PEER_CLOSED : LOCALLY_CLOSED;
            leave(connection);
        } else {
            giveUp(connection);
        }
    }

    /** One that is being established is not wanted any more. */
    void giveUp(Connection connection) {
        if (connection.state == Connection.State.CONNECTING
                || connection.state == Connection.State.HANDSHAKING) {
            doom(connection, LOCALLY_CLOSED);
        }
    }

    /** The peer's FIN came in the midst of the handshake. */
    void abandoned(Connection connection) {
        boolean ours = connection.handler instanceof Connector;
        doom(connection, ours ? ABANDONED : PEER_CLOSED);
    }

    /** The peer's FIN came, and nothing that says that this is the end. */
    void truncated(Connection connection) {
        close(connection);
        connection.reason = TRUNCATED;
    }

    /** The peer can't be spoken with any more; what the layer has to say of it goes out. */
    void tlsFailed(Connection connection, CloseReason why) {
        if (connection.isLive() && connection.state != Connection.State.LINGERING) {
            connection.state = Connection.State.CLOSING;
            connection.reason = why;
            leave(connection);
        }
    }

    /** It is {@code CLOSING} now. */
    private void leave(Connection connection) {
        reactor.inbound.updateDemand(connection);
        if (connection.is(Connection.LAYERED)) {
            reactor.layering().finish(connection);
        }
        engine().flushLater(connection);
    }

    /**
     * The server ends: whoever handles this connection closes it. What the peer has sent before is
     * served first, of which the event may be yet to come.
     */
    void shutDown(Connection connection) {
        if (connection.state == Connection.State.OPEN) {
            boolean _ = engine().askForInput(connection);
        }
        if (connection.state == Connection.State.OPEN && !connection.is(Connection.INPUT_ENDED)) {
            guard(connection, () -> connection.handler().onShutdown(connection));
        } else {
            close(connection);
        }
    }

    /** All output is in the kernel's hands: sends the FIN, unless the peer's has come already. */
    void endOutput(Connection connection) {
        if (connection.is(Connection.INPUT_ENDED) && !connection.is(Connection.LAYER_ENDED)) {
            doom(connection, null);
            return;
        }
        int result = syscalls().shutdownOutput(connection.descriptor());
        if (result < 0) { // ENOTCONN after a reset, which recv will tell
            reportUnlessOfNetwork(connection, -result, Problem.SHUTDOWN_FAILED);
        }
        connection.state = Connection.State.LINGERING;
        reactor.deadlines.sendingBegins(connection);
        if (connection.group().lingerTimeoutMillis == 0) {
            doom(connection, null);
            return;
        }
        reactor.deadlines.watch(connection);
        reactor.inbound.resume(connection);
    }

    /**
     * The reactor ends. Whoever has not come to an end is cut off, and what is lost thereby is
     * counted; a peer that has all, and only has not closed yet, is left to the kernel.
     */
    void terminate(Connection connection) {
        switch (connection.state) {
            case OPEN, CLOSING -> {
                int fd = connection.descriptor();
                long unread = connection.unreadBytes();
                long inKernel =
                        known(connection, syscalls().unreadInput(fd))
                                + known(connection, syscalls().unsentOutput(fd));
                connection.group().counters.cutOffBytes +=
                        connection.outputSize() + unread + inKernel;
                reset(connection, CUT_OFF);
            }
            case LINGERING -> doom(connection, null);
            case HANDSHAKING -> {
                if (connection.handler instanceof Connector) {
                    giveUp(connection); // of which its caller is told
                } else {
                    reset(connection, CUT_OFF);
                }
            }
            case CONNECTING -> giveUp(connection);
            case DOOMED, UNUSED -> {}
        }
    }

    private long known(Connection connection, int bytesInKernel) {
        if (bytesInKernel < 0) {
            reactor.problems.report(Problem.LOSS_NOT_KNOWN, -bytesInKernel, null, connection);
        }
        return Math.max(0, bytesInKernel);
    }

    void abort(Connection connection) {
        reset(connection, LOCALLY_CLOSED);
    }

    /** Others need the memory that this holds: it goes back at once, and the peer gets a reset. */
    void cutOff(Connection connection) {
        reset(connection, OUT_OF_MEMORY);
        engine().discard(connection);
        if (connection.is(Connection.LAYERED)) {
            reactor.layering().discard(connection);
        }
        reactor.inbound.dropUnread(connection);
    }

    /** Runs handler code; what it throws closes the connection. */
    void guard(Connection connection, Runnable callback) {
        if (!connection.isLive()) {
            return;
        }
        try {
            callback.run();
        } catch (Throwable e) {
            handlerFailed(connection, e);
        }
    }

    void handlerFailed(Connection connection, Throwable cause) {
        reactor.problems.report(Problem.HANDLER_FAILED, 0, cause, connection);
        reset(connection, new CloseReason.HandlerFailed(cause));
    }

    /** A timeout ran out. */
    void timedOut(Connection connection, CloseReason.TimedOut.Limit limit) {
        if (limit == CloseReason.TimedOut.Limit.WRITE) {
            // A FIN would queue behind what the peer does not take.
            connection.set(Connection.RESET_ON_CLOSE);
            doom(connection, new CloseReason.TimedOut(limit));
        } else {
            dismiss(connection, new CloseReason.TimedOut(limit));
        }
    }

    /** Has one closed that is given no more time: where it has a layer, with the layer's end. */
    void dismiss(Connection connection, CloseReason why) {
        if (connection.state == Connection.State.OPEN && connection.is(Connection.LAYERED)) {
            reactor.layering().finish(connection);
            engine().send(connection);
        }
        doom(connection, why);
    }

    /** The kernel refuses this socket, or the file that goes out on it. */
    void failed(Connection connection, Engine.Failure what, int errno) {
        if (connection.state == Connection.State.LINGERING && what == Engine.Failure.RECEIVING) {
            reportUnlessOfNetwork(connection, errno, Problem.RECEIVING_FAILED);
            doom(connection, null); // with the reset, too, the peer has what it wanted
            return;
        }
        if (errno == Errno.ENODATA && what == Engine.Failure.SENDING_FILE) {
            reactor.problems.report(Problem.FILE_BECAME_SHORTER, 0, null, connection);
            connection.set(Connection.RESET_ON_CLOSE); // a FIN would pass for the promised end
        } else if (reportUnlessOfNetwork(connection, errno, problem(what))) {
            connection.set(Connection.RESET_ON_CLOSE); // likewise
        }
        // That there was no agreement says more than that the peer has gone then.
        boolean known = connection.reason instanceof CloseReason.TlsFailed;
        doom(connection, known ? null : new CloseReason.Failed(errno));
    }

    private static Problem problem(Engine.Failure what) {
        return switch (what) {
            case RECEIVING -> Problem.RECEIVING_FAILED;
            case SENDING -> Problem.SENDING_FAILED;
            case SENDING_FILE -> Problem.SENDING_FILE_FAILED;
            case SOCKET -> Problem.SOCKET_FAILED;
        };
    }

    private boolean reportUnlessOfNetwork(Connection connection, int errno, Problem problem) {
        boolean reported = errno != 0 && !Errno.isOfNetwork(errno);
        if (reported) {
            reactor.problems.report(problem, errno, null, connection);
        }
        return reported;
    }

    private void reset(Connection connection, CloseReason why) {
        if (connection.isLive()) {
            connection.set(Connection.RESET_ON_CLOSE);
            doom(connection, why);
        }
    }

    /**
     * Has a connection closed at the end of the turn. Until then it takes no part in anything.
     *
     * @param why the reason, or null if that was known when the closing began
     */
    void doom(Connection connection, @Nullable CloseReason why) {
        if (!connection.isLive()) {
            return;
        }
        connection.state = Connection.State.DOOMED;
        if (why != null) {
            connection.reason = why;
        }
        reactor.inbound.updateDemand(connection);
        doomed.addLast(connection);
    }

    // ---- The end of the turn ------------------------------------------------------------------

    /** Whether any connection is to be closed. */
    boolean hasWork() {
        return !doomed.isEmpty();
    }

    /** Closes those that were doomed before this was called. */
    void closeDoomed() {
        for (int n = doomed.size(); n > 0; n--) {
            finish(doomed.removeFirst());
        }
    }

    /** Closes the socket, tells the handler, and makes the object ready for another peer. */
    private void finish(Connection connection) {
        assert connection.state == Connection.State.DOOMED : connection.state;
        if (connection.is(Connection.RESET_ON_CLOSE)) {
            int result = syscalls().setLingerZero(connection.descriptor());
            if (result < 0) {
                reactor.problems.report(Problem.LINGER_FAILED, -result, null, connection);
            }
        }
        engine().release(connection); // first: the kernel may be about to read what is discarded
        engine().discard(connection);
        reactor.inbound.dropUnread(connection);
        cancelTimeouts(connection);
        CloseReason reason = connection.reason == null ? LOCALLY_CLOSED : connection.reason;
        ConnectionHandler handler = connection.handler;
        if (handler != null) {
            try {
                handler.onClose(connection, reason);
            } catch (Throwable e) {
                reactor.problems.report(Problem.ON_CLOSE_FAILED, 0, e, connection);
            }
        }
        if (connection.is(Connection.LAYERED)) {
            reactor.layering().release(connection, reason);
        }
        ConnectionGroup group = connection.group();
        InetSocketAddress remote = connection.remoteAddress;
        connection.renew();
        reactor.recycle(connection);
        group.closed(reason, remote);
    }

    private void cancelTimeouts(Connection connection) {
        while (connection.timeouts != null) {
            boolean _ = connection.timeouts.cancel();
        }
        reactor.deadlines.forget(connection);
    }
}
