package edgeloop.simulation;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A socket that listens: the connections that wait to be accepted. A duplicate of its descriptor is
 * one of these, too, and has the same that wait.
 */
final class Listener extends OpenFile {
    final Deque<TcpConnection> pending;

    /** The descriptors of the socket. */
    private final List<Listener> descriptors;

    boolean listening = true;
    private final int backlog;
    final SocketCalls.Port port;

    /** Who was accepted last, if the program may be about to close it at once. */
    @Nullable TcpConnection lastAccepted;

    /** What accept(2) answered last. */
    int lastResult;

    /**
     * The end of the turn in which that was, or the program came to know of descriptors, or left
     * epoll or tried to come back.
     */
    long lastNanos;

    private long lastTurn;

    /** The turn in which few descriptors were free, by accept's answer or a probe; or -1. */
    long scarceTurn = -1;

    Listener(SocketCalls.Port port, int backlog) {
        this.port = port;
        this.backlog = backlog;
        this.pending = new ArrayDeque<>();
        this.descriptors = new ArrayList<>(List.of(this));
    }

    /** A duplicate of {@code original}. */
    Listener(Listener original) {
        this.port = original.port;
        this.backlog = original.backlog;
        this.pending = original.pending;
        this.descriptors = original.descriptors;
        descriptors.add(this);
    }

    boolean isFull() {
        return pending.size() >= backlog;
    }

    /** Whether one more can come. */
    boolean takesMore() {
        return !descriptors.isEmpty() && !isFull();
    }

    /**
     * One more waits. Where the descriptors are registered exclusively, it is put on the lists of
     * those instances on which nobody sleeps, and wakes one on which somebody does; as
     * __wake_up_common and ep_poll_callback of Linux's wait.c and eventpoll.c go about it, save
     * that there the order is that of registration.
     */
    void add(TcpConnection connection, Choices choices) {
        pending.addLast(connection);
        int count = descriptors.size();
        int first = count == 1 ? 0 : choices.below(count);
        for (int i = 0; i < count; i++) {
            Listener each = descriptors.get((first + i) % count);
            ReadyList watcher = each.watcher;
            if (watcher != null) {
                boolean alone = watcher.takesAlone(each);
                each.edge();
                if (alone) {
                    return;
                }
            }
        }
    }

    /**
     * Whether nothing is to be told of this one of a socket's descriptors, though connections wait
     * and it is registered, or though it is not and would accept, or will not for longer than a
     * pause.
     *
     * @param before a pause that began before then is over
     */
    boolean isSharedInVain(long before) {
        boolean told =
                watcher != null
                        ? !pending.isEmpty() && descriptors.stream().noneMatch(d -> d.rests(before))
                        : lastResult == -Errno.EAGAIN || lastNanos < before;
        return descriptors.size() > 1 && told && !queued;
    }

    /** Whether accepting pauses here, which may be with what was told here alone. */
    private boolean rests(long before) {
        return watcher == null && lastResult != -Errno.EAGAIN && lastNanos >= before;
    }

    /** Whom the program has not turned away by now, it has begun to serve: before it goes on. */
    void settleAccepted() {
        if (lastAccepted != null && !lastAccepted.closed) {
            lastAccepted.served = true;
        }
        lastAccepted = null;
    }

    @Override
    void descriptorClosed() {
        settleAccepted();
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

    /** Those that were not accepted are reset, with the last descriptor. */
    @Override
    void release() {
        listening = false;
        descriptors.remove(this);
        if (!descriptors.isEmpty()) {
            return;
        }
        TcpConnection connection;
        while ((connection = accept()) != null) {
            connection.lingerZero = true;
            connection.neverAccepted = true;
            port.neverAccepted++;
            connection.release();
        }
    }
}
