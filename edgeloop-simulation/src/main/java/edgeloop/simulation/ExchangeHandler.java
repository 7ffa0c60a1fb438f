package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionRef;
import edgeloop.IoBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Echoes, at once or by way of another server's thread. */
final class ExchangeHandler implements ConnectionHandler {
    private final Post post;
    private final @Nullable ExchangePeer peer;
    private final ConnectionRef ref;
    private int onTheirWay;
    private boolean ended;
    private boolean closed;

    /**
     * @param peer null if it has gone already
     */
    ExchangeHandler(Post post, Connection connection, @Nullable ExchangePeer peer) {
        this.post = post;
        this.peer = peer;
        this.ref = connection.ref();
    }

    private void entered(Connection connection, String what) {
        post.entered(connection.reactor(), what);
        if (closed) {
            throw post.exchange.kernel.violation("%s comes after onClose", what);
        }
    }

    @Override
    public void onRead(Connection connection, IoBuffer in) {
        entered(connection, "onRead");
        if (peer != null && peer.takeClosesServer()) {
            closeOwnServer();
        }
        Post other = peer == null ? null : peer.way();
        if (other == null) {
            connection.write(in);
            return;
        }
        byte[] bytes = new byte[in.remaining()];
        in.readBytes(bytes, 0, bytes.length);
        onTheirWay++;
        int reactor = Objects.requireNonNull(peer).index % other.reactors();
        boolean taken = other.execute(reactor, () -> handBack(bytes));
        if (!taken) {
            connection.abort(); // the rest would come before this
        }
    }

    /** On the other server's thread. */
    private void handBack(byte[] bytes) {
        boolean _ = post.tell(ref, connection -> comesBack(connection, bytes));
    }

    private void comesBack(@Nullable Connection connection, byte[] bytes) {
        onTheirWay--;
        if (connection != null) {
            entered(connection, "what was handed back");
            connection.write(bytes);
            closeIfDone(connection);
        }
    }

    /** On its own thread a server only begins to end. */
    private void closeOwnServer() {
        post.stop();
        post.server().close();
        try {
            post.server().join();
            throw post.exchange.kernel.violation("a server waits for itself");
        } catch (IllegalStateException e) {
            // It says that it would.
        } catch (InterruptedException e) {
            throw post.exchange.kernel.violation("interrupted, and nobody did");
        }
    }

    @Override
    public void onEnd(Connection connection, IoBuffer in) {
        entered(connection, "onEnd");
        ended = true;
        closeIfDone(connection);
    }

    private void closeIfDone(Connection connection) {
        if (ended && onTheirWay == 0) {
            connection.close();
        }
    }

    @Override
    public void onClose(Connection connection, CloseReason reason) {
        entered(connection, "onClose");
        closed = true;
        post.closed();
        post.exchange.kernel.note("    onClose at server %d: %s", post.index, reason);
    }
}
