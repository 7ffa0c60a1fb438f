package edgeloop.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation finds what it is there to find: each bug below, put into the library, within a
 * stated number of seeds. A simulation that can't fail is worth nothing.
 *
 * <p>The seeds are always the same, so that a bug that is no longer found is the simulation's fault
 * and not chance.
 */
@SuppressWarnings("StringConcatToTextBlock") // the blanks at the start of a line count
class MutationTest {
    private static final long FROM = 1;

    private static final List<String> FOUND = new ArrayList<>();

    private static final List<Mutant> ACCEPTING =
            List.of(
                    new Mutant(
                            "E1 accepts once per edge",
                            "engine/ReadinessEngine",
                            "listener.accepted(result);",
                            "listener.accepted(result); return;",
                            20_000),
                    new Mutant(
                            "E1 over budget, the listener is not queued again",
                            "engine/ReadinessEngine",
                            "        }\n        toResume.add(listener);\n",
                            "        }\n",
                            10_000),
                    new Mutant(
                            "E2 the pause of accepting has no end",
                            "Acceptor",
                            "reactor.schedule(PAUSE, this::unpause);",
                            "",
                            1_000),
                    new Mutant(
                            "E3 an aborted connection ends the drain",
                            "engine/ReadinessEngine",
                            "listener.failed(-result, ++failures);",
                            "listener.failed(-result, ++failures); return;",
                            20_000),
                    new Mutant(
                            "E3 EINTR ends the drain of the listener",
                            "engine/ReadinessEngine",
                            "} else if (result == -Errno.EAGAIN) {",
                            "} else if (result == -Errno.EAGAIN || result == -Errno.EINTR) {",
                            20_000),
                    new Mutant(
                            "E4 a descriptor that can't be registered is not closed",
                            "Acceptor",
                            "reactor.close(accepted);\n        counters.acceptErrors++;\n"
                                    + "        if (limit",
                            "counters.acceptErrors++;\n        if (limit",
                            1_000));

    private static final List<Mutant> READING =
            List.of(
                    new Mutant(
                            "E6 a short read ends the drain",
                            "engine/ReadinessEngine",
                            "stream.received(input, unread, n, n == INPUT_BYTES - unread);",
                            "stream.bits &= n < INPUT_BYTES - unread ? ~READABLE : -1;"
                                    + " stream.received(input, unread, n, n == INPUT_BYTES - unread);",
                            1_000),
                    new Mutant(
                            "E6 EINTR ends the drain",
                            "engine/ReadinessEngine",
                            "case Errno.EINTR -> {} // again",
                            "case Errno.EINTR -> stream.bits &= ~READABLE;",
                            5_000),
                    new Mutant(
                            "E7 over budget, a reader is not queued again",
                            "engine/ReadinessEngine",
                            "if (budget <= 0) {\n                toResume.add(stream);",
                            "if (budget <= 0) {",
                            20_000),
                    new Mutant(
                            "E7 the ready list is dropped",
                            "engine/ReadinessEngine",
                            "                    read(stream);\n                    findError",
                            "                    findError",
                            1_000),
                    new Mutant(
                            "E8 resuming waits for an edge",
                            "engine/ReadinessEngine",
                            "toResume.add(stream); // what waits",
                            "// what waits",
                            1_000),
                    new Mutant(
                            "E8 what was left unread is not shown again",
                            "engine/ReadinessEngine",
                            "stream.bits |= REDELIVER;",
                            "",
                            10_000),
                    new Mutant(
                            "E8 a paused connection is read",
                            "Inbound",
                            "!connection.is(Connection.PAUSED | Connection.INPUT_ENDED)",
                            "!connection.is(Connection.INPUT_ENDED)",
                            1_000),
                    new Mutant(
                            "E12 what a handler throws is forgotten",
                            "Closer",
                            "reset(connection, new CloseReason.HandlerFailed(cause));",
                            "",
                            1_000),
                    new Mutant(
                            "E57 the buffer is not killed",
                            "Inbound",
                            "in.invalidate();\n        if (connection.outputSize",
                            "if (connection.outputSize",
                            100),
                    new Mutant(
                            "E57 the buffer of the end is not killed",
                            "Inbound",
                            "in.invalidate();\n        dropUnread",
                            "dropUnread",
                            1_000),
                    new Mutant(
                            "E57 slices outlive their buffer",
                            "IoBuffer",
                            "IoBuffer next = takeSlices(null);",
                            "IoBuffer next = null;",
                            1_000),
                    new Mutant(
                            "E57 slices outlive the slice that they are of",
                            "IoBuffer",
                            "next = slice.takeSlices(slice.olderSlice);",
                            "next = slice.olderSlice;",
                            1_000),
                    new Mutant(
                            "E57 one buffer serves all callbacks",
                            "InputBuffers",
                            "buffers[next++ & COUNT - 1]",
                            "buffers[0]",
                            1_000));

