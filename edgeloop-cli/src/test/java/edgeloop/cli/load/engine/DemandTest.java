package edgeloop.cli.load.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.measure.StagePlan;
import org.junit.jupiter.api.Test;

/** When requests are due. */
class DemandTest {
    private static final long SECOND = 1_000_000_000;

    private static Demand open(boolean poisson, long ramp, long warmup, long measure) {
        return Demand.of(new StagePlan(1000, poisson, 1, ramp, warmup, measure, 0));
    }

    private static long countUntil(Demand demand, long end) {
        long count = 0;
        while (demand.nextDue(end) <= end) {
            demand.take(end);
            count++;
        }
        return count;
    }

    @Test
    void constantRequestsAreEquallyFarApart() {
        Demand demand = open(false, 0, 0, SECOND);
        assertThat(demand.take(0)).isZero();
        assertThat(demand.take(0)).isEqualTo(1_000_000);
        assertThat(demand.take(0)).isEqualTo(2_000_000);
    }

    @Test
    void theWindowHoldsTheRateTimesItsLength() {
        Demand demand = open(false, 0, 0, 10 * SECOND);
        assertThat(countUntil(demand, 100 * SECOND)).isEqualTo(10_000);
        assertThat(demand.isExhausted(0)).isTrue();
    }

    @Test
    void poissonGapsAverageToTheRateAndVaryAsMuch() {
        Demand demand = open(true, 0, 0, 1000 * SECOND);
        double sum = 0;
        double squares = 0;
        long last = 0;
        int n = 100_000;
        for (int i = 0; i < n; i++) {
            long due = demand.take(0);
            double gap = (due - last) / 1e6;
            last = due;
            sum += gap;
            squares += gap * gap;
        }
        double mean = sum / n;
        assertThat(mean).isCloseTo(1, within(0.02));
        // An exponential distribution's deviation is its mean.
        assertThat(Math.sqrt(squares / n - mean * mean)).isCloseTo(1, within(0.02));
    }

    @Test
    void halfTheRequestsOfARampComeInItsLastPart() {
        Demand demand = open(false, 10 * SECOND, 0, SECOND);
        // Half of 1,000/s for 10 s; and a quarter of those by half the time.
        assertThat(countUntil(demand, 5 * SECOND)).isCloseTo(1250, within(1L));
        assertThat(countUntil(demand, 10 * SECOND)).isCloseTo(3750, within(2L));
    }

    @Test
    void onlyWhatIsDueAfterRampAndWarmupIsMeasured() {
        Demand demand = open(false, SECOND, SECOND, 2 * SECOND);
        countUntil(demand, 100 * SECOND);
        assertThat(demand.taken).isEqualTo(2000);
    }

    @Test
    void whatWasDueAndNotTakenIsCounted() {
        Demand demand = open(false, 0, 0, 10 * SECOND);
        countUntil(demand, 4 * SECOND - 1);
        demand.stop();
        assertThat(demand.untaken(10 * SECOND, _ -> {})).isEqualTo(6000);
    }

    @Test
    void aClosedLoopIsDueNowUntilItsLimit() {
        Demand demand = Demand.of(new StagePlan(0, false, 1, 0, 0, 0, 3));
        for (int i = 0; i < 3; i++) {
            assertThat(demand.take(70 + i)).isEqualTo(70 + i);
        }
        assertThat(demand.isExhausted(80)).isTrue();
        assertThat(demand.untaken(80, _ -> {})).isZero();
    }
}
