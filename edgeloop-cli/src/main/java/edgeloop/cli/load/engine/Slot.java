package edgeloop.cli.load.engine;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.HandlerFactory;
import edgeloop.IoBuffer;
import edgeloop.cli.load.measure.ErrorCounts;
import edgeloop.cli.load.protocol.AnswerState;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The place of one connection: when that is lost, or has served its requests, another one takes the
 * place. Callbacks of a connection that has left it are not heard any more.
 */
final class Slot implements ConnectionHandler {
    private final Traffic traffic;
    final int index;
    final HandlerFactory onEstablished;
    final Consumer<CloseReason> onFailure;

    @Nullable Connection connection;

    /** Requests sent on this connection and not answered; their times are in the engine. */
    int outstanding;

    /** Where the oldest one's times are, as a number from 0 to below the pipeline's depth. */
    int oldest;

    /** Requests sent on this connection since it was established. */
    int sentOnConnection;

    /** Whether this stands in the engine's queue of slots that may send. */
    boolean queued;

    boolean connecting;
    boolean wasEstablished;
    long connectBeganNanos;

    /** What the reader knows of the answer that is coming. */
    final AnswerState answer = new AnswerState();

    Slot(Connecting connecting, Traffic traffic, int index) {
        this.traffic = traffic;
        this.index = index;
        this.onEstablished = established -> connecting.established(this, established);
        this.onFailure = reason -> connecting.failed(this, reason);
    }

    void opened(Connection established) {
        connection = established;
        connecting = false;
        wasEstablished = true;
        outstanding = 0;
        oldest = 0;
        sentOnConnection = 0;
        answer.clear();
    }

    @Override
    public void onRead(Connection from, IoBuffer in) {
        if (from == connection) {
            traffic.read(this, in);
        } else {
            in.skip(in.remaining());
        }
    }

    @Override
    public void onEnd(Connection from, IoBuffer in) {
        if (from == connection) {
            traffic.ended(this);
        }
        from.close();
    }

    @Override
    public void onClose(Connection from, CloseReason reason) {
        if (from == connection) {
            traffic.lost(this, ErrorCounts.causeOf(reason));
        }
    }
}
