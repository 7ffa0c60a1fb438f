package edgeloop.cli.load;

import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.Connection;
import edgeloop.ConnectionOptions;
import edgeloop.IoBuffer;
import edgeloop.PreciseTimer;
import edgeloop.Reactor;
import edgeloop.SyscallException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Loads a server: keeps connections in their slots, sends what a stage's {@link Demand} says is due
 * on those that can take it, and measures the answers.
 *
 * <p>All of it is on the reactor's thread. Nothing is allocated per request: a request is two times
 * in an array, and an answer a count in a histogram.
 */
final class LoadEngine implements AutoCloseable {
    /** Requests sent in one go: more would wait in the output while answers wait in the input. */
    private static final int BATCH = 64;

    /** Sends that are due closer together than this go out together. */
    private static final long LEAST_PAUSE_NANOS = 100_000;

    private static final long INTERVAL_NANOS = 250_000_000;
    private static final long RAMP_STEP_NANOS = 5_000_000;

    /** Small, so that what is due is not kept waiting by a long batch of answers. */
    private static final int MAX_EVENTS = 256;

    private static final int SPARE_INTERVALS = 3;

    private final EngineOptions options;
    private final AnswerReader reader;
    private final byte[] payload;
    private final int pipeline;
    private final Client client;
    private final Reactor reactor;
    private final BlockingQueue<EngineEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Interval> spares = new ArrayBlockingQueue<>(SPARE_INTERVALS);
    private final Slot[] slots;
    private final Connecting connecting;

    /** Of each request on its way, when it was due and when it was sent: slot by slot, in rings. */
    private final long[] times;

    private final SlotQueue free;
    private int inFlight;

    private @Nullable StageRun stage;
    private @Nullable Timers timers;

    /** The engine's points in time; made on the reactor's thread. */
    private record Timers(
            PreciseTimer send,
            PreciseTimer measure,
            PreciseTimer endOfSending,
            PreciseTimer interval,
            PreciseTimer timeouts) {}

    private LoadEngine(EngineOptions options, Client client) {
        this.options = options;
        this.reader = options.exchange().answers();
        this.payload = options.exchange().request().bytes();
        this.pipeline = options.pipeline();
        this.client = client;
        this.reactor = client.reactor();
        this.slots = new Slot[options.connections()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(this, i);
        }
        this.connecting = new Connecting(options, client, slots, this);
        this.times = new long[2 * slots.length * pipeline];
        this.free = new SlotQueue(slots.length);
        for (int i = 0; i < SPARE_INTERVALS; i++) {
            spares.add(new Interval());
        }
    }

    /**
     * Starts a reactor to load a server with.
     *
     * @throws SyscallException if the kernel refuses its descriptors
     */
    static LoadEngine start(EngineOptions options) throws SyscallException {
        // Without backpressure: it would stop reading where a peer takes no more before its own
        // answers are read. Output is bounded by the pipeline's depth.
        ConnectionOptions connection =
                ConnectionOptions.defaults()
                        .withBackpressure(false)
                        .withWriteTimeout(Duration.ZERO);
        Client client =
                Client.start(
                        ClientOptions.defaults()
                                .withConnection(connection)
                                .withConnectTimeout(options.connectTimeout())
                                .withLocalAddresses(options.sources())
                                .withMaxEvents(MAX_EVENTS));
        return new LoadEngine(options, client);
    }

    // ---- What the main thread calls -----------------------------------------------------------

    /** The next event; waits for it. */
    EngineEvent nextEvent() throws InterruptedException {
        return events.take();
    }

    /** Gives an interval back whose content has been used. */
    void recycle(Interval interval) {
        interval.clear();
        boolean _ = spares.offer(interval);
    }

    /** How many connections there are to be. */
    int connections() {
        return slots.length;
    }

    /** How long connecting took; to be read after {@link #close}. */
    ConnectionBook book() {
        return connecting.book();
    }

    /** Opens all connections; {@link EngineEvent.Connected} tells the end. */
    void connectAll() {
        reactor.execute(
                () -> {
                    timers = makeTimers();
                    connecting.begin();
                });
    }

    /** Begins a stage; {@link EngineEvent.StageEnded} tells its end. */
    void begin(StagePlan plan) {
        reactor.execute(() -> beginStage(plan));
    }

