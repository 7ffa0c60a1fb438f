package edgeloop;

/**
 * What a connection does. One handler may serve one connection and keep its state in its fields,
 * or, having none, serve all.
 *
 * <p>All methods run on the reactor's thread, one at a time, and must not block it: while one runs,
 * no other connection is served. An exception closes the connection, with {@link
 * CloseReason.HandlerFailed}.
 */
@FunctionalInterface
public interface ConnectionHandler {

    /**
     * The peer sent something. What is left unread in {@code in} is there again at the next call,
     * together with what has come since; at most {@link Connection#MAX_UNREAD_BYTES} may be left.
     *
     * @param connection the one whose peer it is
     * @param in the unread bytes, at least one; dead when this call has returned, as are its slices
     */
    void onRead(Connection connection, IoBuffer in);

    /**
     * The output that had reached the high-water mark has fallen to the low-water mark: a producer
     * may go on.
     *
     * @param connection the one whose output it is
     */
    default void onDrain(Connection connection) {}

    /**
     * The peer sent its FIN: nothing more will come, but it may still be reading. By default
     * finishes the output and closes.
     *
     * @param connection the one whose peer it is
     * @param in what {@link #onRead} left unread, often nothing; dead when this call has returned,
     *     as are its slices
     */
    default void onEnd(Connection connection, IoBuffer in) {
        connection.close();
    }

    /**
     * The server shuts down: nothing new should begin. By default finishes the output and closes; a
     * protocol in the middle of an answer may close when that is written. What has not closed when
     * {@link ServerOptions#drainTimeout} runs out is reset.
     *
     * @param connection the one that is to end
     */
    default void onShutdown(Connection connection) {
        connection.close();
    }

    /**
     * Whether the connection could be closed now without a loss to anybody: it is between two
     * requests, say. Asked when descriptors run short, of many connections at once; those that have
     * been idle for longest are then closed with {@link CloseReason.Overload}. By default none is.
     *
     * @param connection the one that is open, has no output waiting and has left no input unread
     * @return true if it may go
     */
    default boolean isIdle(Connection connection) {
        return false;
    }

    /**
     * The connection is gone; its last callback, exactly once. After this call the object serves
     * another peer: drop every reference to it.
     *
     * @param connection the one that has closed; writing to it does nothing
     * @param reason why it closed
     */
    default void onClose(Connection connection, CloseReason reason) {}
}
