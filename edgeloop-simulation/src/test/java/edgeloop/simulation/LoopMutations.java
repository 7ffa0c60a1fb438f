package edgeloop.simulation;

import java.util.List;

/** Bugs in the loop and its time: wakeups, the alarm, the wheel and the timeouts. */
@SuppressWarnings("StringConcatToTextBlock") // the blanks at the start of a line count
final class LoopMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E33 a full eventfd is not emptied",
                            "poll/Waker",
                            "if (result == -Errno.EAGAIN)",
                            "if (result == -Errno.ENOSYS)",
                            20_000),
                    new Mutant(
                            "E34 tasks are not looked for after the sleep was announced",
                            "poll/Poller",
                            "hasWork.getAsBoolean() ? 0 : longestMillis",
                            "longestMillis",
                            20_000),
                    new Mutant(
                            "E34 a reactor that sleeps is not woken",
                            "poll/Poller",
                            "waker.wake();",
                            "",
                            1_000),
                    new Mutant(
                            "E35 an overdue timer is armed with 0",
                            "poll/Alarm",
                            "Math.max(1, deadlineNanos",
                            "Math.max(0, deadlineNanos",
                            20_000),
                    new Mutant(
                            "E36 the alarm is armed on every wait",
                            "poll/Alarm",
                            "setForNanos != UNSET && setForNanos - deadlineNanos <= 0",
                            "setForNanos != UNSET && setForNanos - deadlineNanos < 0",
                            20_000),
                    new Mutant(
                            "E37 timers fire a tick early",
                            "Timers",
                            "Math.ceilDiv(elapsed, NANOS_PER_TICK)",
                            "Math.floorDiv(elapsed, NANOS_PER_TICK)",
                            1_000),
                    new Mutant(
                            "E37 timers fire late",
                            "Timers",
                            "earliest = startNanos + tick * NANOS_PER_TICK;",
                            "earliest = startNanos + (tick + 20) * NANOS_PER_TICK;",
                            1_000),
                    new Mutant(
                            "E37 a cancelled timer fires",
                            "Timeout",
                            "reactor.timers.wheel().remove(this);",
                            "",
                            10_000),
                    new Mutant(
                            "E39 what is sent does not count against idleness",
                            "Outbound",
                            "reactor.deadlines.moved(connection, bytes);",
                            "",
                            20_000),
                    new Mutant(
                                    "E16 any byte renews the write timeout, whatever the rate",
                                    "Deadlines",
                                    "rate > 0 && behind > 0",
                                    "rate < 0 && behind > 0",
                                    20_000)
                            .rarely(801),
                    new Mutant(
                                    "E16 being behind the rate counts when all has gone out",
                                    "Deadlines",
                                    "behind > 0 && connection.outputSize() > 0",
                                    "behind > 0",
                                    200_000)
                            .rarely(2_001),
                    new Mutant(
                            "E39 the kernel is not asked before a timeout",
                            "Deadlines",
                            "boolean _ = reactor.engine.askForInput(connection);",
                            "",
                            20_000),
                    new Mutant(
                            "E40 EINTR from epoll_wait is an error",
                            "Reactor",
                            "if (errno == Errno.EINTR) {",
                            "if (errno == Errno.ENOSYS) {",
                            1_000),
                    new Mutant(
                                    "E63 as many timers as are due expire in a turn",
                                    "timer/TimerWheel",
                                    "int left = budget;",
                                    "int left = Integer.MAX_VALUE;",
                                    20_000)
                            .rarely(801),
                    new Mutant(
                            "E63 over budget, the wheel is forgotten",
                            "timer/TimerWheel",
                            "if (left == 0) {\n",
                            "if (left == 0) {\n"
                                    + "                occupied[bucket / SLOTS] &="
                                    + " ~(1L << (bucket & SLOT_MASK));\n",
                            20_000),
                    new Mutant(
                                    "E63 a timer overtakes those that are yet to be moved down",
                                    "timer/TimerWheel",
                                    "isCascading(tick) ? cascading : bucketOf(tick)",
                                    "bucketOf(tick)",
                                    20_000)
                            .rarely(5_001));

    private LoopMutations() {}
}
