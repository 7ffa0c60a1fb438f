package edgeloop.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Seeds that nobody has run before. The first is drawn from the clock and printed; {@code make
 * simulate FROM=...} runs the same.
 */
class SeedsTest {
    private static final int SEEDS = 100_000;

    @Test
    void noRuleIsBroken() {
        long from = System.currentTimeMillis() * 1_000;
        System.out.printf("make simulate FROM=%d SEEDS=%d%n", from, SEEDS);
        SeedRunner runner = new SeedRunner();
        for (long seed = from; seed < from + SEEDS; seed++) {
            Case run = Case.of(seed);
            assertThat(runner.run(run, null)).as(run.command()).isNull();
        }
    }
}
