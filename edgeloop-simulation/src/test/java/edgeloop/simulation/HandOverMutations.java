package edgeloop.simulation;

import java.util.List;

/** Bugs between threads: what is handed over, and how a sleep ends. */
final class HandOverMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                                    "E60 a task that comes while the queue is closed is lost",
                                    "TaskQueue",
                                    "if (closed && tasks.remove(task)) {",
                                    "if (false) {",
                                    20_000)
                            .rarely(1_201),
                    new Mutant(
                                    "E60 a task that comes while the queue is closed is refused, and run",
                                    "TaskQueue",
                                    "if (closed && tasks.remove(task)) {",
                                    "if (closed) {\n            boolean _ = tasks.contains(task);",
                                    20_000)
                            .rarely(1_201),
                    new Mutant(
                            "E34 a reactor goes to sleep without a second look at its tasks",
                            "poll/Poller",
                            "hasWork.getAsBoolean() ? 0 : longestMillis",
                            "longestMillis",
                            20_000),
                    new Mutant(
                            "E34 it looks first and announces its sleep second",
                            "poll/Poller",
                            "waker.announceSleep();\n        int result = syscalls.epollWait("
                                    + "epoll, events, hasWork.getAsBoolean() ? 0 : longestMillis);",
                            "boolean work = hasWork.getAsBoolean();\n        waker.announceSleep();\n"
                                    + "        int result = syscalls.epollWait("
                                    + "epoll, events, work ? 0 : longestMillis);",
                            20_000),
                    new Mutant(
                            "E60 a task that is counted and not linked yet is taken for one",
                            "Tasks",
                            "return; // counted, but its thread has yet to link it",
                            "",
                            20_000),
                    new Mutant(
                            "E59 a server that is closed on its own thread waits for itself",
                            "Server",
                            "        if (!isOnOwnThread()) {",
                            "        if (true) {",
                            20_000),
                    new Mutant(
                            "E59 join on the own thread waits for itself",
                            "Server",
                            "        if (isOnOwnThread()) {",
                            "        if (false) {",
                            20_000),
                    new Mutant(
                            "E60 a task runs on the thread that hands it over",
                            "Reactor",
                            "        tasks.add(task);\n        engine.wake();",
                            "        if (isCurrent() || tasks.hasWork()) tasks.add(task); else task.run();\n"
                                    + "        engine.wake();",
                            20_000));

    private HandOverMutations() {}
}
