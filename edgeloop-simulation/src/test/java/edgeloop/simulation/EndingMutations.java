package edgeloop.simulation;

import java.util.List;

/** Bugs in the end: tasks that still wait, and the shutdown of a server. */
final class EndingMutations {
    static final List<Mutant> ALL =
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
                                    "boolean _ = engine().askForInput(connection);",
                                    "",
                                    20_000)
                            .rarely(6_001));

    private EndingMutations() {}
}