    /** Ends what is under way, if anything is: what is on its way stays so, and is reported. */
    void interrupt() {
        try {
            reactor.execute(
                    () -> {
                        if (connecting.isUnderWay()) {
                            connecting.end();
                        } else if (stage != null) {
                            finish("interrupted");
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
                reactor.preciseTimer(this::sendDue),
                reactor.preciseTimer(this::beginMeasuring),
                reactor.preciseTimer(this::endSending),
                reactor.preciseTimer(this::endInterval),
                reactor.preciseTimer(this::findTimeouts));
    }

    // ---- Connections --------------------------------------------------------------------------

    Connecting connecting() {
        return connecting;
    }

    /** The connect phase is over. */
    void allConnected() {
        events.add(new EngineEvent.Connected(connecting.established(), connecting.counts()));
    }

    /** A slot has a connection again. */
    void reconnected(Slot slot) {
        if (stage != null) {
            freed(slot, stage, now(stage));
        }
    }

    /** The server takes no connections any more. */
    void nobodyListens() {
        finish("no connection could be established any more");
    }

    /** Whether there is still something to send on another connection. */
    boolean wantsConnections() {
        return stage != null && !stage.demand.isExhausted(now(stage));
    }

    // ---- Stages -------------------------------------------------------------------------------

    private void beginStage(StagePlan plan) {
        Interval interval = spares.poll();
        StageRun run =
                new StageRun(plan, System.nanoTime(), interval == null ? new Interval() : interval);
        stage = run;
        free.clear();
        for (Slot slot : slots) {
            if (slot.connection != null) {
                free.add(slot);
            } else if (slot.wasEstablished) {
                connecting.replace(slot); // one that was refused at first stays empty
            }
        }
        timers().measure.set(run.beginNanos + run.demand.measureFrom);
        timers().timeouts.set(System.nanoTime() + sweepNanos());
        if (run.demand.measureFrom == 0) {
            beginMeasuring();
        }
        sendDue();
    }

    private void beginMeasuring() {
        StageRun run = stage;
        if (run == null || run.isMeasuring()) {
            return;
        }
        run.beginMeasuring();
        timers().interval.set(run.beginNanos + run.demand.measureFrom + INTERVAL_NANOS);
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
            timers().endOfSending.set(run.beginNanos + now + options.timeoutNanos());
        } else {
            run.demand.stop();
        }
        finishIfDone(run, now);
    }

    private void finishIfDone(StageRun run, long now) {
        long end = run.demand.endOfSending;
        long earliest = end == Demand.NEVER ? run.demand.measureFrom : end; // not the last due one
        if (inFlight == 0 && run.demand.isExhausted(now) && now >= earliest) {
            finish(null);
        }
    }

    private void finish(@Nullable String endedEarly) {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long now = now(run);
        boolean byNumber = run.plan.requests() > 0 && endedEarly == null;
        run.closeWindow(byNumber ? run.lastAnswer : now);
        // Not the counter that the loop goes by: the books are to be checked by it.
        long left = 0;
        for (Slot slot : slots) {
            for (int i = 0; i < slot.outstanding; i++) {
                left += run.isMeasured(times[timeIndex(slot, i)]) ? 1 : 0;
            }
        }
        timers().send.cancel();
        timers().measure.cancel();
        timers().endOfSending.cancel();
        timers().interval.cancel();
        timers().timeouts.cancel();
        passOn(run, run.interval);
        stage = null;
        events.add(
                new EngineEvent.StageEnded(
                        run.outcome(now, left, endedEarly), connecting.counts()));
    }

    private void endInterval() {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        Interval next = spares.poll();
        if (next != null) {
            passOn(run, run.interval);
            next.beginNanos = run.interval.endNanos;
            run.interval = next;
        } // Else the main thread is behind: this interval lasts longer.
        timers().interval.set(System.nanoTime() + INTERVAL_NANOS);
    }

    private void passOn(StageRun run, Interval interval) {
        interval.endNanos = Math.max(interval.beginNanos, now(run) - run.demand.measureFrom);
        interval.inFlight = inFlight;
        interval.connections = connecting.established();
        events.add(new EngineEvent.IntervalEnded(interval));
    }

    private static long now(StageRun run) {
        return System.nanoTime() - run.beginNanos;
    }

    private Timers timers() {
        Timers made = timers;
        if (made == null) {
            throw new IllegalStateException("connectAll comes first");
        }
        return made;
    }

    // ---- Sending ------------------------------------------------------------------------------

    /** Sends what is due on the slots that are free. */
    private void sendDue() {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long now = now(run);
        int budget = BATCH;
        while (budget > 0 && run.demand.isDue(now) && maySend(run, now)) {
            Slot slot = free.poll();
            if (slot == null) {
                break;
            }
            if (hasRoom(slot)) {
                send(slot, run, now);
                budget--;
                if (hasRoom(slot)) {
                    free.add(slot);
                }
            }
        }
        long next = run.demand.nextDue(now);
        if (next > now) {
            run.starved = false;
            if (next != Demand.NEVER) {
                timers().send.set(run.beginNanos + Math.max(next, now + LEAST_PAUSE_NANOS));
            }
            finishIfDone(run, now);
        } else if (budget == 0) {
            timers().send.set(run.beginNanos + now); // in the next turn: let the answers in
        } else {
            run.starved = true;
            if (now < run.plan.rampNanos()) {
                timers().send.set(run.beginNanos + now + RAMP_STEP_NANOS);
            }
        }
    }

    /**
     * Whether the bound on all requests on their way, which grows in a ramp, allows another one.
     */
    private boolean maySend(StageRun run, long now) {
        return inFlight < bound(run, now);
    }

    private int bound(StageRun run, long now) {
        long ramp = run.plan.rampNanos();
        if (now >= ramp || run.plan.isOpenLoop()) {
            return options.inFlight();
        }
        double grown = (double) options.concurrency() * now / ramp;
        return Math.max(1, (int) grown);
    }

    private boolean isBounded(StageRun run, long now) {
        return options.inFlight() < slots.length * (long) pipeline || now < run.plan.rampNanos();
    }

    private boolean hasRoom(Slot slot) {
        int most = options.requestsPerConnection();
        return slot.connection != null
                && !slot.answerIsLast
                && slot.outstanding < pipeline
                && (most == 0 || slot.sentOnConnection < most);
    }

    private void send(Slot slot, StageRun run, long now) {
        Connection connection = slot.connection;
        if (connection == null) {
            throw new IllegalStateException("no connection in slot " + slot.index);
        }
        long due = run.demand.take(now);
        int at = timeIndex(slot, slot.outstanding);
        times[at] = due;
        times[at + 1] = now;
        slot.outstanding++;
        slot.sentOnConnection++;
        inFlight++;
        if (run.plan.isOpenLoop() && run.isMeasured(due)) {
            run.interval.sentLate(now - Math.max(due, run.capacitySince));
        }
        connection.write(payload, 0, payload.length);
    }

    /** Where the times of a slot's request are: {@code position} counts from the oldest. */
    private int timeIndex(Slot slot, int position) {
        int place = slot.oldest + position;
        if (place >= pipeline) {
            place -= pipeline;
        }
        return 2 * (slot.index * pipeline + place);
    }

    // ---- Answers ------------------------------------------------------------------------------

    /** Input for a slot's connection. */
    void read(Slot slot, IoBuffer in) {
        StageRun run = stage;
        long now = 0;
        boolean answered = false;
        while (in.hasRemaining()) {
            if (slot.outstanding == 0 || run == null) {
                connecting.book().lostWhileIdle.add(ErrorCounts.UNASKED, 1);
                drop(slot);
                return;
            }
            AnswerReader.Verdict verdict = reader.read(in, slot);
            if (verdict == AnswerReader.Verdict.MORE) {
                break;
            }
            if (verdict == AnswerReader.Verdict.BROKEN) {
                fail(slot, run, reader.cause(slot), 1);
                drop(slot);
                break;
            }
            if (!answered) {
                answered = true;
                now = now(run);
            }
            answered(slot, run, verdict, now);
            if (slot.answerIsLast) {
                in.skip(in.remaining()); // the server has announced that it reads no further
            }
        }
        if (answered && run != null) {
            if (slot.outstanding == 0 && slot.connection != null) {
                slot.connection.awaitInput(); // a server that has answered all has no more to say
            }
            freed(slot, run, now);
        }
    }

    private void answered(Slot slot, StageRun run, AnswerReader.Verdict verdict, long now) {
        int at = timeIndex(slot, 0);
        if (slot.answerStatus != 0) {
            run.came(slot.answerStatus, times[at]);
        }
        if (verdict == AnswerReader.Verdict.RIGHT) {
            run.answered(times[at], times[at + 1], now);
        } else {
            run.failed(reader.cause(slot), times[at]);
            run.lastAnswer = now;
        }
        forgetOldest(slot);
        if (slot.answerIsLast) {
            fail(slot, run, ErrorCounts.ABANDONED, slot.outstanding);
        }
    }

    private void forgetOldest(Slot slot) {
        slot.oldest = slot.oldest + 1 == pipeline ? 0 : slot.oldest + 1;
        slot.outstanding--;
        inFlight--;
    }

    /** A slot may be able to send again. */
    private void freed(Slot slot, StageRun run, long now) {
        if (run.starved) {
            run.capacitySince = now;
        }
        // At once, and on this very connection, where nobody is waiting before it.
        while (free.isEmpty() && hasRoom(slot) && run.demand.isDue(now) && maySend(run, now)) {
            send(slot, run, now);
        }
        if (hasRoom(slot)) {
            free.add(slot);
        } else if (isUsedUp(slot)) {
            replace(slot);
        }
        if (run.starved && !run.demand.isDue(now)) {
            sendDue(); // all that was late is sent: back to the schedule
        } else if (isBounded(run, now)) {
            sendDue(); // others wait for the bound, not for a connection
        } else {
            finishIfDone(run, now);
        }
    }

    private boolean isUsedUp(Slot slot) {
        int most = options.requestsPerConnection();
        return slot.connection != null
                && slot.outstanding == 0
                && (slot.answerIsLast || (most > 0 && slot.sentOnConnection >= most));
    }

    /** Closes a connection that has served its requests, and opens another one. */
    private void replace(Slot slot) {
        Connection old = slot.connection;
        connecting.vacate(slot);
        if (old != null) {
            old.close();
        }
        connecting.replace(slot);
    }

    // ---- Errors -------------------------------------------------------------------------------

    /** The peer has sent its FIN: the end of an answer that lasts until then, else too early. */
    void ended(Slot slot) {
        StageRun run = stage;
        if (run != null && slot.outstanding > 0) {
            AnswerReader.Verdict verdict = reader.end(slot);
            if (verdict != AnswerReader.Verdict.MORE) {
                long now = now(run);
                answered(slot, run, verdict, now);
                freed(slot, run, now);
                return;
            }
        }
        lost(slot, ErrorCounts.CLOSED_EARLY);
    }

    /** The connection of {@code slot} has ended. */
    void lost(Slot slot, int cause) {
        StageRun run = stage;
        if (slot.outstanding == 0 || run == null) {
            connecting.book().lostWhileIdle.add(cause, 1);
        } else {
            fail(slot, run, cause, slot.outstanding);
        }
        connecting.vacate(slot);
        replaceLost(slot, run);
    }

    /** Ends a connection that is of no more use, and with it all requests on it. */
    private void drop(Slot slot) {
        StageRun run = stage;
        if (run != null) {
            fail(slot, run, ErrorCounts.ABANDONED, slot.outstanding);
        }
        Connection dropped = slot.connection;
        connecting.vacate(slot);
        if (dropped != null) {
            dropped.abort();
        }
        replaceLost(slot, run);
    }

    private void replaceLost(Slot slot, @Nullable StageRun run) {
        connecting.replace(slot);
        if (run != null) {
            finishIfDone(run, now(run));
        }
    }

    /** The oldest {@code count} requests of a slot will not be answered. */
    private void fail(Slot slot, StageRun run, int cause, int count) {
        for (int i = 0; i < count; i++) {
            run.failed(cause, times[timeIndex(slot, 0)]);
            forgetOldest(slot);
        }
        run.lastAnswer = now(run);
    }

    /**
     * Looks for requests whose time is over; one look at all slots is cheaper than a timer each.
     */
    private void findTimeouts() {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long oldest = now(run) - options.timeoutNanos();
        for (Slot slot : slots) {
            int late = 0;
            while (late < slot.outstanding && times[timeIndex(slot, late) + 1] <= oldest) {
                late++;
            }
            if (late > 0) {
                fail(slot, run, ErrorCounts.TIMEOUT, late);
                drop(slot);
            }
        }
        timers().timeouts.set(System.nanoTime() + sweepNanos());
    }

    private long sweepNanos() {
        return Math.clamp(options.timeoutNanos() / 16, 1_000_000, 250_000_000);
    }
}
