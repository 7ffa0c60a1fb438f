package edgeloop;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A lasting reference to one connection, for other threads and for what may outlive it. A {@link
 * Connection} object serves another peer once its own has gone; this never reaches that other.
 */
public final class ConnectionRef {
    private final Connection connection;
    private final int life;

    ConnectionRef(Connection connection) {
        this.connection = connection;
        this.life = connection.life();
    }

    /**
     * Runs {@code task} with the connection on its reactor's thread, or does nothing if the
     * connection has closed by then. Any thread may call this; it does not wait.
     *
     * @param task what it throws closes the connection
     * @throws RejectedExecutionException if the reactor has stopped, or too many tasks wait
     */
    public void execute(Consumer<Connection> task) {
        execute(task, () -> {});
    }

    /**
     * As {@link #execute(Consumer)}, and tells if there is no such connection any more: one of the
     * two runs, unless this throws. For who has promised something to somebody, such as to complete
     * a future.
     *
     * @param task what it throws closes the connection
     * @param ifClosed runs on the reactor's thread if the connection has closed by then; what it
     *     throws is logged
     * @throws RejectedExecutionException if the reactor has stopped, or too many tasks wait;
     *     neither runs then
     */
    public void execute(Consumer<Connection> task, Runnable ifClosed) {
        connection.reactor.execute(
                () -> {
                    if (connection.life() == life && connection.isLive()) {
                        connection.reactor.closer.guard(connection, () -> task.accept(connection));
                    } else {
                        ifClosed.run();
                    }
                });
    }
}
