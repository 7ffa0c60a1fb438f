package edgeloop.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.tls.openssl.OpenSsl;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Seeds of TLS alone, of which {@link SeedsTest} has one in 32. They come upon these edge cases:
 * E49, E50.
 */
class TlsSeedsTest {
    private static final int SEEDS = 3_000;

    @BeforeAll
    static void thereIsOpenSsl() {
        Assumptions.assumeTrue(OpenSsl.missing() == null, OpenSsl.missing());
    }

    @Test
    void noRuleIsBroken() {
        SeedRunner runner = tls();
        for (long seed = 1; seed <= SEEDS; seed++) {
            Case run = Case.of(seed);
            assertThat(runner.run(run, null)).as("seed %d", seed).isNull();
        }
    }

    /** Byte for byte: chance is the seed's. */
    @Test
    void seedRunsTheSameEachTime() {
        SeedRunner runner = tls();
        for (long seed = 1; seed <= 100; seed++) {
            assertThat(runner.run(Case.of(seed), null)).isNull();
            long first = runner.hash();
            assertThat(runner.run(Case.of(seed), null)).isNull();
            assertThat(runner.hash()).as("seed %d", seed).isEqualTo(first);
        }
    }

    private static SeedRunner tls() {
        return new SeedRunner(TlsScenario::play);
    }
}
