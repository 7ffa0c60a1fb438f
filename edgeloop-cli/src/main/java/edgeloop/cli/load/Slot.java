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

    // Of the AnswerReader for HTTP: what comes next, and how many bytes of it; the status, 0 before
    // it is known; whether the server ends the connection with this answer.
    HttpAnswer.Phase answerPhase = HttpAnswer.Phase.HEAD;
    long answerLeft;
    int answerStatus;
    boolean answerIsLast;

    Slot(LoadEngine engine, int index) {
        this.engine = engine;
        this.index = index;
        this.onEstablished = established -> engine.connecting().established(this, established);
        this.onFailure = reason -> engine.connecting().failed(this, reason);
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
        answerPhase = HttpAnswer.Phase.HEAD;
        answerStatus = 0;
        answerIsLast = false;
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
            engine.ended(this);
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
