package edgeloop.simulation;

import java.util.List;

/** Bugs in writing: short writes, their order, and backpressure. */
final class WritingMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E13 a short write is taken as whole",
                            "engine/Sender",
                            "            int sent = sendSegments(fd, segment);\n            if (sent > 0) {",
                            "            int sent = sendSegments(fd, segment);\n            if (sent > 0 && segment.next() == null) {\n                queue.remove(segments, segment.size());\n            } else if (sent > 0) {",
                            1_000),
                    new Mutant(
                            "E13 output overtakes output that waits",
                            "engine/SocketEngine",
                            "!canSend(stream) || stream.waitingOutput() > 0) {",
                            "!canSend(stream)) {",
                            20_000),
                    new Mutant(
                            "E13 EINTR is taken for EAGAIN in send",
                            "engine/Sender",
                            "case Errno.EINTR -> {\n                return true;\n            }",
                            "case Errno.EINTR -> stream.bits &= ~Bits.WRITABLE;",
                            5_000),
                    new Mutant(
                            "E14 over budget, a writer waits for an edge",
                            "engine/SocketEngine",
                            "toFlush.add(stream); // the socket",
                            "stream.bits &= ~WRITABLE; // the socket",
                            20_000),
                    new Mutant(
                                    "E16 there is no backpressure",
                                    "Inbound",
                                    "&& connection.group().backpressure",
                                    "&& false",
                                    20_000)
                            .rarely(6_001),
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

    private WritingMutations() {}
}
