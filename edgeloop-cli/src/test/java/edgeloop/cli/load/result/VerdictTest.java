package edgeloop.cli.load.result;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.Runs;
import edgeloop.cli.load.measure.ResourceUsage;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StageRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When the tester says that the figures are its own. */
class VerdictTest {
    private static final long SECOND = 1_000_000_000;

    private static StageRecord stage(long cpuNanos, long waitNanos, long collectionMillis) {
        StageRecord stage = new StageRecord();
        ResourceUsage usage =
                new ResourceUsage(
                        10 * SECOND,
                        cpuNanos,
                        cpuNanos,
                        waitNanos,
                        0,
                        cpuNanos,
                        1,
                        collectionMillis);
        stage.end(
                new StageOutcome(
                        Runs.requests(1),
                        1,
                        1,
                        1,
                        Map.of(),
                        Map.of(),
                        0,
                        0,
                        0,
                        0,
                        0,
                        SECOND,
                        usage,
                        null));
        return stage;
    }

    @Test
    void aThreadWithTimeLeftIsNotLimited() {
        assertThat(Verdict.of(stage(8 * SECOND, 0, 0))).isEmpty();
    }

    @Test
    void aBusyThreadIs() {
        assertThat(Verdict.of(stage(95 * SECOND / 10, 0, 0)))
                .singleElement()
                .asString()
                .contains("busy 95%");
    }

    @Test
    void aThreadThatWaitsForACpuIs() {
        assertThat(Verdict.of(stage(0, 2 * SECOND, 0)))
                .singleElement()
                .asString()
                .contains("waited for a CPU 20%");
    }

    @Test
    void aCollectorThatHoldsItUpIs() {
        assertThat(Verdict.of(stage(0, 0, 200))).singleElement().asString().contains("collector");
    }

    @Test
    void lateSendsThatMatterAre() {
        StageRecord stage = stage(0, 0, 0);
        stage.response.recordValueWithCount(5_000_000, 1_000);
        stage.sendLag.recordValueWithCount(2_000_000, 1_000);
        assertThat(Verdict.of(stage)).singleElement().asString().contains("late");
    }

    @Test
    void lateSendsThatDoNotMatterAreNot() {
        StageRecord stage = stage(0, 0, 0);
        stage.response.recordValueWithCount(100_000_000, 1_000);
        stage.sendLag.recordValueWithCount(2_000_000, 1_000);
        assertThat(Verdict.of(stage)).isEmpty();
    }

    @Test
    void fewLateSendsSayNothing() {
        StageRecord stage = stage(0, 0, 0);
        stage.response.recordValueWithCount(5_000_000, 100);
        stage.sendLag.recordValueWithCount(2_000_000, 100);
        assertThat(Verdict.of(stage)).isEmpty();
    }
}
