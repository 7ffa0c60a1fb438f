package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.tls.Tls;
import java.time.Duration;
import org.junit.jupiter.api.Test;
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

    /** Of requests over TLS: OpenSSL's memory is its own, and ours is lent. */
    @Test
    void nothingIsAllocatedPerRequestOverTls() throws Exception {
        assumeTrue(LoadCertificates.areOfUse(), "TLS");
        LoadCertificates certificates = LoadCertificates.get();
        try (FaultyServer server =
                FaultyServer.startTls(
                        FaultyServer.Protocol.RAW, certificates.server(), FaultyServer.NONE)) {
            EngineOptions options =
                    Runs.withTls(
                            Runs.echoes(server.port(), 20),
                            Tls.client().withTrust(certificates.chain()));
            StageOutcome outcome =
                    Runs.run(options, new StagePlan(0, false, 1, 0, WARMUP, MEASURE, 0)).outcome();
            assertThat(outcome.errors()).isEmpty();
            assertThat((double) outcome.usage().threadAllocatedBytes() / outcome.answered())
                    .isLessThan(1);
        }
    }
}
