package edgeloop;

import edgeloop.sys.Syscalls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** How a reactor's connections begin: the upper half of the diagram at {@link Connection}. */
final class Opener {
    private final Reactor reactor;

    Opener(Reactor reactor) {
        this.reactor = reactor;
    }

    /**
     * Begins to serve the peer of an accepted socket.
     *
     * @return 0, or {@code -errno} if it can't be: then the connection is given back, and the
     *     socket is still the caller's
     */
    int accept(
            Connection connection,
            int socket,
            @Nullable InetSocketAddress remote,
            ConnectionGroup group,
            Welcome welcome) {
        int result = reactor.engine.attach(connection, socket);
        if (result < 0) {
            reactor.recycle(connection);
            return result;
        }
        connection.remoteAddress = remote;
        connection.handler = welcome;
        begin(connection, Connection.State.OPEN, group);
        greet(connection);
        return 0;
    }

    /** The kernel has connected the two: the handler's turn, or that of the handshake. */
    private void greet(Connection connection) {
        if (connection.group().isLayered()) {
            try {
                reactor.layering().begin(connection);
            } catch (Throwable e) { // there may be no memory
                connection.handlerFailed(e);
            }
        } else {
            handOver(connection);
        }
    }

    /** From now on it is the handler's. */
    void handOver(Connection connection) {
        if (!(connection.handler instanceof Welcome welcome)) {
            throw new IllegalStateException("established again: " + connection);
        }
        try {
            connection.handler = welcome.handlerFor(connection);
        } catch (Throwable e) {
            connection.handlerFailed(e);
        }
    }

    /** Has {@code socket} connect; answers as {@link #accept}. */
    int connect(
            Connection connection,
            int socket,
            InetSocketAddress remote,
            ConnectionGroup group,
            Connector connector) {
        int result = reactor.engine.connect(connection, socket, remote);
        if (result < 0) {
            reactor.recycle(connection);
            return result;
        }
        connection.handler = connector;
        begin(connection, Connection.State.CONNECTING, group);
        return 0;
    }

    private void begin(Connection connection, Connection.State first, ConnectionGroup group) {
        connection.state = first;
        connection.group = group;
        group.opened();
        reactor.deadlines.begin(connection);
    }

    /** connect(2) has ended, with 0 or an errno. */
    void connected(Connection connection, int errno) {
        if (!(connection.handler instanceof Connector connector)) {
            throw new IllegalStateException("connected again: " + connection);
        }
        Syscalls syscalls = reactor.syscalls;
        int error = errno == 0 ? connector.check(syscalls, connection.descriptor()) : errno;
        if (error != 0) {
            // Which the caller of connect is told.
            reactor.closer.doom(connection, new CloseReason.Failed(error));
            return;
        }
        connection.state = Connection.State.OPEN;
        reactor.deadlines.begin(connection);
        greet(connection);
    }
}
