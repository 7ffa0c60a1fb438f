package edgeloop.cli;

import edgeloop.ServerStats;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Words what a server has done since the last report: the three lines of {@code --stats}. */
final class StatsReport {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final double BYTES_PER_MEGABYTE = 1e6;

    private long requestsBefore;
    private long bytesBefore;

    /**
     * The lines for an interval that ends now.
     *
     * @param now the time of day to show
     * @param seconds the true length of the interval
     * @param stats what was done up to now since the server's start
     */
    String next(LocalTime now, double seconds, ServerStats stats, LatencyRecorder.Summary latency) {
        long requests = stats.requests() - requestsBefore;
        long bytes = stats.bytesWritten() - bytesBefore;
        requestsBefore = stats.requests();
        bytesBefore = stats.bytesWritten();
        String clock = CLOCK.format(now);
        return String.format(
                Locale.ROOT,
                """
                [%s] Connections: %d active, %d pending
                [%s] Requests: %.0f/sec, Bytes: %.1f MB/sec
                [%s] Latency: avg %.2f ms, p99 %.2f ms""",
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
