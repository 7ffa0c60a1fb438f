package edgeloop.simulation;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionRef;
import edgeloop.HandlerFactory;
import edgeloop.Reactor;
import edgeloop.Server;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A server of an {@link Exchange}, and the books of what was handed over to it. */
final class Post implements HandlerFactory {
    final Exchange exchange;
    final int index;

    private final List<ConnectionRef> refs = new ArrayList<>();
    private @Nullable Server server;
    private boolean stopped;
    private boolean stoppedEarly;
    private boolean ended;
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

    private Reactor reactor() {
        return server().reactor();
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

    /** Hands a task over; false if it is refused. */
    boolean execute(Runnable task) {
        try {
            reactor()
                    .execute(
                            () -> {
                                entered("a task");
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
                        messageComes(done);
                        message.comes(connection);
                    },
                    () -> {
                        messageComes(done);
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

    private void messageComes(boolean[] done) {
        entered("a message");
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

    /** The library calls back: on its thread, and not when it has ended. */
    void entered(String what) {
        if (ended) {
            throw exchange.kernel.violation("%s comes after the end of server %d", what, index);
        }
        if (!reactor().isCurrent()) {
            throw exchange.kernel.violation(
                    "%s of server %d comes on %s", what, index, exchange.threads.current());
        }
    }

    @Override
    public ConnectionHandler handlerFor(Connection connection) {
        entered("handlerFor");
        made++;
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

    /** It has ended. */
    void check() {
        checkEqual("tasks run", tasksRun, tasksTaken);
        checkEqual("messages done", messagesDone, messagesTaken);
        checkEqual("handlers closed", closed, made);
        checkEqual("accepted", server().stats().accepted(), made);
        checkEqual("active", server().stats().activeConnections(), 0);
    }

    private void checkEqual(String what, long actual, long expected) {
        if (actual != expected) {
            throw exchange.kernel.violation(
                    "server %d: %s: %d, not %d", index, what, actual, expected);
        }
    }
}
