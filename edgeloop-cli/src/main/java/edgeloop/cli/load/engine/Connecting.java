package edgeloop.cli.load.engine;

import edgeloop.Client;
import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.PreciseTimer;
import edgeloop.cli.load.measure.ConnectionBook;
import edgeloop.cli.load.measure.ConnectionCounts;
import edgeloop.cli.load.measure.ErrorCounts;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Opens an engine's connections: all of them at first, in a phase of its own, and later those that
 * take the place of others. Keeps their book. On the reactor's thread.
 */
final class Connecting {
    /** Connects under way at once, lest a server's queue overflow and SYNs be sent again. */
    private static final int WINDOW = 64;

    private static final Duration RETRY_DELAY = Duration.ofMillis(100);

    private final EngineOptions options;
    private final Client client;
    private final Slot[] slots;
    private final LoadEngine engine;
    private final ConnectionBook book = new ConnectionBook();

    private int established;

    /** Of the engines of all threads together. */
    private final AtomicInteger establishedByAll;

    private int attemptsUnderWay;
    private final Outage outage;

    /** Empty ones whose connect has failed. */
    private final Deque<Slot> toRetry = new ArrayDeque<>();

    private boolean retryScheduled;

    // Of the phase.
    private boolean underWay;
    private long beganNanos;
    private int begun;
    private int settled;
    private @Nullable PreciseTimer timer;

    Connecting(
            EngineOptions options,
            Client client,
            Slot[] slots,
            LoadEngine engine,
            AtomicInteger establishedByAll) {
        this.options = options;
        this.client = client;
        this.slots = slots;
        this.engine = engine;
        this.establishedByAll = establishedByAll;
        this.outage = new Outage(options.connectTimeout());
    }

    ConnectionBook book() {
        return book;
    }

    /** How many connections are established now. */
    int established() {
        return established;
    }

    /** How many connects have no outcome yet. */
    int attemptsUnderWay() {
        return attemptsUnderWay;
    }

    boolean isUnderWay() {
        return underWay;
    }

    /** Begins the phase; the engine hears of its end. */
    void begin() {
        timer = engine.timer(this::connectMore);
        underWay = true;
        beganNanos = engine.clockNanos();
        connectMore();
    }

    private void connectMore() {
        if (!underWay) {
            return;
        }
        long elapsed = engine.clockNanos() - beganNanos;
        double rate = options.connectRate();
        while (begun < slots.length && (rate > 0 || begun - settled < WINDOW)) {
            long due = rate > 0 ? (long) (begun * 1e9 / rate) : 0;
            if (due > elapsed && timer != null) {
                timer.set(beganNanos + due);
                return;
            }
            connect(slots[begun++]);
        }
    }

    private void settle() {
        settled++;
        if (settled == slots.length) {
            end();
        } else {
            connectMore();
        }
    }

    /** Ends the phase, though attempts may be under way. */
    void end() {
        underWay = false;
        book.phaseNanos = engine.clockNanos() - beganNanos;
        engine.allConnected();
    }

    private void connect(Slot slot) {
        slot.connecting = true;
        slot.connectBeganNanos = engine.clockNanos();
        book.attempted++;
        attemptsUnderWay++;
        client.connect(options.target(), slot.onEstablished, slot.onFailure);
    }

    /** A connection for {@code slot} is established. */
    ConnectionHandler established(Slot slot, Connection connection) {
        long now = engine.clockNanos();
        slot.opened(connection);
        attemptsUnderWay--;
        established++;
        establishedByAll.incrementAndGet();
        outage.established();
        book.established(now - slot.connectBeganNanos, connection.tls());
        if (underWay) {
            settle();
        } else {
            engine.reconnected(slot);
        }
        return slot;
    }

    void failed(Slot slot, CloseReason reason) {
        slot.connecting = false;
        attemptsUnderWay--;
        if (reason instanceof CloseReason.LocallyClosed) {
            return; // the run is over, and this attempt was counted as under way
        }
        int cause = ErrorCounts.causeOf(reason);
        book.failed.add(cause, 1);
        if (underWay) {
            settle();
            return;
        }
        outage.failed(slot.connectBeganNanos, ErrorCounts.isRefused(cause));
        long now = engine.clockNanos();
        if (outage.isForGood(establishedByAll.get(), now)) {
            engine.serverIsGone(outage.lengthNanos(now), ErrorCounts.name(cause));
        } else {
            retryLater(slot);
        }
    }

    private void retryLater(Slot slot) {
        toRetry.add(slot);
        scheduleRetry();
    }

    private void scheduleRetry() {
        if (!retryScheduled && !toRetry.isEmpty()) {
            retryScheduled = true;
            client.reactor().schedule(RETRY_DELAY, this::retry);
        }
    }

    private void retry() {
        // In an outage so many show as well as all whether somebody listens again.
        int most = outage.isUnderWay() ? WINDOW : toRetry.size();
        for (; most > 0 && !toRetry.isEmpty(); most--) {
            replace(toRetry.removeFirst());
        }
        retryScheduled = false;
        scheduleRetry();
    }

    /** Opens another connection for an empty slot, as long as there is something to send. */
    void replace(Slot slot) {
        if (slot.connection == null && !slot.connecting && engine.wantsConnections()) {
            connect(slot);
        }
    }

    /** A slot's connection has ended, or is of no more use. */
    void vacate(Slot slot) {
        slot.connection = null;
        established--;
        establishedByAll.decrementAndGet();
        if (established == 0) {
            outage.noneLeft(engine.clockNanos());
        }
    }

    ConnectionCounts counts() {
        long pending = 0;
        for (Slot slot : slots) {
            pending += slot.connecting ? 1 : 0;
        }
        return new ConnectionCounts(
                book.attempted,
                book.established,
                book.failed.byName(),
                pending,
                book.lostWhileIdle.byName(),
                book.phaseNanos,
                book.resumed,
                new TreeMap<>(book.agreed));
    }
}
