package edgeloop.cli.load.engine;

import edgeloop.Addresses;
import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.ConnectionOptions;
import edgeloop.PreciseTimer;
import edgeloop.Reactor;
import edgeloop.SyscallException;
import edgeloop.Transport;
import edgeloop.cli.load.measure.ConnectionBook;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.Meter;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.message.Text;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Loads a server in stages: has its connections opened ({@link Connecting}), requests sent and
 * answers judged ({@link Traffic}), and hands what was measured to the main thread.
 */
final class LoadEngine implements AutoCloseable {
    /** In the place of a time: as soon as the engine hears of it. */
    static final long NOW = Long.MIN_VALUE;

    static final long INTERVAL_NANOS = 250_000_000;

    /** Small, so that what is due is not kept waiting by a long batch of answers. */
    private static final int MAX_EVENTS = 256;

    private final EngineOptions options;
    private final Client client;
    private final Reactor reactor;
    private final int number;
    private final Mailbox mailbox;
    private final Spares spares = new Spares();
    private final Meter meter;
    private final int connections;
    private final Connecting connecting;
    private final Traffic traffic;
    private @Nullable StageRun stage;
    private @Nullable Timers timers;

    /** What the main thread waits for, at most until the timer expires. */
    private CompletableFuture<Boolean> awaited = CompletableFuture.completedFuture(true);

    private @Nullable PreciseTimer awaitTimer;

    /** The engine's points in time; made on the reactor's thread. */
    private record Timers(PreciseTimer measure, PreciseTimer endOfSending, PreciseTimer interval) {}

