package edgeloop.simulation;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionRef;
import edgeloop.HandlerFactory;
import edgeloop.Reactor;
import edgeloop.Server;
import edgeloop.ServerStats;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A server of an {@link Exchange}, with one reactor or several, and the books of what was handed
 * over to it.
 */
final class Post implements HandlerFactory {
    final Exchange exchange;
    final int index;

    private final List<ConnectionRef> refs = new ArrayList<>();
    private @Nullable Server server;
    private boolean stopped;
    private boolean stoppedEarly;
    private boolean ended;
    private int maxConnections = Integer.MAX_VALUE;
    private int made;
    private int closed;
    private int tasksTaken;
    private int tasksRun;
    private int messagesTaken;
    private int messagesDone;

    Post(Exchange exchange, int index) {
        this.exchange = exchange;
        this.index = index;
    }

    void opened(Server newServer) {
        server = newServer;
    }

    Server server() {
        return Objects.requireNonNull(server);
    }

    /** How many reactors it has. */
    int reactors() {
        return server().reactors().size();
    }

    /** The most connections that it may have open. */
    void limit(int connections) {
        maxConnections = connections;
    }

    /** It is about to be told to stop. */
    void stop() {
        stoppedEarly |= !exchange.isServed();
        stopped = true;
    }

    /** Whether it has been told to. */
    boolean isStopped() {
        return stopped;
    }

    /** Whether that was before all were served. */
    boolean isStoppedEarly() {
        return stoppedEarly;
    }

    /** Its close has returned: whatever comes now is too late. */
    void ended() {
        ended = true;
    }

    // ---- Hand-over ----------------------------------------------------------------------------

    /** Hands a task over to one of its reactors; false if it is refused. */
    boolean execute(int number, Runnable task) {
        Reactor reactor = server().reactors().get(number);
        try {
            reactor.execute(
                    () -> {
                        entered(reactor, "a task");
                        tasksRun++;
                        task.run();
                    });
        } catch (RejectedExecutionException e) {
            checkRefusal(e);
            return false;
        }
        tasksTaken++;
        return true;
    }

    /** Hands something over for a connection; false if it is refused. */
    boolean tell(ConnectionRef ref, Message message) {
        boolean[] done = {false};
        try {
            ref.execute(
                    connection -> {
                        messageComes(connection.reactor(), done);
                        message.comes(connection);
                    },
                    () -> {
                        messageComes(null, done);
                        message.comes(null);
                    });
        } catch (RejectedExecutionException e) {
            checkRefusal(e);
            return false;
        }
        messagesTaken++;
        return true;
    }

    /** What is told of a message: the connection that it came to, or null if that has closed. */
    interface Message {
        /** Called once. */
        void comes(@Nullable Connection connection);
    }

    private void messageComes(@Nullable Reactor reactor, boolean[] done) {
        entered(reactor, "a message");
        if (done[0]) {
            throw exchange.kernel.violation("a message to server %d comes twice", index);
        }
        done[0] = true;
        messagesDone++;
    }

    private void checkRefusal(RejectedExecutionException e) {
        if (!stopped) {
            throw exchange.kernel.violation("server %d refused a task: %s", index, e);
        }
    }

    /** One of those that have been served, or null if none has. */
    @Nullable ConnectionRef anyRef(Choices choices) {
        return refs.isEmpty() ? null : refs.get(choices.below(refs.size()));
    }

    // ---- What the library calls ---------------------------------------------------------------

    /**
     * The library calls back: on its thread, and not when it has ended.
     *
     * @param reactor the one that it is about; null if that is not known
     */
    void entered(@Nullable Reactor reactor, String what) {
        if (ended) {
            throw exchange.kernel.violation("%s comes after the end of server %d", what, index);
        }
        boolean own =
                reactor == null
                        ? server().reactors().stream().anyMatch(Reactor::isCurrent)
                        : reactor.isCurrent() && server().reactors().contains(reactor);
        if (!own) {
            throw exchange.kernel.violation(
                    "%s of server %d comes on %s", what, index, exchange.threads.current());
        }
    }

    @Override
    public ConnectionHandler handlerFor(Connection connection) {
        entered(connection.reactor(), "handlerFor");
        made++;
        if (made - closed > maxConnections) {
            throw exchange.kernel.violation(
                    "server %d: connection %d of %d", index, made - closed, maxConnections);
        }
        refs.add(connection.ref());
        InetSocketAddress address = connection.remoteAddress();
        ExchangePeer peer = address == null ? null : exchange.peerAt(address);
        return new ExchangeHandler(this, connection, peer);
    }

    void closed() {
        closed++;
    }

    // ---- Rules --------------------------------------------------------------------------------

    /** All threads sleep: nothing may wait for this one. */
    void checkBeforeSleep() {
        if (tasksRun < tasksTaken || messagesDone < messagesTaken) {
            throw exchange.kernel.violation(
                    "all sleep, and %d tasks and %d messages wait for server %d",
                    tasksTaken - tasksRun, messagesTaken - messagesDone, index);
        }
    }

    /** What its statistics say at any time. */
    void checkSnapshot() {
        ServerStats stats = server().stats();
        boolean addsUp = stats.accepted() == stats.activeConnections() + Tally.closed(stats);
        if (!addsUp
                || stats.activeConnections() < 0
                || stats.activeConnections() > maxConnections
                || stats.pendingConnections() < 0) {
            throw exchange.kernel.violation("statistics of server %d: %s", index, stats);
        }
    }

    /** It has ended. */
    void check() {
        checkEqual("tasks run", tasksRun, tasksTaken);
        checkEqual("messages done", messagesDone, messagesTaken);
        checkEqual("handlers closed", closed, made);
        checkEqual("accepted", server().stats().accepted(), made);
        checkEqual("active", server().stats().activeConnections(), 0);
        int never = exchange.kernel.neverAccepted(server().port());
        if (server().stats().unaccepted() > never) {
            throw exchange.kernel.violation(
                    "server %d: %d unaccepted, and %d were not accepted",
                    index, server().stats().unaccepted(), never);
        }
        long accepted = 0;
        for (ServerStats each : server().reactorStats()) {
            accepted += each.accepted();
        }
        checkEqual("accepted by reactors", accepted, made);
    }

    /** So many peers seem to have been turned away: no more than it says, and when it was full. */
    void checkTurnedAway(long peers) {
        if (peers > server().stats().rejected()) {
            throw exchange.kernel.violation(
                    "server %d: %d peers got nothing, %d were rejected",
                    index, peers, server().stats().rejected());
        }
        int open = exchange.kernel.fewestWhenFull(server().port());
        if (open < maxConnections) {
            throw exchange.kernel.violation(
                    "server %d has turned one away with %d of %d connections open",
                    index, open, maxConnections);
        }
    }

    private void checkEqual(String what, long actual, long expected) {
        if (actual != expected) {
            throw exchange.kernel.violation(
                    "server %d: %s: %d, not %d", index, what, actual, expected);
        }
    }
}
