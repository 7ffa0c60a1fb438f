package edgeloop.cli;

import edgeloop.Server;
import edgeloop.ServerStats;
import edgeloop.http.Http;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;

/** Prints a {@link StatsReport} at every interval, from a thread of its own, until stopped. */
final class StatsPrinter {
    private final Served served;
    private final Server server;
    private final Telemetry telemetry;
    private final LineWriter out;
    private final long intervalNanos;
    private final boolean perReactor;
    private final StatsReport report = new StatsReport();
    private boolean stopped;
    private int dropped;

    private StatsPrinter(
            Served served,
            Telemetry telemetry,
            LineWriter out,
            Duration interval,
            boolean perReactor) {
        this.served = served;
        this.server = served.server();
        this.telemetry = telemetry;
        this.out = out;
        this.intervalNanos = interval.toNanos();
        this.perReactor = perReactor;
    }

    /**
     * Starts the reports.
     *
     * @param perReactor whether each reactor has a line of its own as well
     */
    static StatsPrinter start(
            Served served,
            Telemetry telemetry,
            LineWriter out,
            Duration interval,
            boolean perReactor) {
        StatsPrinter printer = new StatsPrinter(served, telemetry, out, interval, perReactor);
        Thread.ofPlatform().name("stats").daemon().start(printer::run);
        return printer;
    }

    /** Ends the reports: when this has returned, none is printed any more. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Words a report that nobody sees, with all that this needs. */
    void rehearse(ServerStats stats) {
        String _ = word(new StatsReport(), 1, stats, new LatencyRecorder.Summary(0, 0));
    }

    private String word(
            StatsReport words,
            double seconds,
            ServerStats stats,
            LatencyRecorder.Summary latencies) {
        LocalTime now = LocalTime.now(ZoneId.systemDefault());
        Http http = served.http();
        String lines =
                words.next(now, seconds, stats, http == null ? null : http.stats(), latencies);
        if (served.hasTls()) {
            lines += words.handshakes(now, stats.handshakes());
        }
        return perReactor ? lines + words.reactors(now, seconds, server.reactorStats()) : lines;
    }

    private void run() {
        long last = System.nanoTime();
        try {
            // From the last report on, not by a fixed rate: one that is late must not make the
            // next interval so short that its rates say nothing.
            while (sleepUntil(last + intervalNanos)) {
                ServerStats stats = server.stats();
                long now = System.nanoTime();
                print(word(report, (now - last) / 1e9, stats, telemetry.takeInterval()));
                last = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            // The reactor failed. Whoever waits for the server's end says so.
        }
    }

    /** False once stopped. */
    private synchronized boolean sleepUntil(long nanoTime) throws InterruptedException {
        while (!stopped) {
            long left = nanoTime - System.nanoTime();
            if (left <= 0) {
                return true;
            }
            wait(left / 1_000_000 + 1);
        }
        return false;
    }

    private synchronized void print(String lines) {
        if (!stopped && !out.offer(lines)) {
            dropped++;
        }
    }

    /** The reports that standard output did not take in time. */
    synchronized int dropped() {
        return dropped;
    }
}
