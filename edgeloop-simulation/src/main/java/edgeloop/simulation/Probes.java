package edgeloop.simulation;

import edgeloop.Connection;
import edgeloop.ConnectionRef;
import edgeloop.Reactor;
import edgeloop.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks and timers of a {@link Scenario} that belong to no connection, and what is expected of
 * them.
 */
final class Probes {
    private static final long NANOS_PER_TICK = 1_000_000;
    private static final Duration HUGE = Duration.ofDays(400_000);

    /** Timers that may expire in one turn. */
    private static final int TIMERS_IN_A_TURN = 1_024;

    private final Scenario scenario;
    private final Choices choices;
    private final List<Probe> pending = new ArrayList<>();
    private int left;
    private long nextNanos;
    private int tasksAdded;
    private int tasksRun;
    private int tasksAddedBeforeTurn;
    private int messages;
    private int messagesDone;
    private boolean stopped;

    /** What fired last, to check the order. */
    private @Nullable Probe last;

    private int set;
    private int firedInTurn;

    /** When a crowd of timers is due that is too large for one turn. */
    private long crowdNanos;

    /** Timers that may still be set for the same moment. */
    private int latecomers;

    Probes(Scenario scenario, Choices choices, boolean wanted) {
        this.scenario = scenario;
        this.choices = choices;
        this.left = wanted ? choices.magnitude(1, 12) : 0;
        this.nextNanos = wanted ? choices.magnitude(0, 20_000_000) : World.NEVER;
    }

    private static final class Probe {
        final long deadlineNanos;
        final int number;
        @Nullable Timeout timeout;
        boolean gone;

        Probe(long deadlineNanos, int number) {
            this.deadlineNanos = deadlineNanos;
            this.number = number;
        }
    }

    long nextNanos() {
        return nextNanos;
    }

    void act() {
        if (nextNanos <= scenario.kernel.elapsedNanos()) {
            interleave();
            nextNanos =
                    left == 0
                            ? World.NEVER
                            : scenario.kernel.elapsedNanos() + 1 + choices.magnitude(0, 50_000_000);
        }
    }

    /** Another thread hands over a task. */
    void interleave() {
        if (left > 0) {
            left--;
            scenario.kernel.note("    another thread executes task %d", tasksAdded);
            boolean _ = execute();
        }
    }

    /** False if the reactor refused. */
    private boolean execute() {
        int number = tasksAdded;
        try {
            reactor().execute(() -> run(number));
        } catch (RejectedExecutionException e) {
            if (!stopped) {
                throw scenario.kernel.violation("a task was refused: %s", e);
            }
            return false;
        }
        tasksAdded++;
        return true;
    }

