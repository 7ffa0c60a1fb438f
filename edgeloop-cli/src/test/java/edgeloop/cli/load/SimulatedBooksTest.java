package edgeloop.cli.load;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The books are the server's, whatever it does, and whenever the user ends the run. */
@Tag("simulated")
class SimulatedBooksTest {
    static LongStream seeds() {
        return LongStream.rangeClosed(1, 100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void silenceAndRefusalsAreInTheBooksOnce(long seed, @TempDir Path folder) throws Exception {
        TroubledRun.of(seed).check(folder);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsOnItsWayWhenTheUserEndsTheRunIsInTheBooks(long seed) throws Exception {
        InterruptedRun.of(seed).check();
    }
}
