package edgeloop.cli;

import edgeloop.Server;
import edgeloop.ServerStats;
import edgeloop.http.Http;
import java.io.Console;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The life of a started server as its user sees it, from the first line to the last. */
final class ServerRun {
    private final Server server;
    private final @Nullable Http http;
    private final @Nullable StatsPrinter statistics;
    private final LineWriter out;
    private final LineWriter err;
    private boolean stopping;

    ServerRun(
            Server server,
            @Nullable Http http,
            @Nullable StatsPrinter statistics,
            LineWriter out,
            LineWriter err) {
        this.server = server;
        this.http = http;
        this.statistics = statistics;
        this.out = out;
        this.err = err;
    }

    /**
     * Says that the server listens, and begins to heed signals: in this order for the user, in the
     * other for a script that sends one as soon as it has read the lines.
     */
    synchronized void announce(int maxEvents) {
        Signals.onTermination(this::terminate);
        out.print(
                "Starting epoll server on port "
                        + server.port()
                        + "\nUsing edge-triggered mode\nMax events per wait: "
                        + maxEvents);
    }

    /** At the first signal lets connections finish, at another one closes them at once. */
    synchronized void terminate(String signal) {
        try {
            if (stopping) {
                server.shutdownNow();
                return;
            }
            stopping = true;
            if (statistics != null) {
                statistics.stop();
            }
            int connections = server.stats().activeConnections();
            out.print(
                    (signal.equals("SIGINT") && isTerminal() ? "\n" : "")
                            + "Received "
                            + signal
                            + ", shutting down...\nClosing "
                            + connections
                            + " connections...");
            server.shutdown();
        } catch (IllegalStateException e) {
            // The reactor failed: await() says so.
        }
    }

    /** Whether a Ctrl-C was echoed as {@code ^C} where the next line is to be printed. */
    @SuppressWarnings("SystemConsoleNull") // true of JDK 22 to 24; from 25 on it is null again
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Waits for the end, says the last lines, and answers the exit code. */
    int await() throws InterruptedException {
        ServerStats stats;
        try {
            server.join();
            stats = server.stats();
        } catch (IllegalStateException e) {
            err.print(
                    Diagnostics.oneLine(
                            ServerCommand.NAME + ": the reactor failed: " + e.getCause()));
            return 1;
        }
        out.print(
                "All connections closed.\nFinal stats: "
                        + StatsReport.requests(stats, http == null ? null : http.stats())
                        + " requests served, "
                        + stats.errors()
                        + " errors");
        if (stats.errors() > 0 || stats.rejected() > 0 || stats.rejectedPerIp() > 0) {
            err.print(ServerCommand.NAME + ": " + describeErrors(stats));
        }
        return 0;
    }

    /** The errors by their cause, such as {@code 2 resets, 1 timeouts}. */
    static String describeErrors(ServerStats stats) {
        StringJoiner causes = new StringJoiner(", ");
        add(causes, stats.resets(), "connections reset by the peer");
        add(causes, stats.timeouts(), "timed out");
        add(causes, stats.failures(), "failed otherwise");
        add(causes, stats.protocolErrors(), "broke the protocol");
        add(causes, stats.handlerFailures(), "handler failures");
        add(causes, stats.acceptErrors(), "failed accepts");
        add(causes, stats.rejected(), "rejected over --max-connections");
        add(causes, stats.rejectedPerIp(), "rejected over --max-connections-per-ip");
        add(causes, stats.acceptPauses(), "pauses of accepting");
        return causes.toString();
    }

    private static void add(StringJoiner causes, long count, String cause) {
        if (count > 0) {
            causes.add(count + " " + cause);
        }
    }
}
