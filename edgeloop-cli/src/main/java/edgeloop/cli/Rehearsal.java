package edgeloop.cli;

import edgeloop.ServerStats;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Does once, right after the start and on a thread of its own, what the program does for the first
 * time at its end or when something goes wrong: the classes and the time-zone data for that are
 * loaded while there are descriptors. The library does so for itself.
 */
final class Rehearsal {
    private Rehearsal() {}

    /**
     * Begins, and returns.
     *
     * @param statistics what reports about it, or null
     */
    static void start(Served served, @Nullable StatsPrinter statistics) {
        Thread.ofPlatform().name("rehearsal").daemon().start(() -> run(served, statistics));
    }

    private static void run(Served served, @Nullable StatsPrinter statistics) {
        try {
            ServerStats stats = served.server().stats();
            String _ = ServerRun.lastLines(stats, served, true);
            String _ = ServerRun.describeErrors(stats, "SIGINT");
            String _ = Diagnostics.unexpected(ServerCommand.NAME, new IllegalStateException());
            if (statistics != null) {
                statistics.rehearse(stats);
            }
            // What picocli looks for when a command has returned.
            Class<?> _ = Class.forName(CommandLine.IExitCodeGenerator.class.getName());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // The server has ended already, or what is loaded here is short already: who needs it
            // finds that out.
        }
    }
}