    private static final List<Mutant> WRITING =
            List.of(
                    new Mutant(
                            "E13 a short write is taken as whole",
                            "buffer/SegmentQueue",
                            "remove(pool, sent);",
                            "remove(pool, first.next == null ? first.size() : sent);",
                            1_000),
                    new Mutant(
                            "E13 output overtakes output that waits",
                            "engine/ReadinessEngine",
                            " || (stream.bits & WRITABLE) == 0 || stream.waitingOutput() > 0) {",
                            " || (stream.bits & WRITABLE) == 0) {",
                            20_000),
                    new Mutant(
                            "E13 EINTR is taken for EAGAIN in send",
                            "engine/Sender",
                            "case Errno.EINTR -> {\n                return true;\n            }",
                            "case Errno.EINTR -> stream.bits &= ~ReadinessEngine.WRITABLE;",
                            5_000),
                    new Mutant(
                            "E14 over budget, a writer waits for an edge",
                            "engine/ReadinessEngine",
                            "toFlush.add(stream); // the socket",
                            "stream.bits &= ~WRITABLE; // the socket",
                            20_000),
                    new Mutant(
                            "E16 there is no backpressure",
                            "Inbound",
                            "&& connection.group().backpressure",
                            "&& false",
                            20_000),
                    new Mutant(
                            "E16 congestion does not end",
                            "Outbound",
                            "connection.clear(Connection.CONGESTED);",
                            "",
                            1_000),
                    new Mutant(
                            "E16 the low-water mark is the high one",
                            "Outbound",
                            "<= connection.group().lowWaterMark",
                            "< connection.group().highWaterMark",
                            1_000),
                    new Mutant(
                            "E16 a peer that takes nothing is kept for ever",
                            "Deadlines",
                            "? millisLeftToWrite(connection)\n                : millisLeftToAnswer",
                            "? NO_TIMEOUT\n                : millisLeftToAnswer",
                            5_000));

    private static final List<Mutant> CLOSING =
            List.of(
                    new Mutant(
                            "E19 RDHUP is taken for the end",
                            "engine/ReadinessEngine",
                            "                stream.endAhead();",
                            "                stream.endAhead();"
                                    + " if ((mask & EPOLLRDHUP) != 0 && (stream.bits & WANTED) != 0) {"
                                    + " stream.bits = stream.bits & ~READABLE | ENDED; stream.ended(input, 0); }",
                            1_000),
                    new Mutant(
                            "E20 the FIN is sent before the output",
                            "Outbound",
                            "if (connection.outputSize() == 0) {\n            reactor.inbound.endBurst",
                            "if (connection.outputSize() == 0 || connection.state == Connection.State.CLOSING) {\n"
                                    + "            reactor.inbound.endBurst",
                            1_000),
                    new Mutant(
                            "E21 closes without lingering",
                            "Closer",
                            "lingerTimeoutMillis == 0",
                            "lingerTimeoutMillis >= 0",
                            5_000),
                    new Mutant(
                            "E23 close is repeated after EINTR",
                            "Closer",
                            "reactor.close(fd, connection);",
                            "if (syscalls().close(fd) == -Errno.EINTR) { int _ = syscalls().close(fd); }",
                            20_000),
                    new Mutant(
                            "E23 closes twice",
                            "Closer",
                            "reactor.close(fd, connection);",
                            "reactor.close(fd, connection); reactor.close(fd, connection);",
                            100),
                    new Mutant(
                            "E24 the generation is not looked at",
                            "engine/ChannelTable",
                            "channel != null && channel.generation == (int) (key >>> 32) ? channel : null",
                            "channel",
                            20_000),
                    new Mutant(
                            "E24 the generation stays the same",
                            "engine/ChannelTable",
                            "stream.generation++;",
                            "",
                            20_000),
                    new Mutant(
                            "E24 closes without leaving epoll",
                            "Closer",
                            "check(connection, engine().detach(connection), Problem.NOT_UNREGISTERED);",
                            "",
                            100),
                    new Mutant(
                            "E25 nobody looks for the error of one who does not read",
                            "engine/ReadinessEngine",
                            "if ((stream.bits & (BROKEN | WANTED | GONE)) == BROKEN) {",
                            "if (stream.fd < 0) {",
                            20_000),
                    new Mutant(
                            "E62 nobody looks for the end of a peer that is not read",
                            "engine/ReadinessEngine",
                            "stream.endWaits();",
                            "",
                            5_000),
                    new Mutant(
                            "E62 what is read does not count after the peer's end",
                            "Inbound",
                            "if (reactor.engine.isEndAhead(connection)) {\n                reactor.deadlines.renewHalfClose(connection);\n            }",
                            "",
                            20_000),
                    new Mutant(
                            "E27 onClose comes twice",
                            "Closer",
                            "handler.onClose(connection, reason);",
                            "handler.onClose(connection, reason); handler.onClose(connection, reason);",
                            100),
                    new Mutant(
                            "E27 onClose does not come",
                            "Closer",
                            "handler.onClose(connection, reason);",
                            "",
                            100),
                    new Mutant(
                            "E27 a closing is booked twice",
                            "Counters",
                            "case CloseReason.PeerClosed _ -> peerClosed++;",
                            "case CloseReason.PeerClosed _ -> peerClosed += 2;",
                            100),
                    new Mutant(
                            "output of a closed connection is kept",
                            "Closer",
                            "        engine().discard(connection);\n        reactor.inbound.dropUnread(connection);\n        cancelTimeouts",
                            "        reactor.inbound.dropUnread(connection);\n        cancelTimeouts",
                            1_000),
                    new Mutant(
                            "unread input of a closed connection is kept",
                            "Closer",
                            "        reactor.inbound.dropUnread(connection);\n        cancelTimeouts",
                            "        cancelTimeouts",
                            20_000),
                    new Mutant(
                            "a segment is not given back",
                            "buffer/SegmentQueue",
                            "removeFirst(first);\n            pool.give(first);\n        }\n    }\n\n    private void removeFirst",
                            "removeFirst(first);\n        }\n    }\n\n    private void removeFirst",
                            1_000));

