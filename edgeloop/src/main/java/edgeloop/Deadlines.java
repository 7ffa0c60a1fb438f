package edgeloop;

import edgeloop.timer.Timer;
import edgeloop.timer.TimerWheel;

/**
 * The timeouts of a reactor's connections: which of them runs, since when, and what becomes of a
 * connection whose time is up.
 *
 * <p>A connection has one timer for all of its timeouts, which is not moved when bytes move: when
 * it expires, it is looked for how long nothing has, and the timer set again for the rest. So a
 * busy connection pays nothing for its timeouts. Deadlines are rounded up to a grain of at most
 * {@value #MAX_GRAIN_MILLIS} ms, so that thousands of connections share two wakeups a second.
 */
final class Deadlines {
    /** The time left where no timeout applies. */
    private static final int NO_TIMEOUT = Integer.MAX_VALUE;

    private static final int MAX_GRAIN_MILLIS = 512;

    private final Reactor reactor;
    private final TimerWheel wheel;

    Deadlines(Reactor reactor, TimerWheel wheel) {
        this.reactor = reactor;
        this.wheel = wheel;
    }

    /** The one timer of a connection. */
    static final class Watchdog extends Timer {
        private final Connection connection;

        Watchdog(Connection connection) {
            this.connection = connection;
        }

        @Override
        protected void expire() {
            try {
                connection.reactor.deadlines.expired(connection);
            } catch (Throwable e) { // of a listener's
                connection.handlerFailed(e);
            }
        }

        private boolean isAwake() {
            return isSet();
        }

        private long wakesAt() {
            return deadlineTick();
        }
    }

    private int nowMillis() {
        return (int) reactor.timers.nowTick();
    }

    // ---- What renews them ---------------------------------------------------------------------

    /**
     * A socket is served, or connects, from now on. The time that a connect may take counts from
     * this very moment: the turn, or the task that connects, may have begun long ago.
     */
    void begin(Connection connection) {
        connection.movedBytes = 0;
        connection.lastMoveMillis = nowMillis();
        connection.lastSendMillis =
                connection.state == Connection.State.CONNECTING
                        ? (int) reactor.timers.exactTick()
                        : connection.lastMoveMillis;
        watch(connection);
    }

    /** Renews the idle timeout if enough bytes have moved. */
    void moved(Connection connection, int bytes) {
        if (connection.state == Connection.State.HANDSHAKING) {
            return; // whose time counts from its beginning
        }
        connection.movedBytes += bytes;
        if (connection.movedBytes >= connection.group().idleBytes) {
            connection.movedBytes = 0;
            connection.lastMoveMillis = nowMillis();
        }
    }

    /** Output begins to wait, or the FIN has gone out. */
    void sendingBegins(Connection connection) {
        connection.lastSendMillis = nowMillis();
    }

    /**
     * Renews the write timeout: at once or, where a rate is asked for and output still waits, by
     * the time that the bytes may take.
     */
    void renewWrite(Connection connection, int bytes) {
        int now = nowMillis();
        int behind = now - connection.lastSendMillis;
        int rate = connection.group().minOutputRate;
        if (rate > 0 && behind > 0 && connection.outputSize() > 0) {
            now -= (int) Math.max(0, behind - Math.ceilDiv(bytes * 1000L, rate));
        }
        connection.lastSendMillis = now;
    }

    /** The peer's end has shown itself, or bytes have come since. */
    void renewHalfClose(Connection connection) {
        // Where output waits, another timeout counts from it.
        if (connection.state == Connection.State.OPEN && connection.outputSize() == 0) {
            connection.lastSendMillis = nowMillis();
        }
    }

    // ---- What is left of them -----------------------------------------------------------------

    /** The time until a timeout runs out, in milliseconds; {@link #NO_TIMEOUT} if none. */
    private int millisLeft(Connection connection) {
        return switch (connection.state) {
            case CONNECTING ->
                    millisLeft(connection.group().connectTimeoutMillis, connection.lastSendMillis);
            case HANDSHAKING ->
                    millisLeft(
                            connection.group().handshakeTimeoutMillis, connection.lastMoveMillis);
            case OPEN -> Math.min(millisLeftToMove(connection), millisLeftToSend(connection));
            case CLOSING -> millisLeftToWrite(connection);
            case LINGERING ->
                    millisLeft(connection.group().lingerTimeoutMillis, connection.lastSendMillis);
            case DOOMED, UNUSED -> NO_TIMEOUT;
        };
    }

