package edgeloop.cli.load.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.measure.StagePlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static List<Long> schedule(
            boolean poisson, long seed, int index, int count, long ramp) {
        StagePlan plan =
                new StagePlan(
                        1000.0 / count,
                        poisson,
                        seed,
                        ramp,
                        0,
                        100 * SECOND,
                        0,
                        new Shard(index, count));
        Demand demand = Demand.of(plan);
        List<Long> due = new ArrayList<>();
        while (demand.nextDue(0) != Demand.NEVER) {
            due.add(demand.take(0));
        }
        return due;
    }

    private static List<Long> together(boolean poisson, int count, long ramp) {
        List<Long> due = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            due.addAll(schedule(poisson, 1, i, count, ramp));
        }
        Collections.sort(due);
        return due;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 10 * SECOND})
    void shardsTakeTheRequestsOfOneScheduleInTurn(long ramp) {
        List<Long> whole = together(false, 1, ramp);
        for (int count : new int[] {2, 3, 7}) {
            List<Long> shards = together(false, count, ramp);
            assertThat(shards.size()).isEqualTo(whole.size());
            for (int i = 0; i < whole.size(); i++) {
                assertThat(shards.get(i)).isCloseTo(whole.get(i), within(1L));
            }
        }
    }

    @Test
    void randomShardsAddUpToARandomWhole() {
        List<Long> due = together(true, 4, 0);
        assertThat(due.size()).isCloseTo(100_000, within(1500)); // five deviations
        double squares = 0;
        for (int i = 1; i < due.size(); i++) {
            double gap = (due.get(i) - due.get(i - 1)) / 1e6;
            squares += gap * gap;
        }
        // An exponential distribution's mean square is twice its mean's.
        assertThat(squares / due.size()).isCloseTo(2, within(0.1));
    }

    @Test
    void eachShardAndSeedHasItsOwnStream() {
        assertThat(schedule(true, 1, 1, 2, 0)).isEqualTo(schedule(true, 1, 1, 2, 0));
        Set<Long> all = new HashSet<>();
        int sum = 0;
        for (long seed = 1; seed <= 3; seed++) {
            for (int i = 1; i <= 2; i++) {
                List<Long> due = schedule(true, seed, i, 2, 0);
                sum += due.size();
                all.addAll(due);
            }
        }
        // Few of these times, in nanoseconds, are the same.
        assertThat(sum - all.size()).isLessThan(20);
    }
}
