package edgeloop;

import java.util.Objects;

/** The handler of a connection until it is established: then it says who is. */
class Welcome implements ConnectionHandler {
    private final HandlerFactory handlers;

    Welcome(HandlerFactory handlers) {
        this.handlers = handlers;
    }

    final ConnectionHandler handlerFor(Connection connection) {
        return Objects.requireNonNull(handlers.handlerFor(connection), "handler");
    }

    @Override
    public final void onRead(Connection connection, IoBuffer in) {
        throw new AssertionError("nothing is read before the connection is established");
    }
}
