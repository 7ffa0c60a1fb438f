package edgeloop.simulation;

import java.util.List;

/** Bugs in what follows a system call that failed: what is done about it, and who is told. */
@SuppressWarnings("StringConcatToTextBlock") // the blanks at the start of a line count
final class FailedCallMutations {
    static final List<Mutant> ALL =
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
                                    20_000)
                            .rarely(701),
                    new Mutant(
                                    "E66 an answer that is cut off ends like a whole one",
                                    "Closer",
                                    "connection.set(Connection.RESET_ON_CLOSE); // likewise",
                                    "// likewise",
                                    20_000)
                            .rarely(1_201),
                    new Mutant(
                                    "E75 one EPERM of openat2 turns it off",
                                    "Directory",
                                    "result = openBeneath(FILE_FLAGS);\n        for (int i = 0;",
                                    "result = openBeneath(FILE_FLAGS);\n        hasOpenat2 &= result !="
                                            + " -Errno.EPERM;\n        for (int i = 0;",
                                    20_000)
                            .rarely(1_001),
                    new Mutant(
                            "E66 one problem hides another",
                            "ProblemLog",
                            "report(kindOf(problem), problem.text",
                            "report(furtherKinds, problem.text",
                            20_000));

    private FailedCallMutations() {}
}
