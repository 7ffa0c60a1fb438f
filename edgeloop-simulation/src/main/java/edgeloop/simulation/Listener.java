package edgeloop.simulation;

import edgeloop.sys.EpollEvents;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A socket that listens: the connections that wait to be accepted. */
final class Listener extends OpenFile {
    final Deque<TcpConnection> pending = new ArrayDeque<>();
    boolean listening = true;
    private final int backlog;
    final int port;

    /** What accept(2) answered last. */
    int lastResult;

    /** The end of the turn in which that was, or the program came to know of descriptors. */
    long lastNanos;

    private long lastTurn;

    /** The turn in which few descriptors were free, by accept's answer or a probe; or -1. */
    long scarceTurn = -1;

    Listener(int port, int backlog) {
        this.port = port;
        this.backlog = backlog;
    }

    boolean isFull() {
        return pending.size() >= backlog;
    }

    void add(TcpConnection connection) {
        pending.addLast(connection);
        edge();
    }

    @Nullable TcpConnection accept() {
        return pending.pollFirst();
    }

    /** accept(2) answered {@code result}. */
    void acceptAnswered(int result, long nowNanos, long turn, boolean scarce) {
        lastResult = result;
        probed(nowNanos, turn, scarce);
    }

    /** The program has come to know whether few descriptors are free. */
    void probed(long nowNanos, long turn, boolean scarce) {
        lastNanos = nowNanos;
        lastTurn = turn;
        scarceTurn = scarce ? turn : -1;
    }

    /**
     * A turn ends; whatever the program made of what it learnt in it counts from now on. Or in the
     * one before: what a task learns, which comes before a turn's wait, is acted on behind that.
     */
    void turnEnds(long turn, long turnBefore, long nowNanos) {
        if (lastTurn == turn || lastTurn == turnBefore) {
            lastNanos = nowNanos;
        }
    }

    @Override
    int readiness() {
        return pending.isEmpty() ? 0 : EpollEvents.EPOLLIN;
    }

    /** Those that were not accepted are reset. */
    @Override
    void release() {
        listening = false;
        TcpConnection connection;
        while ((connection = accept()) != null) {
            connection.lingerZero = true;
            connection.neverAccepted = true;
            connection.release();
        }
    }
}
