package edgeloop.simulation;

import edgeloop.sys.EpollEvents;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A socket that is to listen or listens: the connections that wait to be accepted. */
final class Listener extends OpenFile {
    final Deque<TcpConnection> pending = new ArrayDeque<>();
    boolean listening;
    private int backlog;

    /** What accept(2) answered last, and when. */
    int lastResult;

    long lastNanos;

    void listen(int newBacklog) {
        backlog = newBacklog;
        listening = true;
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
    void acceptAnswered(int result, long nowNanos) {
        lastResult = result;
        lastNanos = nowNanos;
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