    private static final List<Mutant> LOOP_AND_TIMERS =
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
                            20_000),
                    new Mutant(
                            "E16 being behind the rate counts when all has gone out",
                            "Deadlines",
                            "behind > 0 && connection.outputSize() > 0",
                            "behind > 0",
                            20_000),
                    new Mutant(
                            "E39 the kernel is not asked before a timeout",
                            "Deadlines",
                            "boolean _ = reactor.engine.ask(connection);",
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
                            20_000),
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
                            20_000));

    private static final List<Mutant> ENDING =
            List.of(
                    new Mutant(
                            "E60 tasks that wait at the end are dropped",
                            "Tasks",
                            "users.close();\n        runAll(users);",
                            "users.close();",
                            20_000),
                    new Mutant(
                            "E60 nobody is told that a connection has closed",
                            "ConnectionRef",
                            "ifClosed.run();",
                            "",
                            20_000),
                    new Mutant(
                            "E61 control waits behind the tasks of others",
                            "ReactorThread",
                            "reactor.control(task);",
                            "reactor.execute(task);",
                            20_000),
                    new Mutant(
                            "E70 a shutdown resets who waits to be accepted",
                            "Acceptor",
                            "afterLastCall = then;",
                            "afterLastCall = then; endLastCall();",
                            20_000),
                    new Mutant(
                            "E70 who is cut off is not counted",
                            "Counters",
                            "case CloseReason.CutOff _ -> cutOff++;",
                            "case CloseReason.CutOff _ -> {}",
                            1_000),
                    new Mutant(
                            "E70 what was sent before the shutdown is not read",
                            "Closer",
                            "boolean _ = engine().ask(connection);",
                            "",
                            20_000));

    private static final List<Mutant> SHORTAGES =
            List.of(
                    new Mutant(
                            "E67 the sum of all memory has no bound",
                            "buffer/MemoryBudget",
                            "while (before + bytes <= limit) {",
                            "while (before >= 0) {",
                            20_000),
                    new Mutant(
                            "E67 memory that went back to the kernel is still counted",
                            "buffer/SegmentPool",
                            "budget.giveBack(slabBytes());\n        }\n    }",
                            "}\n    }",
                            20_000),
                    new Mutant(
                            "E67 whoever needs memory is cut off, not whoever holds it",
                            "MemoryShortage",
                            "long[] order = candidates();",
                            "long[] order = {};",
                            20_000),
                    new Mutant(
                            "E67 those who move are cut off first",
                            "MemoryShortage",
                            "millis >= STALLED_MILLIS ? 1 : 0;",
                            "millis >= STALLED_MILLIS ? 0 : 1;",
                            100_000),
                    new Mutant(
                            "E67 who was cut off goes on",
                            "Closer",
                            "reset(connection, OUT_OF_MEMORY);",
                            "",
                            20_000),
                    new Mutant(
                            "E68 idle connections keep their descriptors",
                            "DescriptorShortage",
                            "boolean any = release() || closeSome();",
                            "boolean any = release();",
                            20_000),
                    new Mutant(
                            "E68 no descriptors are reserved",
                            "Acceptor",
                            "reserveStart = limit - reserve;",
                            "reserveStart = limit;",
                            20_000),
                    new Mutant(
                            "E68 the reserve is used up one by one",
                            "Acceptor",
                            "tightFrom = Math.max(1, group.open() - reserve);",
                            "if (isReserveNext()) { awaitDescriptors(); }",
                            20_000),
                    new Mutant(
                            "E68 a connection goes whose handler does not let it",
                            "DescriptorShortage",
                            "return connection.handler().isIdle(connection);",
                            "return true;",
                            20_000),
                    new Mutant(
                            "E68 those who were idle last go first",
                            "DescriptorShortage",
                            "(lingers << INT_BITS | waited) << INT_BITS | slot;",
                            "(lingers << INT_BITS | waited ^ Integer.MAX_VALUE) << INT_BITS | slot;",
                            20_000),
                    new Mutant(
                            "E68 the kernel is not asked before an idle connection goes",
                            "DescriptorShortage",
                            "boolean more = reactor.engine.ask(connection);",
                            "boolean more = false;",
                            20_000));

    private static final List<Mutant> FAILED_CALLS =
            List.of(
                    new Mutant(
                            "E66 a failed timerfd_settime is forgotten",
                            "poll/Alarm",
                            "refusedNanos = deadlineNanos; //",
                            "setForNanos = deadlineNanos; //",
                            1_000),
                    new Mutant(
                            "E66 a failed wakeup is forgotten",
                            "poll/Waker",
                            "if (alarm.expireNow() < 0) {",
                            "if (false) {",
                            20_000),
                    new Mutant(
                            "E66 a failed wakeup is not told of",
                            "poll/Poller",
                            "report(Failure.WAKEUP_FAILED, -waker.takeFailure());\n        return",
                            "int _ = waker.takeFailure();\n        return",
                            20_000),
                    new Mutant(
                            "E66 a connection is refused without a word",
                            "Acceptor",
                            "reactor.problems.report(Problem.NOT_REGISTERED, -result);",
                            "",
                            1_000),
                    new Mutant(
                            "E66 an answer is cut off without a word",
                            "Closer",
                            "reactor.problems.report(problem, errno, null, connection);\n        }\n        return reported",
                            "}\n        return reported",
                            20_000),
                    new Mutant(
                            "E66 an answer that is cut off ends like a whole one",
                            "Closer",
                            "connection.set(Connection.RESET_ON_CLOSE); // likewise",
                            "// likewise",
                            20_000),
                    new Mutant(
                            "E75 one EPERM of openat2 turns it off",
                            "Directory",
                            "result = openBeneath(FILE_FLAGS);\n        for (int i = 0;",
                            "result = openBeneath(FILE_FLAGS);\n        hasOpenat2 &= result !="
                                    + " -Errno.EPERM;\n        for (int i = 0;",
                            20_000),
                    new Mutant(
                            "E66 one problem hides another",
                            "ProblemLog",
                            "report(kindOf(problem), problem.text",
                            "report(furtherKinds, problem.text",
                            20_000));

    static Stream<Mutant> all() {
        return Stream.of(
                        ACCEPTING,
                        READING,
                        WRITING,
                        CLOSING,
                        LOOP_AND_TIMERS,
                        ENDING,
                        SHORTAGES,
                        FAILED_CALLS)
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("all")
    void isFound(Mutant mutant, @TempDir Path folder) throws Exception {
        Mutant.Finding finding = mutant.hunt(FROM, folder);
        FOUND.add(
                String.format(
                        "| %s | %,d | %,d | %s |",
                        mutant.name(),
                        finding.seed() - FROM + 1,
                        mutant.seeds(),
                        finding.rule().lines().findFirst().orElse("")));
    }

    @Test
    void theLibraryItselfBreaksNoRule(@TempDir Path folder) {
        String same = "engine.dispatch();";
        Mutant unchanged = new Mutant("unchanged", "Reactor", same, same, 1_000);

        assertThatThrownBy(() -> unchanged.hunt(FROM, folder)).hasMessageContaining("not found");
    }

    @AfterAll
    static void print() {
        System.out.println("| mutation | found by seed | at most | broken rule |");
        FOUND.forEach(System.out::println);
    }
}
