package edgeloop.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seeds that nobody has run before, on two threads. The first is drawn from the clock and printed;
 * {@code make simulate FROM=...} runs the same.
 *
 * <p>They come upon these edge cases, again and again: E1, E2, E3, E4, E5 (accepting); E6, E7, E8,
 * E9, E10, E11, E12, E57 (reading, and what handlers do); E13, E14, E15, E16, E17 (writing); E19,
 * E20, E21, E22, E23, E24, E25, E27, E62 (closing); E32, E33, E34, E35, E36, E37, E38, E39, E40,
 * E41, E63 (the loop, and time); E48, E51, E52, E53, E54, E55, E56, E72, E73, E74, E75 (HTTP, and
 * files); E66 (failed calls); E67, E68 (shortages); E60, E61, E70 (the end).
 */
class SeedsTest {
    private static final int SEEDS = 100_000;
    private static final int PARTS = 2;
    private static final long FROM = System.currentTimeMillis() * 1_000;

    @ParameterizedTest(name = "part {0}")
    @ValueSource(ints = {0, 1})
    @Execution(ExecutionMode.CONCURRENT)
    void noRuleIsBroken(int part) {
        long from = FROM + (long) part * SEEDS / PARTS;
        System.out.printf("Seeds: make simulate FROM=%d SEEDS=%d%n", from, SEEDS / PARTS);
        SeedRunner runner = new SeedRunner();
        for (long seed = from; seed < from + SEEDS / PARTS; seed++) {
            Case run = Case.of(seed);
            assertThat(runner.run(run, null)).as(run.command()).isNull();
        }
    }
}
