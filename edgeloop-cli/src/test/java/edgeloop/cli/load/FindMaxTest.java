package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.result.Results;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --find-max} finds the capacity of a server that is known. */
class FindMaxTest {
    @TempDir Path folder;

    @ParameterizedTest(name = "one worker of {0} us")
    @ValueSource(ints = {200, 2_000, 20_000, 200_000})
    @Execution(ExecutionMode.CONCURRENT)
    void findMaxFindsTheCapacity(int serviceMicros) throws Exception {
        double capacity = 1e6 / serviceMicros;
        try (FaultyServer server =
                FaultyServer.start(new InjectedServer(1, () -> serviceMicros * 1_000L))) {
            Results results =
                    Outputs.run(
                                    folder,
                                    FaultyServer.Protocol.RAW,
                                    server,
                                    "-c",
                                    "100",
                                    "--rate",
                                    "" + Math.round(0.7 * capacity),
                                    "-d",
                                    serviceMicros > 20_000 ? "6s" : "1500ms",
                                    "--warmup",
                                    "500ms",
                                    "--find-max",
                                    "p99<1s")
                            .results();
            assertThat(results.search().highestRate()).isCloseTo(capacity, within(0.05 * capacity));
        }
    }
}
