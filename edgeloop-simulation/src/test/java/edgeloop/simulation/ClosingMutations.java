package edgeloop.simulation;

import java.util.List;

/** Bugs in closing: both ends, lingering, reused descriptors, and what is given back. */
@SuppressWarnings("StringConcatToTextBlock") // the blanks at the start of a line count
final class ClosingMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E19 RDHUP is taken for the end",
                            "engine/ReadinessEngine",
                            "                endSeen(stream);",
                            "                endSeen(stream);"
                                    + " if ((mask & EPOLLRDHUP) != 0 && (stream.bits & WANTED) != 0) {"
                                    + " stream.bits = stream.bits & ~READABLE | Bits.ENDED; stream.ended(input, 0); }",
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
                            "engine/SocketEngine",
                            "int result = syscalls.close(socket);",
                            "int result = syscalls.close(socket);\n"
                                    + "        if (result == -edgeloop.sys.Errno.EINTR) { result = syscalls.close(socket); }",
                            20_000),
                    new Mutant(
                            "E23 closes twice",
                            "engine/SocketEngine",
                            "int result = syscalls.close(socket);",
                            "int result = syscalls.close(socket); int _ = syscalls.close(socket);",
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
                            "engine/Registrations",
                            "        if ((channel.bits & HELD) == 0) {\n            unregister(channel);",
                            "        if ((channel.bits & HELD) == 0) {",
                            100),
                    new Mutant(
                            "E25 nobody looks for the error of one who does not read",
                            "engine/SocketEngine",
                            "if ((stream.bits & (Bits.BROKEN | WANTED | GONE)) == Bits.BROKEN) {",
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
                                    20_000)
                            .rarely(40_001),
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
                            "-> peerClosed++;",
                            "-> peerClosed += 2;",
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

    private ClosingMutations() {}
}
