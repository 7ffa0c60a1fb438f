package edgeloop.cli.load.engine;

import edgeloop.Connection;
import edgeloop.IoBuffer;
import edgeloop.PreciseTimer;
import edgeloop.cli.load.measure.ErrorCounts;
import edgeloop.cli.load.protocol.AnswerReader;
import edgeloop.cli.load.protocol.RequestSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The requests and the answers of an engine: sends what the stage's {@link Demand} says is due on
 * the connections that can take it, and judges what comes back. On the reactor's thread.
 *
 * <p>Nothing is allocated per request: a request is two times in an array, and an answer a count in
 * a histogram.
 */
final class Traffic {
    /** Requests sent in one go: more would wait in the output while answers wait in the input. */
    private static final int BATCH = 64;

    /** Sends that are due closer together than this go out together. */
    private static final long LEAST_PAUSE_NANOS = 100_000;

    private static final long RAMP_STEP_NANOS = 5_000_000;

    private final EngineOptions options;
    private final AnswerReader reader;
    private final RequestSource requests;
    private final int pipeline;
    private final Slot[] slots;
    private final LoadEngine stages;
    private final Connecting connecting;
    private final RequestTimes times;
    private final SlotQueue free;

    /** Whose connections were closed while idle: opened again when a request needs one. */
    private final Deque<Slot> dormant = new ArrayDeque<>();

    private int inFlight;

    private @Nullable StageRun stage;
    private @Nullable PreciseTimer sendTimer;
    private @Nullable PreciseTimer timeoutTimer;

    Traffic(EngineOptions options, Slot[] slots, LoadEngine stages, Connecting connecting) {
        this.options = options;
        this.reader = options.exchange().answers();
        this.requests = options.exchange().request();
        this.pipeline = options.pipeline();
        this.slots = slots;
        this.stages = stages;
        this.connecting = connecting;
        this.times = new RequestTimes(slots.length, pipeline, requests.differ());
        this.free = new SlotQueue(slots.length);
    }

    // ---- Stages -------------------------------------------------------------------------------

    /** Requests of {@code run} are sent from now on. */
    void begin(StageRun run) {
        stage = run;
        free.clear();
        dormant.clear();
        for (Slot slot : slots) {
            if (slot.connection != null) {
                free.add(slot);
            } else if (slot.wasEstablished) {
                connecting.replace(slot); // one that was refused at first stays empty
            }
        }
        setTimeoutTimer();
    }

    /** No more of the present stage is sent, and what comes is not counted. */
    void end() {
        if (sendTimer != null) {
            sendTimer.cancel();
        }
        if (timeoutTimer != null) {
            timeoutTimer.cancel();
        }
        stage = null;
    }

    int inFlight() {
        return inFlight;
    }

    /**
     * Notes how long the requests on their way have waited.
     *
     * @return the measured ones among them, counted anew
     */
    long measuredInFlight(StageRun run, long now) {
        long count = 0;
        for (Slot slot : slots) {
            for (int i = 0; i < slot.outstanding; i++) {
                run.waited(times.due(slot, i), times.sent(slot, i), now);
                count += run.isMeasured(times.due(slot, i)) ? 1 : 0;
            }
        }
        return count;
    }

    /** Whether there is still something to send on another connection. */
    boolean wantsConnections() {
        return stage != null && !stage.demand.isExhausted(stages.now(stage));
    }

    /** A slot has a connection again. */
    void reconnected(Slot slot) {
        if (stage != null) {
            freed(slot, stage, stages.now(stage));
        }
    }

    // ---- Sending ------------------------------------------------------------------------------

