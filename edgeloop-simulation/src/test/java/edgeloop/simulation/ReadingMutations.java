package edgeloop.simulation;

import java.util.List;

/** Bugs in reading: drains, budgets and pauses, and the views that handlers are given. */
@SuppressWarnings("StringConcatToTextBlock") // the blanks at the start of a line count
final class ReadingMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E6 a short read ends the drain",
                            "engine/ReadinessEngine",
                            "case EDGE -> false;",
                            "case EDGE -> !more;",
                            1_000),
                    new Mutant(
                            "E6 EINTR ends the drain",
                            "engine/SocketEngine",
                            "case Errno.EINTR -> {} // again",
                            "case Errno.EINTR -> stream.bits &= ~READABLE;",
                            5_000),
                    new Mutant(
                                    "E7 over budget, a reader is not queued again",
                                    "engine/ReadinessEngine",
                                    "if (budget <= 0) {\n                toResume.add(stream);",
                                    "if (budget <= 0) {",
                                    20_000)
                            .rarely(1_201),
                    new Mutant(
                            "E7 the ready list is dropped",
                            "engine/SocketEngine",
                            "                read(stream);\n                findError",
                            "                findError",
                            1_000),
                    new Mutant(
                            "E8 resuming waits for an edge",
                            "engine/SocketEngine",
                            "toResume.add(stream); // what waits",
                            "// what waits",
                            1_000),
                    new Mutant(
                            "E8 what was left unread is not shown again",
                            "engine/SocketEngine",
                            "stream.bits |= Bits.REDELIVER;",
                            "",
                            10_000),
                    new Mutant(
                            "E8 a paused connection is read",
                            "Inbound",
                            "Connection.PAUSED\n                                            | Connection.INPUT_ENDED",
                            "Connection.INPUT_ENDED",
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

    private ReadingMutations() {}
}
