package edgeloop.simulation;

import java.util.List;

/** Bugs of servers with several reactors. */
final class ReactorMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                                    "a reactor that accepts nobody takes the wakeup of one that would",
                                    "engine/Registrations",
                                    "        unregister(listener);\n        listener.bits |= HELD;",
                                    "",
                                    60_000)
                            .rarely(5_001),
                    new Mutant(
                                    "a reactor that has paused accepting is never told of anybody again",
                                    "engine/Registrations",
                                    "return (listener.bits & HELD) == 0 ? 0 : add(listener, listener.fd);",
                                    "return 0;",
                                    60_000)
                            .rarely(4_801),
                    new Mutant(
                                    "a listener that is held is taken out of epoll a second time",
                                    "engine/Registrations",
                                    "if ((channel.bits & HELD) == 0) {",
                                    "if (true) {",
                                    60_000)
                            .rarely(13_001),
                    new Mutant(
                                    "E2 what can't be registered again is not tried again",
                                    "Acceptor",
                                    "        if (result < 0) {\n            pause(Problem.ACCEPTING_PAUSES",
                                    "        if (false) {\n            pause(Problem.ACCEPTING_PAUSES",
                                    60_000)
                            .rarely(5_001),
                    new Mutant(
                                    "each reactor has a limit on connections of its own",
                                    "ServerOpening",
                                    "new ConnectionGroup(connection, Duration.ZERO, limits, layers)",
                                    "new ConnectionGroup(connection, Duration.ZERO, new"
                                            + " ConnectionLimits(options), layers)",
                                    60_000)
                            .rarely(1_001),
                    new Mutant(
                            "a connection that has closed counts towards the limit",
                            "ConnectionGroup",
                            "            limits.release(remote);",
                            "",
                            60_000),
                    new Mutant(
                                    "one that is turned away counts as one less",
                                    "Acceptor",
                                    "            reactor.close(accepted);\n            counters.rejected++;",
                                    "            refuse(accepted, limits, null);\n            counters.rejected++;",
                                    60_000)
                            .rarely(1_001),
                    new Mutant(
                            "only the first reactor shuts down",
                            "Server",
                            "        reactors.forEach(ServerReactor::shutdown);",
                            "        reactors.getFirst().shutdown();",
                            60_000),
                    new Mutant(
                                    "a server has ended when its first reactor has",
                                    "Server",
                                    "            reactors.forEach(each -> each.thread.awaitUninterruptibly());",
                                    "            reactors.getFirst().thread.awaitUninterruptibly();",
                                    60_000)
                            .rarely(601),
                    new Mutant(
                            "each reactor waits for the end of the others on its own thread",
                            "Server",
                            "return reactors.stream().anyMatch(each -> each.reactor.isCurrent());",
                            "return reactors.getFirst().reactor.isCurrent();",
                            60_000),
                    new Mutant(
                            "the figures are those of one reactor",
                            "Server",
                            "            counters.add(each.counters());",
                            "            if (counters.isEmpty()) counters.add(each.counters());",
                            60_000),
                    new Mutant(
                            "listening sockets of one port do not say that they share it",
                            "ListeningSockets",
                            "            setOption(sockets[0], SOL_SOCKET, SO_REUSEPORT, 1);",
                            "",
                            60_000),
                    new Mutant(
                            "all reactors close the one descriptor",
                            "ListeningSockets",
                            "SyscallException.check(\"fcntl\", syscalls.duplicate(sockets[0]));",
                            "sockets[0];",
                            60_000));

    private ReactorMutations() {}
}
