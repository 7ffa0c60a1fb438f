package edgeloop;

/** Says who handles a new connection. */
@FunctionalInterface
public interface HandlerFactory {

    /**
     * Called on the reactor's thread once per connection, before anything is read. May write to it
     * already. An exception closes the connection.
     *
     * @param connection the new connection
     * @return its handler, which may be that of other connections too
     */
    ConnectionHandler handlerFor(Connection connection);

    /**
     * What a protocol wants of the connections of a server, asked once at {@link Server#start}.
     *
     * @param asked what the server was started with
     * @return the same, or a copy with limits that the protocol sets by itself
     */
    default ConnectionOptions connectionOptions(ConnectionOptions asked) {
        return asked;
    }
}
