package edgeloop.http;

import edgeloop.http.HttpConnection.Phase;
import java.time.Duration;

/**
 * The limits in time of a reactor's connections: of the wait for a request, of its head, of each
 * stretch of its body, and of the wait for its answer. A connection has one timer for all of them,
 * which is not moved by a request but looks when it fires.
 */
final class HttpDeadlines {
    private static final long MAX_GRAIN_NANOS = 1 << 29;

    private final HttpLoop loop;

    HttpDeadlines(HttpLoop loop) {
        this.loop = loop;
    }

    /**
     * Has {@link #wake} called at {@code deadline}, or somewhat later so that many share a wakeup.
     */
    void setTimer(HttpConnection http, long deadline) {
        if (http.timer != null && http.timer.isPending()) {
            if (http.timerNanos - deadline <= 0) {
                return; // it looks for itself then
            }
            http.timer.cancel();
        }
        long left = deadline - loop.reactor.nanoTime();
        long grain = Math.clamp(Long.highestOneBit(left / 16), 1, MAX_GRAIN_NANOS);
        http.timerNanos = Math.ceilDiv(deadline, grain) * grain;
        Duration delay = Duration.ofNanos(http.timerNanos - loop.reactor.nanoTime());
        // The task holds one reference: it is there as long as the connection is.
        http.timer = http.connection.schedule(delay, () -> http.loop.deadlines.wake(http));
    }

    private void wake(HttpConnection http) {
        if (http.lateAnswer != null) {
            // Perhaps it could not be told that it is there.
            loop.answers.answerLate(http, http.lateAnswer);
        }
        long now = loop.reactor.nanoTime();
        long deadline =
                switch (http.phase) {
                    case HEAD -> orDeadline(http, http.idleSinceNanos + loop.keepAliveNanos);
                    case BODY -> orDeadline(http, http.windowEndNanos);
                    case ANSWERING -> {
                        // As soon as it is answered, the wait for the next request begins.
                        long next = now + loop.keepAliveNanos;
                        yield next - orDeadline(http, next) < 0 ? next : orDeadline(http, next);
                    }
                    case ENDED -> now + loop.keepAliveNanos;
                };
        if (deadline - now > 0) {
            setTimer(http, deadline);
        } else {
            expired(http, now);
        }
    }

    private long orDeadline(HttpConnection http, long other) {
        return http.deadlineNanos == HttpConnection.NEVER ? other : http.deadlineNanos;
    }

    void setDeadline(HttpConnection http, long nanos) {
        http.deadlineNanos = loop.reactor.nanoTime() + nanos;
        setTimer(http, http.deadlineNanos);
    }

    /** The head of the answer is due from now on, unless it has been before. */
    void expectAnswer(HttpConnection http) {
        if (loop.answerNanos > 0 && http.deadlineNanos == HttpConnection.NEVER) {
            setDeadline(http, loop.answerNanos);
        }
    }

    private void expired(HttpConnection http, long now) {
        if (http.phase == Phase.ANSWERING
                || (http.bodyPaused && http.deadlineNanos != HttpConnection.NEVER)) {
            answerOverdue(http);
        } else if (http.phase == Phase.BODY) {
            if (http.windowBytes < loop.windowBytes
                    && !http.bodyPaused
                    && !http.connection.isCongested()) {
                loop.bodies.refuseBody(
                        http, 408, "a body slower than " + loop.options.minBodyRate() + " bytes/s");
            } else {
                beginWindow(http);
            }
        } else if (http.deadlineNanos != HttpConnection.NEVER && !http.connection.isCongested()) {
            loop.answers.refuse(
                    http, 408, "a head that took longer than " + loop.options.headTimeout());
        } else if (http.connection.pendingOutput() > 0) {
            setTimer(http, now + loop.keepAliveNanos); // the client reads the last answer yet
        } else {
            http.phase = Phase.ENDED;
            http.connection.close();
        }
    }

    /** Answers in the place of whoever was to answer, and tells them. */
    private void answerOverdue(HttpConnection http) {
        loop.reactor.reportProblem(
                "An HTTP handler gave no answer within "
                        + loop.options.answerTimeout()
                        + "; the client gets 503",
                null);
        http.keepAlive = false;
        loop.answers.answer(http, HttpLoop.OVERDUE);
        http.abandon();
    }

    void beginWindow(HttpConnection http) {
        http.windowBytes = 0;
        http.windowEndNanos = loop.reactor.nanoTime() + loop.headNanos;
        setTimer(http, http.windowEndNanos);
    }
}
