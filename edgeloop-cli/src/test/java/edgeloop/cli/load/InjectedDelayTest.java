package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.result.Latencies;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/**
 * Against a server that answers 99 requests of 100 in 5 ms and one in a second. A tester that
 * corrects for omission by inventing samples reports an average of 200 ms here.
 */
class InjectedDelayTest {
    private static final long SHORT_NANOS = 5_000_000;
    private static final long LONG_NANOS = 1_000_000_000;

    /** What the first request of all may have been on its way before the server had it. */
    private static final double WAY_MILLIS = 0.2;

    @Test
    void percentilesAndMeanAreThoseOfTheServer() throws Exception {
        load(delays(), 1); // lets the JVM compile
        InjectedServer server = delays();
        StageRecord stage = load(server, 10);
        assertThat(stage.outcome().errors()).isEmpty();
        assertThat(stage.outcome().answered()).isEqualTo(server.answered());
        Histogram longest = server.longestOfClosedLoop();
        for (double percentile : new double[] {50, 90, 99.5}) {
            assertThat(Latencies.percentileMillis(stage.response, percentile))
                    .as("p%.1f", percentile)
                    .isBetween(
                            0.999 * server.percentileMillis(percentile), // 5 ms, and 1 s
                            1.001 * Latencies.percentileMillis(longest, percentile) + WAY_MILLIS);
        }
        long count = stage.outcome().answered();
        assertThat(stage.responseSumNanos / count / 1e6)
                .isBetween(
                        0.999 * server.meanOfFastestMillis(count), // 14.95 ms
                        1.001 * longest.getMean() / 1e6 + WAY_MILLIS);
    }

    private static InjectedServer delays() {
        AtomicLong number = new AtomicLong();
        return InjectedServer.delaying(
                () -> number.incrementAndGet() % 100 == 0 ? LONG_NANOS : SHORT_NANOS);
    }

    private static StageRecord load(InjectedServer delays, int seconds) throws Exception {
        try (FaultyServer server = FaultyServer.start(delays)) {
            return Runs.run(
                            Runs.echoes(server.port(), 20),
                            Runs.lasting(Duration.ofSeconds(seconds)))
                    .stage();
        }
    }
}