    private int millisLeftToMove(Connection connection) {
        return millisLeft(connection.group().idleTimeoutMillis, connection.lastMoveMillis);
    }

    private int millisLeftToSend(Connection connection) {
        return connection.outputSize() > 0
                ? millisLeftToWrite(connection)
                : millisLeftToAnswer(connection);
    }

    private int millisLeftToAnswer(Connection connection) {
        return reactor.inbound.isEndNear(connection)
                ? millisLeft(connection.group().halfCloseTimeoutMillis, connection.lastSendMillis)
                : NO_TIMEOUT;
    }

    private int millisLeftToWrite(Connection connection) {
        return connection.outputSize() == 0
                ? NO_TIMEOUT
                : millisLeft(connection.group().writeTimeoutMillis, connection.lastSendMillis);
    }

    private int millisLeft(int timeoutMillis, int sinceMillis) {
        return timeoutMillis == 0
                ? NO_TIMEOUT
                : Math.max(0, timeoutMillis - (nowMillis() - sinceMillis));
    }

    // ---- The timer ----------------------------------------------------------------------------

    /** Has the timer look after the timeout that would run out first. */
    void watch(Connection connection) {
        int left = millisLeft(connection);
        if (left == NO_TIMEOUT) {
            return;
        }
        Watchdog watchdog = connection.watchdog;
        if (watchdog == null) {
            watchdog = new Watchdog(connection);
            connection.watchdog = watchdog;
        }
        // Of a connect, whose time counts from later than this turn's, the turn is no part of it.
        int ahead = Math.max(0, connection.lastSendMillis - nowMillis());
        int grain = Math.clamp(Integer.highestOneBit((left - ahead) / 8), 1, MAX_GRAIN_MILLIS);
        long tick =
                Math.ceilDiv(reactor.timers.nowTick() + Math.max(left, 1), grain) * (long) grain;
        if (watchdog.isAwake()) {
            if (watchdog.wakesAt() <= tick) {
                return;
            }
            wheel.remove(watchdog);
        }
        wheel.add(watchdog, tick);
    }

    /** The connection has closed. */
    void forget(Connection connection) {
        Watchdog watchdog = connection.watchdog;
        if (watchdog != null && watchdog.isAwake()) {
            wheel.remove(watchdog);
        }
    }

    private void expired(Connection connection) {
        int left = millisLeft(connection);
        if (left <= 0) {
            timedOut(connection);
        } else if (left != NO_TIMEOUT) {
            watch(connection);
        }
    }

    /**
     * A timeout ran out, as far as is known. Where the process was stopped, or one wait could not
     * tell of all that came, the event that would have renewed it has yet to be seen: so the kernel
     * is asked first.
     */
    private void timedOut(Connection connection) {
        Connection.State state = connection.state;
        if (state != Connection.State.LINGERING) {
            reactor.engine.askForRoom(connection);
            if (connection.state != Connection.State.CONNECTING) {
                boolean _ = reactor.engine.askForInput(connection);
            }
            if (millisLeft(connection) > 0) {
                watch(connection);
                return;
            }
        }
        switch (connection.state) {
            case LINGERING -> reactor.closer.doom(connection, null); // the peer was given its time
            case CONNECTING ->
                    reactor.closer.timedOut(connection, CloseReason.TimedOut.Limit.CONNECT);
            case HANDSHAKING ->
                    reactor.closer.timedOut(connection, CloseReason.TimedOut.Limit.HANDSHAKE);
            default -> reactor.closer.timedOut(connection, limit(connection));
        }
    }

    private CloseReason.TimedOut.Limit limit(Connection connection) {
        if (millisLeftToWrite(connection) <= 0) {
            return CloseReason.TimedOut.Limit.WRITE;
        }
        return millisLeftToSend(connection) <= 0
                ? CloseReason.TimedOut.Limit.HALF_CLOSE
                : CloseReason.TimedOut.Limit.IDLE;
    }

    /** For how long no byte of what waits has moved: of output, if any waits, or else at all. */
    int millisNotMoved(Connection connection) {
        return nowMillis()
                - (connection.outputSize() > 0
                        ? connection.lastSendMillis
                        : connection.lastMoveMillis);
    }

    /** Whether it began less than {@code millis} ago, and its peer has sent nothing yet. */
    boolean isNew(Connection connection, int millis) {
        boolean begins =
                connection.state == Connection.State.OPEN
                        || connection.state == Connection.State.HANDSHAKING;
        return begins
                && !connection.is(Connection.HEARD)
                && nowMillis() - connection.lastMoveMillis < millis;
    }
}
