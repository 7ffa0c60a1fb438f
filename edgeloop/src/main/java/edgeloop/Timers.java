package edgeloop;

import edgeloop.engine.Engine;
import edgeloop.sys.Syscalls;
import edgeloop.timer.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A reactor's time: when its turn began, and what is due when. Timeouts hang on a wheel in ticks of
 * a millisecond since the reactor's start; the few that have to be exact are looked at one by one.
 */
final class Timers {
    /** Timers that expire in one turn; then the connections have theirs. */
    static final int BUDGET = 1024;

    private static final long NANOS_PER_TICK = 1_000_000;

    private final Syscalls syscalls;
    private final TimerWheel wheel = new TimerWheel(BUDGET);
    private final List<PreciseTimer> preciseTimers = new ArrayList<>();
    private final long startNanos;
    private long nowNanos;
    private long nowTick;

    Timers(Syscalls syscalls) {
        this.syscalls = syscalls;
        this.startNanos = syscalls.nanoTime();
        this.nowNanos = startNanos;
    }

    TimerWheel wheel() {
        return wheel;
    }

    /** A turn has begun, as far as time is concerned: the events that it handles are there. */
    void beginTurn() {
        nowNanos = syscalls.nanoTime();
        nowTick = (nowNanos - startNanos) / NANOS_PER_TICK;
    }

    /** The time of this turn's events. */
    long nowNanos() {
        return nowNanos;
    }

    /** The time of this turn in ticks of 1 ms since the reactor's start. */
    long nowTick() {
        return nowTick;
    }

    /** The present time in ticks since the reactor's start; the turn may have begun long ago. */
    long exactTick() {
        return (syscalls.nanoTime() - startNanos) / NANOS_PER_TICK;
    }

    /** Sets a timeout {@code delay} from now, rounded up to a tick. */
    void schedule(Timeout timeout, Duration delay) {
        long ticks = TimerWheel.MAX_TICK;
        if (delay.compareTo(Duration.ofNanos(Long.MAX_VALUE / 4)) < 0) {
            // From the present time, not the turn's: a handler may have run for long.
            long nanos = delay.isNegative() ? 0 : delay.toNanos();
            long elapsed = syscalls.nanoTime() - startNanos + nanos;
            ticks = Math.ceilDiv(elapsed, NANOS_PER_TICK);
        }
        wheel.add(timeout, ticks);
    }

    void add(PreciseTimer timer) {
        preciseTimers.add(timer);
    }

    /** Whether more are due than one turn's budget allowed. */
    boolean isBehind() {
        return wheel.isBehind();
    }

    /** When the next timer is due; {@link Engine#NEVER} if none is set. */
    long nextDeadlineNanos() {
        long tick = wheel.nextDeadlineTick();
        boolean wanted = tick != TimerWheel.NEVER;
        long earliest = startNanos + tick * NANOS_PER_TICK;
        for (int i = 0; i < preciseTimers.size(); i++) {
            PreciseTimer timer = preciseTimers.get(i);
            if (timer.isSet() && (!wanted || timer.deadlineNanos() - earliest < 0)) {
                wanted = true;
                earliest = timer.deadlineNanos();
            }
        }
        return wanted ? earliest : Engine.NEVER;
    }

    /** Lets those expire that are due. */
    void expire() {
        wheel.advance(nowTick);
        for (int i = 0; i < preciseTimers.size(); i++) {
            preciseTimers.get(i).expireIfDue(nowNanos);
        }
    }
}
