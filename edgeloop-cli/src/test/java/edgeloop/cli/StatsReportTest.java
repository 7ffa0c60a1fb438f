package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.HandshakeStats;
import edgeloop.ServerStats;
import edgeloop.http.HttpStats;
import java.time.LocalTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StatsReportTest {
    private static final LatencyRecorder.Summary NO_LATENCY = new LatencyRecorder.Summary(0, 0);

    private final StatsReport report = new StatsReport();
    private Locale localeBefore;

    /** A locale with a decimal comma and digits grouped by points. */
    @BeforeEach
    void useAnotherLocale() {
        localeBefore = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
    }

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(localeBefore);
    }

    @Test
    void linesReadAsDocumented() {
        String lines =
                report.next(
                        LocalTime.of(10, 0, 1),
                        1,
                        stats(10_000, 0, 42_735, 4_200_000),
                        null,
                        new LatencyRecorder.Summary(0.021, 0.111));
        assertThat(lines)
                .isEqualTo(
                        """
                        [10:00:01] Connections: 10000 active, 0 pending
                        [10:00:01] Requests: 42735/sec, Bytes: 4.2 MB/sec
                        [10:00:01] Latency: avg 0.02 ms, p99 0.11 ms\
                        """);
    }

    @Test
    void ratesAreOfTheIntervalAndOfItsTrueLength() {
        String _ = report.next(LocalTime.NOON, 1, stats(1, 0, 1_000, 9_000_000), null, NO_LATENCY);
        String lines =
                report.next(LocalTime.NOON, 2.5, stats(1, 0, 1_500, 10_000_000), null, NO_LATENCY);
        assertThat(lines).contains("Requests: 200/sec, Bytes: 0.4 MB/sec");
    }

    @Test
    void handshakesAreThoseOfTheIntervalAndInTheEndAll() {
        HandshakeStats first = new HandshakeStats(5, 7, 1, 1, 0, 2, 9);
        HandshakeStats then = new HandshakeStats(12, 30, 2, 1, 1, 2, 9);
        assertThat(report.handshakes(LocalTime.NOON, first))
                .isEqualTo(
                        "\n[12:00:00] Handshakes: 5 full, 7 resumed, 1 failed, 0 timed out,"
                                + " 2 abandoned");
        assertThat(report.handshakes(LocalTime.NOON, then))
                .isEqualTo(
                        "\n[12:00:00] Handshakes: 7 full, 23 resumed, 1 failed, 1 timed out,"
                                + " 0 abandoned");
        assertThat(StatsReport.allHandshakes(then))
                .isEqualTo(
                        "\nHandshakes: 12 full, 30 resumed, 2 failed (1 by HTTP without TLS),"
                                + " 1 timed out, 2 abandoned");
    }

    @Test
    void pendingIsTheListenersQueue() {
        String lines = report.next(LocalTime.NOON, 1, stats(3, 17, 0, 0), null, NO_LATENCY);
        assertThat(lines).contains("Connections: 3 active, 17 pending");
    }

    @Test
    void idleIntervalIsAllZeros() {
        LatencyRecorder latency = new LatencyRecorder();
        String lines =
                report.next(
                        LocalTime.MIDNIGHT,
                        1,
                        stats(0, 0, 0, 0),
                        null,
                        LatencyRecorder.takeInterval(List.of(latency)));
        assertThat(lines)
                .isEqualTo(
                        """
                        [00:00:00] Connections: 0 active, 0 pending
                        [00:00:00] Requests: 0/sec, Bytes: 0.0 MB/sec
                        [00:00:00] Latency: avg 0.00 ms, p99 0.00 ms\
                        """);
    }

    @Test
    void statusesOfTheIntervalFollow() {
        var before = new HttpStats(10, 1, 2, 0, 0);
        String _ = report.next(LocalTime.NOON, 1, stats(1, 0, 0, 0), before, NO_LATENCY);
        var now = new HttpStats(30, 1, 7, 1, 1);
        String lines = report.next(LocalTime.NOON, 2, stats(1, 0, 0, 0), now, NO_LATENCY);
        assertThat(lines)
                .contains("Requests: 13/sec")
                .endsWith("\n[12:00:00] Statuses: 20 2xx, 0 3xx, 5 4xx, 1 5xx");
    }

    private static ServerStats stats(int active, int pending, long requests, long bytesWritten) {
        return StatsFixture.of(
                Map.of(
                        "activeConnections", active,
                        "pendingConnections", pending,
                        "requests", requests,
                        "bytesWritten", bytesWritten));
    }
}
