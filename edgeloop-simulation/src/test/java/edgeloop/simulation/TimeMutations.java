package edgeloop.simulation;

import java.util.List;

/** Bugs that show where time jumps, a wakeup is late, or a handler takes long. */
final class TimeMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E37 a delay counts from the beginning of the turn",
                            "Timers",
                            "long elapsed = syscalls.nanoTime() - startNanos + nanos;",
                            "long elapsed = nowNanos - startNanos + nanos;",
                            20_000),
                    new Mutant(
                            "E37 the alarm is set a second late",
                            "poll/Alarm",
                            "deadlineNanos - syscalls.nanoTime()));",
                            "deadlineNanos - syscalls.nanoTime() + 1_000_000_000L));",
                            20_000),
                    new Mutant(
                            "E37 a wait without a timer takes a thousand times too long",
                            "poll/Alarm",
                            "return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(left, 1_000_000L));",
                            "return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(left, 1_000L));",
                            20_000));

    private TimeMutations() {}
}