    /** Sends what is due on the slots that are free. */
    void sendDue() {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long now = stages.now(run);
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
                setSendTimer(run.beginNanos + Math.max(next, now + LEAST_PAUSE_NANOS));
            }
            stages.finishIfDone(run, now);
        } else if (budget == 0) {
            setSendTimer(run.beginNanos + now); // in the next turn: let the answers in
        } else {
            run.starved = true;
            if (maySend(run, now)) {
                wake(run, now);
            }
            if (now < run.plan.rampNanos()) {
                setSendTimer(run.beginNanos + now + RAMP_STEP_NANOS);
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
                && !slot.answer.isLast()
                && slot.outstanding < pipeline
                && (most == 0 || slot.sentOnConnection < most);
    }

    private void send(Slot slot, StageRun run, long now) {
        Connection connection = slot.connection;
        if (connection == null) {
            throw new IllegalStateException("no connection in slot " + slot.index);
        }
        long due = run.demand.take(now);
        requests.next();
        times.add(slot, due, now, requests);
        run.sent(due, now);
        slot.sentOnConnection++;
        inFlight++;
        if (run.plan.isOpenLoop() && run.isMeasured(due)) {
            run.interval.sentLate(now - Math.max(due, run.capacitySince));
        }
        connection.write(requests.bytes(), 0, requests.length());
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
            times.tellAsked(slot, slot.answer);
            AnswerReader.Verdict verdict = reader.read(in, slot.answer);
            if (verdict == AnswerReader.Verdict.MORE) {
                break;
            }
            if (verdict == AnswerReader.Verdict.BROKEN) {
                run.answeredWrong(reader.cause(slot.answer), times.due(slot, 0), stages.now(run));
                forgetOldest(slot);
                drop(slot);
                break;
            }
            if (!answered) {
                answered = true;
                now = stages.now(run);
            }
            answered(slot, run, verdict, now);
            if (slot.answer.isLast()) {
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
        stages.endWindowIfOver(run, now);
        long due = times.due(slot, 0);
        if (slot.answer.status() != 0) {
            run.came(slot.answer.status(), due);
        }
        if (verdict == AnswerReader.Verdict.RIGHT) {
            run.answered(due, times.sent(slot, 0), now);
        } else {
            run.answeredWrong(reader.cause(slot.answer), due, now);
        }
        forgetOldest(slot);
        if (slot.answer.isLast()) {
            fail(slot, run, ErrorCounts.ABANDONED, slot.outstanding);
        }
    }

    private void forgetOldest(Slot slot) {
        times.forgetOldest(slot);
        inFlight--;
    }

    /** A slot may be able to send again. */
    private void freed(Slot slot, StageRun run, long now) {
        if (run.starved || free.isEmpty()) { // also where nobody has looked since one fell due
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
            stages.finishIfDone(run, now);
        }
    }

    private boolean isUsedUp(Slot slot) {
        int most = options.requestsPerConnection();
        return slot.connection != null
                && slot.outstanding == 0
                && (slot.answer.isLast() || (most > 0 && slot.sentOnConnection >= most));
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
            AnswerReader.Verdict verdict = reader.end(slot.answer);
            if (verdict != AnswerReader.Verdict.MORE) {
                long now = stages.now(run);
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
        if (run == null || slot.outstanding == 0) {
            connecting.book().lostWhileIdle.add(cause, 1);
            connecting.vacate(slot);
            dormant.add(slot);
            if (run != null && run.starved) {
                wake(run, stages.now(run));
            }
        } else {
            fail(slot, run, cause, slot.outstanding);
            connecting.vacate(slot);
            replaceLost(slot, run);
        }
    }

    /** Opens connections again, as many as there are requests that wait for one. */
    private void wake(StageRun run, long now) {
        long waiting = run.demand.overdue(now) - connecting.attemptsUnderWay();
        for (; waiting > 0 && !dormant.isEmpty() && wantsConnections(); waiting--) {
            connecting.replace(dormant.removeFirst());
        }
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
            stages.finishIfDone(run, stages.now(run));
        }
    }

    /** The oldest {@code count} requests of a slot will not be answered. */
    private void fail(Slot slot, StageRun run, int cause, int count) {
        if (count > 0) {
            long now = stages.now(run);
            for (int i = 0; i < count; i++) {
                run.unanswered(cause, times.due(slot, 0), times.sent(slot, 0), now);
                forgetOldest(slot);
            }
        }
    }

    /**
     * Looks for requests whose time is over; one look at all slots is cheaper than a timer each.
     */
    private void findTimeouts() {
        StageRun run = stage;
        if (run == null) {
            return;
        }
        long oldest = stages.now(run) - options.timeoutNanos();
        for (Slot slot : slots) {
            int late = 0;
            while (late < slot.outstanding && times.sent(slot, late) <= oldest) {
                late++;
            }
            if (late > 0) {
                fail(slot, run, ErrorCounts.TIMEOUT, late);
                drop(slot);
            }
        }
        setTimeoutTimer();
    }

    private void setTimeoutTimer() {
        if (timeoutTimer == null) {
            timeoutTimer = stages.timer(this::findTimeouts);
        }
        timeoutTimer.set(stages.clockNanos() + sweepNanos());
    }

    private void setSendTimer(long deadline) {
        if (sendTimer == null) {
            sendTimer = stages.timer(this::sendDue);
        }
        sendTimer.set(deadline);
    }

    private long sweepNanos() {
        return Math.clamp(options.timeoutNanos() / 16, 1_000_000, 250_000_000);
    }
}
