package edgeloop.cli;

import edgeloop.HandshakeStats;
import edgeloop.ServerStats;
import edgeloop.http.HttpStats;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Words what a server has done since the last report: the three lines of {@code --stats}, a fourth
 * for HTTP, one for TLS, and one for each reactor where that is asked for.
 */
final class StatsReport {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final double BYTES_PER_MEGABYTE = 1e6;

    private long requestsBefore;
    private long bytesBefore;
    private List<Long> reactorBytesBefore = List.of();
    private HttpStats httpBefore = new HttpStats(0, 0, 0, 0, 0);
    private HandshakeStats handshakesBefore = new HandshakeStats(0, 0, 0, 0, 0, 0, 0);

    /**
     * The lines for an interval that ends now.
     *
     * @param now the time of day to show
     * @param seconds the true length of the interval
     * @param stats what was done up to now since the server's start
     * @param http what was answered up to now, or null; an answer is a request then
     */
    String next(
            LocalTime now,
            double seconds,
            ServerStats stats,
            @Nullable HttpStats http,
            LatencyRecorder.Summary latency) {
        String lines = next(now, seconds, stats, requests(stats, http), latency);
        if (http == null) {
            return lines;
        }
        String statuses =
                String.format(
                        Locale.ROOT,
                        "\n[%s] Statuses: %d 2xx, %d 3xx, %d 4xx, %d 5xx",
                        CLOCK.format(now),
                        http.successful() - httpBefore.successful(),
                        http.redirected() - httpBefore.redirected(),
                        http.clientErrors() - httpBefore.clientErrors(),
                        http.serverErrors() - httpBefore.serverErrors());
        httpBefore = http;
        return lines + statuses;
    }

    /** A line of the handshakes since this was last called. */
    String handshakes(LocalTime now, HandshakeStats all) {
        HandshakeStats before = handshakesBefore;
        handshakesBefore = all;
        HandshakeStats since =
                new HandshakeStats(
                        all.full() - before.full(),
                        all.resumed() - before.resumed(),
                        all.failed() - before.failed(),
                        0, // of whom is told at the end
                        all.timedOut() - before.timedOut(),
                        all.abandoned() - before.abandoned(),
                        0);
        return "\n[" + CLOCK.format(now) + "] " + words(since);
    }

    /** The line of all handshakes, with a line break before it. */
    static String allHandshakes(HandshakeStats all) {
        return "\n" + words(all);
    }

    private static String words(HandshakeStats handshakes) {
        long strangers = handshakes.strangers();
        return "Handshakes: "
                + handshakes.full()
                + " full, "
                + handshakes.resumed()
                + " resumed, "
                + handshakes.failed()
                + " failed"
                + (strangers == 0 ? "" : " (" + strangers + " by HTTP without TLS)")
                + ", "
                + handshakes.timedOut()
                + " timed out, "
                + handshakes.abandoned()
                + " abandoned";
    }

    /** A line for each reactor, with what it has done since this was last called. */
    String reactors(LocalTime now, double seconds, List<ServerStats> reactors) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < reactors.size(); i++) {
            ServerStats stats = reactors.get(i);
            long before = i < reactorBytesBefore.size() ? reactorBytesBefore.get(i) : 0;
            lines.append(
                    String.format(
                            Locale.ROOT,
                            "\n[%s] Reactor %d: %d active, %d accepted, %.1f MB/sec",
                            CLOCK.format(now),
                            i,
                            stats.activeConnections(),
                            stats.accepted(),
                            (stats.bytesWritten() - before) / seconds / BYTES_PER_MEGABYTE));
        }
        reactorBytesBefore = reactors.stream().map(ServerStats::bytesWritten).toList();
        return lines.toString();
    }

    /** The requests served, of whatever protocol. */
    static long requests(ServerStats stats, @Nullable HttpStats http) {
        return http == null ? stats.requests() : http.answers();
    }

    private String next(
            LocalTime now,
            double seconds,
            ServerStats stats,
            long requestsNow,
            LatencyRecorder.Summary latency) {
        long requests = requestsNow - requestsBefore;
        long bytes = stats.bytesWritten() - bytesBefore;
        requestsBefore = requestsNow;
        bytesBefore = stats.bytesWritten();
        String clock = CLOCK.format(now);
        return String.format(
                Locale.ROOT,
                """
                [%s] Connections: %d active, %d pending
                [%s] Requests: %.0f/sec, Bytes: %.1f MB/sec
                [%s] Latency: avg %.2f ms, p99 %.2f ms\
                """,
                clock,
                stats.activeConnections(),
                stats.pendingConnections(),
                clock,
                requests / seconds,
                bytes / seconds / BYTES_PER_MEGABYTE,
                clock,
                latency.averageMillis(),
                latency.p99Millis());
    }
}
