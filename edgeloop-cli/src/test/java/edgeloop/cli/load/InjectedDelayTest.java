package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.Connection;
import edgeloop.PreciseTimer;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/**
 * Against a server that answers 99 requests of 100 in 5 ms and one in a second. A tester that
 * corrects for omission by inventing samples reports an average of 200 ms here.
 */
class InjectedDelayTest {
    private static final long SHORT_NANOS = 5_000_000;
    private static final long LONG_NANOS = 1_000_000_000;

    /** All requests are the same, and so are their answers. */
    private record Answer(Connection connection, long askedNanos, long dueNanos) {}

    /** On the server's reactor alone. */
    private static final class Delays implements FaultyServer.Fault {
        private final Deque<Answer> shortOnes = new ArrayDeque<>();
        private final Deque<Answer> longOnes = new ArrayDeque<>();
        private PreciseTimer timer;
        private byte[] bytes;

        /** What the server really took, which on a busy machine is more than it was to take. */
        private final Histogram truth = Interval.newHistogram();

        private double truthSumNanos;

        @Override
        public void answer(Connection connection, byte[] request, long number) {
            if (timer == null) {
                timer = connection.reactor().preciseTimer(this::send);
            }
            bytes = request;
            long now = System.nanoTime();
            if (number % 100 == 0) {
                longOnes.add(new Answer(connection, now, now + LONG_NANOS));
            } else {
                shortOnes.add(new Answer(connection, now, now + SHORT_NANOS));
            }
            setTimer();
        }

        private void send() {
            send(shortOnes);
            send(longOnes);
            setTimer();
        }

        private void send(Deque<Answer> answers) {
            long now = System.nanoTime();
            while (!answers.isEmpty() && answers.getFirst().dueNanos <= now) {
                Answer answer = answers.removeFirst();
                answer.connection.write(bytes);
                truth.recordValue(now - answer.askedNanos);
                truthSumNanos += now - answer.askedNanos;
            }
        }

        private void setTimer() {
            long first = Long.MAX_VALUE;
            for (Deque<Answer> answers : List.of(shortOnes, longOnes)) {
                if (!answers.isEmpty()) {
                    first = Math.min(first, answers.getFirst().dueNanos);
                }
            }
            if (first < Long.MAX_VALUE) {
                timer.set(first);
            }
        }
    }

    @Test
    void percentilesAndMeanAreThoseOfTheServer() throws Exception {
        load(new Delays(), 1); // lets the JVM compile
        Delays server = new Delays();
        StageRecord stage = load(server, 10);
        assumeTrue(
                Verdict.of(stage).isEmpty(),
                () -> "this machine is too busy; the tester itself says so: " + Verdict.of(stage));
        assertThat(stage.outcome().errors()).isEmpty();
        assertThat(stage.outcome().answered()).isEqualTo(server.truth.getTotalCount());
        for (double percentile : new double[] {50, 90}) {
            double truth = Latencies.percentileMillis(server.truth, percentile); // 5 ms
            assertThat(Latencies.percentileMillis(stage.response, percentile))
                    .as("p%.0f", percentile)
                    .isBetween(truth, truth + 1);
        }
        assertThat(Latencies.percentileMillis(stage.response, 99.5)).isCloseTo(1000, within(20.0));
        double mean = server.truthSumNanos / server.truth.getTotalCount(); // 14.95 ms
        assertThat(stage.responseSumNanos / stage.outcome().answered())
                .isCloseTo(mean, within(0.02 * mean));
    }

    private static StageRecord load(Delays delays, int seconds) throws Exception {
        try (FaultyServer server = FaultyServer.start(delays)) {
            return Runs.run(
                            Runs.echoes(server.port(), 20),
                            Runs.lasting(Duration.ofSeconds(seconds)))
                    .stage();
        }
    }
}
