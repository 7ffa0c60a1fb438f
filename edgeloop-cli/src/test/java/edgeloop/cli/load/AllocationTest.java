package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No garbage, so no pause: nothing is allocated per request once the code is compiled. */
class AllocationTest {
    private static final long WARMUP = Duration.ofSeconds(3).toNanos();
    private static final long MEASURE = Duration.ofSeconds(3).toNanos();

    @ParameterizedTest
    @ValueSource(doubles = {0, 5000})
    void nothingIsAllocatedPerRequest(double rate) throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            StageOutcome outcome =
                    Runs.run(
                                    Runs.echoes(server.port(), 20),
                                    new StagePlan(rate, false, 1, 0, WARMUP, MEASURE, 0))
                            .outcome();
            // An interval of 250 ms costs an event for the main thread: far less than a byte per
            // request.
            assertThat((double) outcome.usage().threadAllocatedBytes() / outcome.answered())
                    .isLessThan(1);
        }
    }
}
