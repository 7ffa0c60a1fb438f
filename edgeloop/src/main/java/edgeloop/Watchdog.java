package edgeloop;

/**
 * Watches over the timeouts of one connection with a single timer.
 *
 * <p>The timer is not moved when bytes move: when it wakes, it looks for how long nothing has, and
 * sleeps on for the rest. So a busy connection pays nothing for its timeouts. Deadlines are rounded
 * up to a grain of at most {@value #MAX_GRAIN_MILLIS} ms, so that thousands of connections share
 * two wakeups a second.
 */
final class Watchdog {
    /** What {@link Connection#millisLeft} answers where no timeout applies. */
    static final int NO_TIMEOUT = Integer.MAX_VALUE;

    private static final int MAX_GRAIN_MILLIS = 512;

    private final Connection connection;
    private final Timeout timer;

    Watchdog(Connection connection) {
        this.connection = connection;
        this.timer = new Timeout(connection.reactor, null, this::wake);
    }

    /** Sees to it that this wakes in {@code left} ms, or somewhat later. */
    void watch(int left) {
        int grain = Math.clamp(Integer.highestOneBit(left / 8), 1, MAX_GRAIN_MILLIS);
        long now = connection.reactor.nowTick();
        long tick = Math.ceilDiv(now + Math.max(left, 1), grain) * (long) grain;
        if (timer.isPending()) {
            if (timer.deadlineTick <= tick) {
                return;
            }
            connection.reactor.wheel().remove(timer);
        }
        connection.reactor.wheel().add(timer, tick);
    }

    private void wake() {
        int left = connection.millisLeft();
        if (left <= 0) {
            connection.timedOut();
        } else if (left != NO_TIMEOUT) {
            watch(left);
        }
    }

    /** The connection has closed. */
    void sleep() {
        if (timer.isPending()) {
            connection.reactor.wheel().remove(timer);
        }
    }
}
