package edgeloop.cli;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import edgeloop.Server;
import edgeloop.ServerStats;
import edgeloop.http.Http;
import java.io.Console;
import java.time.Duration;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The life of a started server as its user sees it, from the first line to the last. */
final class ServerRun {
    private static final double BYTES_PER_MEGABYTE = 1e6;

    /**
     * After a second signal, for the reactor to end, and then for the streams to take the last
     * lines: both together within a second.
     */
    private static final Duration LAST_WAIT = Duration.ofMillis(400);

    private final Thread main = Thread.currentThread();
    private final Served served;
    private final Server server;
    private final @Nullable StatsPrinter statistics;
    private final LineWriter out;
    private final LineWriter err;

    /** Counted down when the last lines have been said. */
    private final CountDownLatch over = new CountDownLatch(1);

    private boolean stopping;
    private boolean saidLast;

    /** That of the figures that the last lines told of. */
    private int exitCode;

    private volatile boolean failed;

    /** The second signal, once there was one. */
    private volatile @Nullable String endedBy;

    ServerRun(Served served, @Nullable StatsPrinter statistics, LineWriter out, LineWriter err) {
        this.served = served;
        this.server = served.server();
        this.statistics = statistics;
        this.out = out;
        this.err = err;
    }

    /**
     * Says that the server listens, and how, and begins to heed signals: in this order for the
     * user, in the other for a script that sends one as soon as it has read the lines.
     *
     * @param mode by which events
     * @param more lines that follow, each with a line break before it
     */
    synchronized void announce(String mode, int maxEvents, String more) {
        Signals.on(this::terminate, "INT", "TERM");
        out.print(
                "Starting "
                        + EngineWords.word(server.transport())
                        + " server on port "
                        + server.port()
                        + "\nUsing "
                        + mode
                        + " mode\nMax events per wait: "
                        + maxEvents
                        + more);
        Rehearsal.start(served, statistics);
    }

    /**
     * At the first signal lets connections finish. At another one closes them at once, and sees to
     * it that the process ends soon after, whatever the reactor does: this runs on the signal's own
     * thread.
     */
    void terminate(String signal) {
        if (!isFirst(signal) && !failed) {
            endSoon(signal);
        }
    }

    private synchronized boolean isFirst(String signal) {
        if (stopping || failed) {
            return false;
        }
        stopping = true;
        if (statistics != null) {
            statistics.stop();
        }
        out.print(
                (signal.equals("SIGINT") && isTerminal() ? "\n" : "")
                        + "Received "
                        + signal
                        + ", shutting down...\nClosing "
                        + server.stats().activeConnections()
                        + " connections...");
        served.shutdown();
        return true;
    }

    private void endSoon(String signal) {
        endedBy = signal;
        served.shutdownNow();
        try {
            if (over.await(LAST_WAIT.toMillis(), MILLISECONDS)) {
                boolean _ = main.join(LAST_WAIT); // which ends the process, if no stream is stuck
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        int code = sayLast(server.stats(), true);
        try {
            out.awaitWritten(LAST_WAIT.dividedBy(4));
            err.awaitWritten(LAST_WAIT.dividedBy(4));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(code);
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
            served.join();
            stats = server.stats();
        } catch (IllegalStateException e) {
            failed = true;
            err.print(
                    Diagnostics.oneLine(
                            ServerCommand.NAME + ": the reactor failed: " + e.getCause()));
            return 1;
        }
        return sayLast(stats, false);
    }

    /**
     * Says the last lines, once, and answers the exit code.
     *
     * @param stuck whether the reactor is still at something, so that its connections end with the
     *     process
     */
    private synchronized int sayLast(ServerStats stats, boolean stuck) {
        if (saidLast) {
            return exitCode;
        }
        saidLast = true;
        exitCode = exitCode(stats);
        out.print(lastLines(stats, served, stuck));
        if (statistics != null && statistics.dropped() > 0) {
            err.print(
                    ServerCommand.NAME
                            + ": "
                            + statistics.dropped()
                            + " reports of --stats were dropped: standard output took none");
        }
        if (stuck) {
            err.print(
                    ServerCommand.NAME
                            + ": ended by a second signal while a handler did not return");
        }
        String causes = describeErrors(stats, endedBy);
        if (!causes.isEmpty()) {
            err.print(ServerCommand.NAME + ": " + causes);
        }
        over.countDown();
        return exitCode;
    }

    static String lastLines(ServerStats stats, Served served, boolean stuck) {
        Http http = served.http();
        return (stuck ? "" : "All connections closed.\n")
                + "Final stats: "
                + StatsReport.requests(stats, http == null ? null : http.stats())
                + " requests served, "
                + (stats.errors() + left(stats))
                + " errors"
                + (served.hasTls() ? StatsReport.allHandshakes(stats.handshakes()) : "");
    }

    /** The connections that end with the process: none, unless the reactor is stuck. */
    private static long left(ServerStats stats) {
        return (long) stats.activeConnections() + stats.pendingConnections();
    }

    /** 128 and the signal's number, as a shell has it, where a second signal cut something off. */
    private int exitCode(ServerStats stats) {
        String signal = endedBy;
        if (signal == null || stats.cutOff() + stats.unaccepted() + left(stats) == 0) {
            return 0;
        }
        return signal.equals("SIGINT") ? 130 : 143;
    }

    /**
     * What is not as it should be, by its cause, such as {@code 2 connections reset by the peer, 1
     * timed out}; empty if all is.
     *
     * @param signal the second one, which cut off what was not over; null if the drain timeout did
     */
    static String describeErrors(ServerStats stats, @Nullable String signal) {
        StringJoiner causes = new StringJoiner(", ");
        String by = "by " + (signal == null ? "--drain-timeout" : "a second signal, " + signal);
        add(causes, stats.cutOff() + stats.activeConnections(), "connections cut off " + by);
        if (stats.cutOffBytes() > 0) {
            // Without a Formatter, which loads much: this is said when descriptors may be short.
            double tenths = stats.cutOffBytes() / (BYTES_PER_MEGABYTE / 10);
            causes.add(Math.round(tenths) / 10.0 + " MB of theirs lost");
        }
        add(causes, stats.unaccepted() + stats.pendingConnections(), "not accepted before the end");
        add(causes, stats.resets(), "connections reset by the peer");
        add(causes, stats.timeouts(), "timed out");
        add(causes, stats.failures(), "failed otherwise");
        add(causes, stats.protocolErrors(), "broke the protocol");
        add(causes, stats.handlerFailures(), "handler failures");
        add(causes, stats.cutOffForMemory(), "cut off over --max-buffer-memory");
        add(causes, stats.acceptErrors(), "failed accepts");
        add(causes, stats.rejected(), "rejected over --max-connections");
        add(causes, stats.rejectedPerIp(), "rejected over --max-connections-per-ip");
        add(causes, stats.acceptPauses(), "pauses of accepting");
        add(causes, stats.closedForDescriptors(), "idle closed for want of descriptors");
        return causes.toString();
    }

    private static void add(StringJoiner causes, long count, String cause) {
        if (count > 0) {
            causes.add(count + " " + cause);
        }
    }
}
