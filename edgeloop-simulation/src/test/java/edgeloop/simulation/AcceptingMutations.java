package edgeloop.simulation;

import java.util.List;

/** Bugs in accepting: the drain of the listener, its pauses, and set-up after accept. */
@SuppressWarnings("StringConcatToTextBlock") // the blanks at the start of a line count
final class AcceptingMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E1 accepts once per edge",
                            "engine/SocketEngine",
                            "listener.accepted(result);",
                            "listener.accepted(result); return;",
                            20_000),
                    new Mutant(
                                    "E1 over budget, the listener is not queued again",
                                    "engine/SocketEngine",
                                    "        }\n        toResume.add(listener);\n",
                                    "        }\n",
                                    10_000)
                            .rarely(801),
                    new Mutant(
                            "E2 the pause of accepting has no end",
                            "Acceptor",
                            "reactor.schedule(PAUSE, this::unpause);",
                            "",
                            1_000),
                    new Mutant(
                            "E3 an aborted connection ends the drain",
                            "engine/SocketEngine",
                            "listener.failed(-result, ++failures);",
                            "listener.failed(-result, ++failures); return;",
                            20_000),
                    new Mutant(
                            "E3 EINTR ends the drain of the listener",
                            "engine/SocketEngine",
                            "} else if (result == -Errno.EAGAIN) {",
                            "} else if (result == -Errno.EAGAIN || result == -Errno.EINTR) {",
                            20_000),
                    new Mutant(
                            "E4 a descriptor that can't be registered is not closed",
                            "Acceptor",
                            "        reactor.close(accepted);\n        limits.release(counted);",
                            "        limits.release(counted);",
                            1_000));

    private AcceptingMutations() {}
}