    private LoadEngine(
            EngineOptions options,
            Meter meter,
            Client client,
            int number,
            Mailbox mailbox,
            AtomicInteger establishedByAll) {
        this.options = options;
        this.number = number;
        this.mailbox = mailbox;
        this.meter = meter;
        this.client = client;
        this.reactor = client.reactor();
        this.connections = options.connections();
        Slot[] slots = new Slot[connections];
        this.connecting = new Connecting(options, client, slots, this, establishedByAll);
        this.traffic = new Traffic(options, slots, this, connecting);
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(connecting, traffic, i);
        }
    }

    /**
     * Starts a reactor to load a server with.
     *
     * @param meter asked on the reactor's thread what that uses
     * @param number of the engine, from 0
     * @param mailbox takes what it has to tell
     * @param establishedByAll counts connections, its own and those of other engines
     * @throws SyscallException if the kernel refuses its descriptors, or the transport
     */
    static LoadEngine start(
            EngineOptions options,
            Meter meter,
            int number,
            Mailbox mailbox,
            AtomicInteger establishedByAll)
            throws SyscallException {
        // Without backpressure: it would stop reading where a peer takes no more before its own
        // answers are read. Output is bounded by the pipeline's depth.
        ConnectionOptions connection =
                ConnectionOptions.defaults()
                        .withBackpressure(false)
                        .withWriteTimeout(Duration.ZERO);
        Client client =
                Client.start(
                        ClientOptions.defaults()
                                .withTransport(options.transport())
                                .withTls(options.tls())
                                .withConnection(connection)
                                .withConnectTimeout(options.connectTimeout())
                                .withLocalAddresses(options.sources())
                                .withMaxEvents(MAX_EVENTS));
        return new LoadEngine(options, meter, client, number, mailbox, establishedByAll);
    }

    // ---- What the main thread calls -----------------------------------------------------------

    /** How it speaks to the kernel. */
    Transport transport() {
        return client.transport();
    }

    /** Why that is by epoll, if it may have been by io_uring. */
    @Nullable String ioUringRefusal() {
        return client.ioUringRefusal();
    }

    /** Whom the main thread waits with for what is told. */
    Reactor reactor() {
        return reactor;
    }

    /** Gives an interval back whose content has been used. */
    void recycle(Interval interval) {
        spares.recycle(interval);
    }

    /** How many connections there are to be. */
    int connections() {
        return connections;
    }

    /** The server's, as people read it. */
    String address() {
        return Addresses.format(options.target());
    }

    /** How long connecting took; to be read after {@link #close}. */
    ConnectionBook book() {
        return connecting.book();
    }

    /**
     * Waits for {@code future}, and answers whether it was completed before the time had passed.
     */
    boolean await(CompletableFuture<Boolean> future, Duration timeout) throws InterruptedException {
        reactor.execute(
                () -> {
                    awaited = future;
                    if (awaitTimer == null) {
                        awaitTimer = timer(() -> awaited.complete(false));
                    }
                    awaitTimer.set(clockNanos() + timeout.toNanos());
                });
        return reactor.await(future);
    }

    /** Opens all connections; {@link EngineEvent.Connected} tells the end. */
    void connectAll() {
        reactor.execute(
                () -> {
                    timers = makeTimers();
                    connecting.begin();
                });
    }

    /**
     * Begins a stage; {@link EngineEvent.StageEnded} tells its end.
     *
     * @param atNanos when it begins for all engines, on {@link #clockNanos}'s clock; {@link #NOW}
     *     where there is one alone
     */
    void begin(StagePlan plan, long atNanos) {
        reactor.execute(() -> beginStage(plan, atNanos));
    }

    /**
     * Ends what is under way, if anything is: what is on its way stays so, and is reported.
     *
     * @param why {@link StageOutcome#INTERRUPTED}, or what has ended the stage of another engine
     */
    void end(String why) {
        try {
            reactor.execute(
                    () -> {
                        if (connecting.isUnderWay()) {
                            connecting.end();
                        } else if (stage != null) {
                            finish(why);
                        }
                    });
        } catch (RejectedExecutionException e) {
            // It has stopped: all is over already.
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private Timers makeTimers() {
        return new Timers(
                timer(this::beginMeasuring), timer(this::endSending), timer(this::endInterval));
    }

    // ---- For its parts ------------------------------------------------------------------------

    /** The time, exactly, on the reactor's clock. */
    long clockNanos() {
        return reactor.exactNanoTime();
    }

    /** The time since {@code run} began. */
    long now(StageRun run) {
        return clockNanos() - run.beginNanos;
    }

    PreciseTimer timer(Runnable task) {
        return reactor.preciseTimer(task);
    }

    /** The connect phase is over. */
    void allConnected() {
        mailbox.tell(
                number, new EngineEvent.Connected(connecting.established(), connecting.counts()));
    }

    /** A slot has a connection again. */
    void reconnected(Slot slot) {
        traffic.reconnected(slot);
    }

    /**
     * The server has closed all connections, and takes no others.
     *
     * @param outageNanos since when it takes none
     * @param cause why the last attempt failed
     */
    void serverIsGone(long outageNanos, String cause) {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long now = now(run);
        double seconds = (now - run.windowBegin()) / 1e9;
        finish(
                run,
                now,
                Text.format(
                        "%s: the server is gone, no connection is left and %s has taken none for"
                                + " %.1f s (%s)",
                        seconds < 0 ? "in the warm-up" : Text.format("after %.1f s", seconds),
                        address(),
                        outageNanos / 1e9,
                        cause));
    }

    /** Whether there is still something to send on another connection. */
    boolean wantsConnections() {
        return traffic.wantsConnections();
    }

    // ---- Stages -------------------------------------------------------------------------------

    private void beginStage(StagePlan plan, long atNanos) {
        Interval interval = spares.take();
        StageRun run =
                new StageRun(
                        plan,
                        atNanos == NOW ? clockNanos() : atNanos,
                        interval == null ? new Interval() : interval,
                        meter);
        stage = run;
        traffic.begin(run);
        timers().measure.set(run.beginNanos + run.demand.measureFrom);
        if (run.demand.measureFrom == 0) {
            beginMeasuring();
        }
        traffic.sendDue();
    }

    private void beginMeasuring() {
        StageRun run = stage;
        if (run == null || run.isMeasuring()) {
            return;
        }
        run.beginMeasuring();
        run.nextIntervalEnd = run.demand.measureFrom + INTERVAL_NANOS;
        timers().interval.set(run.beginNanos + run.nextIntervalEnd);
        if (run.demand.endOfSending != Demand.NEVER) {
            timers().endOfSending.set(run.beginNanos + run.demand.endOfSending);
        }
    }

    private void endSending() {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long now = now(run);
        if (run.windowEnd == StageRun.OPEN) {
            // What is due by now and late is still sent, as long as an answer may take: a schedule
            // that left it out would leave out the worst.
            run.closeWindow(run.demand.endOfSending);
            if (run.nextIntervalEnd
                    <= run.demand.endOfSending) { // an interval ends with the window
                run.nextIntervalEnd += INTERVAL_NANOS;
                timers().interval.set(run.beginNanos + run.nextIntervalEnd);
            }
            if (traffic.inFlight() > 0 || !run.demand.isExhausted(now)) {
                Interval next = spares.take();
                run.interval.dueNanos = run.demand.endOfSending;
                beginInterval(run, next == null ? new Interval() : next, true);
            }
            timers().endOfSending.set(run.beginNanos + now + options.timeoutNanos());
        } else {
            run.demand.stop();
        }
        finishIfDone(run, now);
    }

    /** An answer that comes before the timer which ends the window is not of it all the same. */
    void endWindowIfOver(StageRun run, long now) {
        if (run.windowEnd == StageRun.OPEN && now >= run.demand.endOfSending) {
            endSending();
        }
    }

    void finishIfDone(StageRun run, long now) {
        long end = run.demand.endOfSending;
        long earliest = end == Demand.NEVER ? run.demand.measureFrom : end; // not the last due one
        if (traffic.inFlight() == 0 && run.demand.isExhausted(now) && now >= earliest) {
            finish(null);
        }
    }

    private void finish(@Nullable String endedEarly) {
        StageRun run = stage;
        if (run != null) {
            finish(run, now(run), endedEarly);
        }
    }

    private void finish(StageRun run, long now, @Nullable String endedEarly) {
        // Not the counter that the loop goes by: the books are to be checked by it.
        long left = traffic.measuredInFlight(run, now);
        StageOutcome outcome = run.outcome(now, left, endedEarly);
        traffic.end();
        timers().measure.cancel();
        timers().endOfSending.cancel();
        timers().interval.cancel();
        run.interval.dueNanos =
                run.interval.afterWindow
                        ? run.nextIntervalEnd
                        : Math.min(run.nextIntervalEnd, run.demand.endOfSending);
        passOn(run.interval);
        stage = null;
        mailbox.tell(number, new EngineEvent.StageEnded(outcome, connecting.counts()));
    }

    private void endInterval() {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long now = now(run);
        Interval next = run.mayEndInterval(now) ? spares.take() : null;
        if (next != null) {
            run.interval.dueNanos = run.nextIntervalEnd;
            beginInterval(run, next, run.interval.afterWindow);
        } // Else it lasts longer, as where the main thread is behind.
        // By a fixed rate, so that those of all engines end together.
        long late = Math.max(0, now - run.nextIntervalEnd) / INTERVAL_NANOS;
        run.nextIntervalEnd += (1 + late) * INTERVAL_NANOS;
        timers().interval.set(run.beginNanos + run.nextIntervalEnd);
    }

    private void beginInterval(StageRun run, Interval next, boolean afterWindow) {
        Interval ended = run.interval;
        run.endInterval(now(run));
        next.beginNanos = ended.endNanos;
        next.afterWindow = afterWindow;
        run.interval = next;
        passOn(ended);
    }

    private void passOn(Interval interval) {
        interval.inFlight = traffic.inFlight();
        interval.connections = connecting.established();
        mailbox.tell(number, new EngineEvent.IntervalEnded(interval));
    }

    private Timers timers() {
        Timers made = timers;
        if (made == null) {
            throw new IllegalStateException("connectAll comes first");
        }
        return made;
    }
}
