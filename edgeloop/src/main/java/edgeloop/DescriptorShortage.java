package edgeloop;

import edgeloop.engine.ChannelTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What happens when descriptors run short: files are closed that were kept for later, or else
 * connections that wait for nothing, those first that have for longest.
 *
 * <p>A scan puts all that could go in order, and serves until none of them is left: one that moves
 * meanwhile is younger than the others. So what an accepted connection costs does not grow with the
 * number of those that are open.
 */
final class DescriptorShortage {
    private static final CloseReason OUT_OF_DESCRIPTORS =
            new CloseReason.Overload(CloseReason.Overload.Resource.DESCRIPTORS);

    /** Of those that could go, one in so many goes at once, */
    private static final int PART = 8;

    /** and no more than these: as many as of nginx's, ngx_drain_connections. */
    private static final int MOST_AT_ONCE = 32;

    /** Of an int that is not negative. */
    private static final int INT_BITS = 31;

    private final Reactor reactor;
    private final List<BooleanSupplier> releases = new ArrayList<>();
    private @Nullable Acceptor asker;
    private boolean wanted;

    // Those that could go when they were last looked for, the first to go last: in one long each
    // whether it lingers, for how long it had waited then, and its slot.
    private long[] order = {};
    private int left;
    private int scanMillis;

    DescriptorShortage(Reactor reactor) {
        this.reactor = reactor;
    }

    void add(BooleanSupplier release) {
        releases.add(release);
    }

    /** Closes files that are kept for later; false if there are none. */
    boolean release() {
        boolean any = false;
        for (BooleanSupplier release : releases) {
            try {
                any |= release.getAsBoolean();
            } catch (Throwable e) {
                reactor.problems.report(Problem.TASK_FAILED, e);
            }
        }
        return any;
    }

    /**
     * Has connections go before this turn ends.
     *
     * @param acceptor is to be told whether any did
     */
    void want(@Nullable Acceptor acceptor) {
        wanted = true;
        asker = acceptor == null ? asker : acceptor;
    }

    boolean isWanted() {
        return wanted;
    }

    /** A step of the turn, in which no handler is about: those that go are asked first. */
    void letGo() {
        if (!wanted) {
            return;
        }
        wanted = false;
        boolean any = release() || closeSome();
        Acceptor told = asker;
        asker = null;
        if (told != null) {
            told.descriptorsFreed(any);
        }
    }

    private boolean closeSome() {
        int gone = closeOfThoseFound();
        if (gone == 0) {
            scan();
            gone = closeOfThoseFound();
        }
        if (gone > 0) {
            reactor.problems.report(Problem.DESCRIPTORS_SHORT, 0);
        }
        return gone > 0;
    }

    private int closeOfThoseFound() {
        int most = Math.clamp(left / PART, 1, MOST_AT_ONCE);
        int gone = 0;
        while (left > 0 && gone < most) {
            left--;
            int slot = (int) order[left] & Integer.MAX_VALUE;
            int waited = (int) (order[left] >>> INT_BITS) & Integer.MAX_VALUE;
            if (reactor.channels.at(slot) instanceof Connection connection
                    && letGo(connection, scanMillis - waited)) {
                gone++;
            }
        }
        return gone;
    }

    private void scan() {
        ChannelTable<Connection> channels = reactor.channels;
        scanMillis = (int) reactor.timers.nowTick();
        left = 0;
        for (int slot = 0; slot < channels.size(); slot++) {
            if (channels.at(slot) instanceof Connection connection && mayGo(connection)) {
                if (left == order.length) {
                    order = Arrays.copyOf(order, Math.max(64, 2 * left));
                }
                long lingers = isLingering(connection) ? 1 : 0;
                long waited = Math.max(0, scanMillis - waitsSinceMillis(connection));
                order[left++] = (lingers << INT_BITS | waited) << INT_BITS | slot;
            }
        }
        Arrays.sort(order, 0, left);
    }

    private static boolean isLingering(Connection connection) {
        return connection.state == Connection.State.LINGERING;
    }

    /** Whether it waits for nothing, so that it may go. */
    private static boolean mayGo(Connection connection) {
        if (connection.state != Connection.State.OPEN
                || connection.is(Connection.INPUT_ENDED)
                || connection.unread != null
                || (connection.is(Connection.LAYERED)
                        && connection.reactor.layering().isBusy(connection))
                || connection.outputSize() > 0) {
            return isLingering(connection);
        }
        try {
            return connection.handler().isIdle(connection);
        } catch (Throwable e) {
            connection.handlerFailed(e);
            return false;
        }
    }

    /** Since when it has waited, if it may go. */
    private static int waitsSinceMillis(Connection connection) {
        return isLingering(connection) ? connection.lastSendMillis : connection.lastMoveMillis;
    }

    /**
     * Closes one if it may go and has waited since then. The kernel is asked first: a request may
     * be there of which no event has told yet.
     */
    private boolean letGo(Connection connection, int sinceMillis) {
        if (!hasWaited(connection, sinceMillis)) {
            return false;
        }
        if (connection.state == Connection.State.OPEN) {
            boolean more = reactor.engine.askForInput(connection);
            if (more || !hasWaited(connection, sinceMillis)) {
                return false;
            }
        }
        if (isLingering(connection)) {
            reactor.closer.doom(connection, null);
        } else {
            reactor.closer.dismiss(connection, OUT_OF_DESCRIPTORS);
        }
        return true;
    }

    private static boolean hasWaited(Connection connection, int sinceMillis) {
        return mayGo(connection) && waitsSinceMillis(connection) == sinceMillis;
    }
}
