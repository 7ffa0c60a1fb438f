package edgeloop.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A seed means the same run, whatever ran before it. */
class ReplayTest {
    private static final int SEEDS = 300;

    @Test
    void aSeedMakesTheSameCallsAfterOthersAndAlone() {
        SeedRunner runner = new SeedRunner();
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(runner.run(Case.of(seed), null)).isNull();
            SeedRunner alone = new SeedRunner();
            assertThat(alone.run(Case.of(seed), null)).isNull();

            assertThat(runner.hash()).as("seed %d", seed).isEqualTo(alone.hash());
        }
    }

    @Test
    void aTraceChangesNothing() {
        SeedRunner runner = new SeedRunner();
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(runner.run(Case.of(seed), null)).isNull();
            long hash = runner.hash();
            assertThat(runner.run(Case.of(seed), new Trace())).isNull();

            assertThat(runner.hash()).as("seed %d", seed).isEqualTo(hash);
        }
    }

    @Test
    void twoTracesOfASeedAreEqual() {
        Trace first = new Trace();
        Trace second = new Trace();
        new SeedRunner().run(Case.of(7), first);
        new SeedRunner().run(Case.of(7), second);

        assertThat(first.toString()).contains("epoll_wait").isEqualTo(second.toString());
    }

    @Test
    void thePrintedMaskOfAllPeersIsTaken() {
        String command = Case.of(7).withoutPeers(~1L).command();

        assertThat(command).endsWith("DROP_PEERS=0xfffffffffffffffe");
        assertThat(Case.mask("0xfffffffffffffffe")).isEqualTo(~1L);
        assertThat(Case.mask("6")).isEqualTo(6);
    }
}
