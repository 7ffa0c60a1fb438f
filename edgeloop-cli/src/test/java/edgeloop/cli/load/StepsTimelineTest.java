package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The timeline of several stages: each begins where the one before it has ended. */
class StepsTimelineTest {
    @TempDir private Path folder;

    @Test
    void noSliceBeginsInAnotherOrLastsNoTime() throws Exception {
        Path json = folder.resolve("run.json");
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.loadtest(
                    "-q",
                    "--rate",
                    "400,400,400",
                    "-d",
                    "1s",
                    "--warmup",
                    "0",
                    "--json",
                    json.toString(),
                    "localhost:" + server.port());
        }
        Results results = ResultsFile.read(json);
        double end = 0;
        for (Results.TimelineSlice slice : results.timeline()) {
            assertThat(slice.beginSeconds()).isEqualTo(end);
            assertThat(slice.endSeconds()).isGreaterThan(slice.beginSeconds());
            end = slice.endSeconds();
        }
        assertThat(end).isBetween(3.0, 4.0);
    }
}
