package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.measure.StageRecord;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In a closed loop, requests per second times the mean latency is the number of requests on their
 * way: J. Little, "A Proof for the Queuing Formula: L = λW", Operations Research 9(3), 1961. A
 * tester that loses time between an answer and the next request, or measures from the wrong moment,
 * breaks it.
 */
class LittlesLawTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 200})
    void rateTimesLatencyIsTheNumberOfConnections(int connections) throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            StageRecord stage =
                    Runs.run(
                                    Runs.echoes(server.port(), connections),
                                    Runs.lasting(Duration.ofSeconds(3)))
                            .stage();
            assertLittle(stage, connections);
        }
    }

    @Test
    void aPipelineCountsAsManyConnections() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            EngineOptions options = Runs.withPipeline(Runs.echoes(server.port(), 10), 8);
            assertLittle(Runs.run(options, Runs.lasting(Duration.ofSeconds(3))).stage(), 80);
        }
    }

    private static void assertLittle(StageRecord stage, int onTheirWay) {
        double meanSeconds = stage.responseSumNanos / stage.outcome().answered() / 1e9;
        // What those on their way at the end take after it is in the latencies, but no time of the
        // window: each of its connections has at most one such request, of the longest latency.
        double ends = (double) stage.response.getMaxValue() / stage.outcome().windowNanos();
        assertThat(stage.outcome().requestsPerSecond() * meanSeconds)
                .isCloseTo(onTheirWay, within(Math.max(0.02, ends) * onTheirWay));
    }
}
