package edgeloop.cli.load;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.HandlerFactory;
import edgeloop.IoBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The place of one connection: when that is lost, or has served its requests, another one takes the
 * place. Callbacks of a connection that has left it are not heard any more.
 */
final class Slot implements ConnectionHandler {
    private final LoadEngine engine;
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

    // Of the AnswerReader: how much of an answer has come, and whether that is wrong.
    int answerProgress;
    boolean answerIsWrong;

    Slot(LoadEngine engine, int index) {
        this.engine = engine;
        this.index = index;
        this.onEstablished = established -> engine.established(this, established);
        this.onFailure = reason -> engine.connectFailed(this, reason);
    }

    void opened(Connection established) {
        connection = established;
        connecting = false;
        wasEstablished = true;
        outstanding = 0;
        oldest = 0;
        sentOnConnection = 0;
        answerProgress = 0;
        answerIsWrong = false;
    }

    @Override
    public void onRead(Connection from, IoBuffer in) {
        if (from == connection) {
            engine.read(this, in);
        } else {
            in.skip(in.remaining());
        }
    }

    @Override
    public void onEnd(Connection from, IoBuffer in) {
        if (from == connection) {
            engine.lost(this, ErrorCounts.CLOSED_EARLY);
        }
        from.close();
    }

    @Override
    public void onClose(Connection from, CloseReason reason) {
        if (from == connection) {
            engine.lost(this, ErrorCounts.causeOf(reason));
        }
    }
}