    /** Another thread hands over a task of somebody else's; false if the reactor refuses. */
    boolean execute(Runnable task) {
        try {
            reactor().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Another thread hands over so many tasks that no more are taken. */
    void fill() {
        stopped = true; // tasks may be refused from now on
        left = 0;
        while (execute()) {}
    }

    /**
     * Somebody has something for a connection, and must be told if that has closed. False if the
     * reactor refuses.
     */
    boolean tell(ConnectionRef ref, Consumer<Connection> task) {
        try {
            ref.execute(
                    connection -> {
                        messagesDone++;
                        task.accept(connection);
                    },
                    () -> messagesDone++);
        } catch (RejectedExecutionException e) {
            return false;
        }
        messages++;
        return true;
    }

    /** The server is about to end: tasks may be refused, but not dropped. */
    void stop() {
        stopped = true;
        nextNanos = World.NEVER;
    }

    /** The server has come to its end: all that it took is done. */
    void checkEnd() {
        if (tasksRun != tasksAdded) {
            throw scenario.kernel.violation("of %d tasks only %d ran", tasksAdded, tasksRun);
        }
        if (messagesDone != messages) {
            throw scenario.kernel.violation(
                    "of %d messages to connections %d came to an end", messages, messagesDone);
        }
    }

    private Reactor reactor() {
        return scenario.reactor();
    }

    private void run(int number) {
        if (number != tasksRun) {
            throw scenario.kernel.violation("task %d came when %d was due", number, tasksRun);
        }
        tasksRun++;
        if (stopped) {
            return;
        }
        int timers = choices.below(4);
        Duration delay = delay();
        for (int i = 0; i < timers; i++) {
            set(choices.below(2) == 0 ? delay : delay());
        }
        if (choices.below(64) == 0) {
            setCrowd();
        }
    }

    private void setCrowd() {
        Duration delay = Duration.ofNanos(choices.below(200_000_000));
        crowdNanos = scenario.kernel.elapsedNanos() + delay.toNanos();
        latecomers = 32;
        for (int i = choices.between(TIMERS_IN_A_TURN + 1, 2 * TIMERS_IN_A_TURN); i > 0; i--) {
            set(delay);
        }
    }

    private Duration untilCrowd() {
        return Duration.ofNanos(Math.max(0, crowdNanos - scenario.kernel.elapsedNanos()));
    }

    private Duration delay() {
        return switch (choices.below(8)) {
            case 0 -> Duration.ZERO;
            case 1 -> HUGE;
            case 2 ->
                    choices.below(8) == 0
                            ? HUGE.negated()
                            : Duration.ofNanos(-choices.below(1_000_000));
            case 3 -> untilCrowd();
            default -> Duration.ofNanos(choices.magnitude(0, 1_000_000_000));
        };
    }

    private void set(Duration delay) {
        long deadline = World.NEVER;
        if (!delay.equals(HUGE)) {
            long nanos = delay.isNegative() ? 0 : delay.toNanos();
            deadline = scenario.kernel.elapsedNanos() + nanos;
        }
        Probe probe = new Probe(deadline, set++);
        scenario.kernel.note("    timer %d is set, in %s", probe.number, delay);
        pending.add(probe);
        probe.timeout = reactor().schedule(delay, () -> fire(probe));
    }

    private void fire(Probe probe) {
        SimulatedKernel kernel = scenario.kernel;
        kernel.note("    timer %d fires", probe.number);
        if (++firedInTurn > TIMERS_IN_A_TURN) {
            throw kernel.violation("%d timers fired in one turn", firedInTurn);
        }
        if (probe.gone) {
            throw kernel.violation("timer %d fired twice, or was cancelled", probe.number);
        }
        if (kernel.elapsedNanos() < probe.deadlineNanos) {
            throw kernel.violation("timer %d fired early", probe.number);
        }
        if (timeout(probe).isPending() || timeout(probe).cancel()) {
            throw kernel.violation("timer %d could be cancelled while it fired", probe.number);
        }
        checkOrder(probe);
        probe.gone = true;
        pending.remove(probe);
        if (!pending.isEmpty() && choices.below(4) == 0) {
            cancel(pending.get(choices.below(pending.size())));
        }
        if (choices.below(4) == 0 && set < 64) {
            set(delay());
        }
    }

    private void checkOrder(Probe probe) {
        Probe before = last;
        last = probe;
        if (before == null) {
            return;
        }
        boolean equal = probe.deadlineNanos == before.deadlineNanos;
        boolean earlier = probe.deadlineNanos + NANOS_PER_TICK < before.deadlineNanos;
        if (earlier || (equal && probe.number < before.number)) {
            throw scenario.kernel.violation("timer %d fired after %d", probe.number, before.number);
        }
    }

    private void cancel(Probe probe) {
        scenario.kernel.note("    timer %d is cancelled", probe.number);
        if (!timeout(probe).cancel() || timeout(probe).isPending()) {
            throw scenario.kernel.violation("timer %d could not be cancelled", probe.number);
        }
        probe.gone = true;
        pending.remove(probe);
    }

    private static Timeout timeout(Probe probe) {
        return Objects.requireNonNull(probe.timeout);
    }

    /** Tasks that were there before the turn began have run. */
    void checkAfterTurn() {
        // A turn runs first what was handed over before it.
        if (tasksAddedBeforeTurn > tasksRun) {
            throw scenario.kernel.violation(
                    "of %d tasks %d ran in a turn", tasksAddedBeforeTurn, tasksRun);
        }
        tasksAddedBeforeTurn = tasksAdded;
        firedInTurn = 0;
        joinCrowd();
    }

    /** While the crowd is being moved down, perhaps, a timer comes that may not overtake it. */
    private void joinCrowd() {
        long left = crowdNanos - scenario.kernel.elapsedNanos();
        if (latecomers > 0 && left > 0 && left < 64 * NANOS_PER_TICK) {
            latecomers--;
            set(untilCrowd());
        }
    }

    /** No timer may be due before the sleep ends. */
    void checkBeforeSleep(long untilNanos) {
        long latest = untilNanos - Scenario.SLACK_NANOS;
        for (int i = 0; i < pending.size(); i++) {
            Probe probe = pending.get(i);
            if (probe.deadlineNanos < latest) {
                throw scenario.kernel.violation(
                        "the server sleeps past timer %d, by %d ns",
                        probe.number, untilNanos - probe.deadlineNanos);
            }
        }
        if (tasksRun < tasksAdded && !scenario.kernel.isWakeupPending()) {
            throw scenario.kernel.violation(
                    "the server sleeps, and %d tasks wait", tasksAdded - tasksRun);
        }
    }
}
