package edgeloop.cli.load.engine;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.Runs;
import edgeloop.cli.load.measure.ConnectionCounts;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.ResourceUsage;
import edgeloop.cli.load.measure.StageOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What several engines measure at the same time is one course. */
class StageMergeTest {
    private final List<String> recycled = new ArrayList<>();
    private final StageMerge merge =
            new StageMerge(
                    Runs.requests(1),
                    2,
                    (interval, engine) -> recycled.add(engine + " " + interval.dueNanos));

    private static Interval interval(long due, long end, int answers) {
        Interval interval = new Interval();
        interval.dueNanos = due;
        interval.endNanos = end;
        interval.inFlight = answers;
        interval.connections = 1;
        for (int i = 0; i < answers; i++) {
            interval.answered(1_000);
            interval.arrived++;
        }
        return interval;
    }

    private static StageOutcome outcome(long answered, String endedEarly) {
        return new StageOutcome(
                Runs.requests(1),
                answered,
                answered,
                answered,
                Map.of("reset", answered),
                Map.of(),
                0,
                0,
                0,
                0,
                answered,
                11 * answered,
                new ResourceUsage(100, answered, answered, answered, answered, 7, 1, 1),
                endedEarly);
    }

    private static ConnectionCounts counts(long established) {
        return new ConnectionCounts(
                established, established, Map.of(), 0, Map.of(), established, 0, Map.of());
    }

    private Interval next() {
        return Objects.requireNonNull(merge.next());
    }

    @Test
    void intervalsThatEndTogetherAreOne() {
        merge.add(0, interval(100, 101, 3));
        assertThat(merge.next()).isNull();
        merge.add(1, interval(100, 104, 4));
        Interval both = next();
        assertThat(both.beginNanos).isZero();
        assertThat(both.endNanos).isEqualTo(104);
        assertThat(both.arrived).isEqualTo(7);
        assertThat(both.response.getTotalCount()).isEqualTo(7);
        assertThat(both.inFlight).isEqualTo(7);
        assertThat(both.connections).isEqualTo(2);
        assertThat(recycled).containsExactly("0 100", "1 100");
        assertThat(merge.next()).isNull();
    }

    /** Each thread's window begins with its own first request, and that of all with the first. */
    @Test
    void timesCountFromTheFirstOfAll() {
        Interval later = interval(100, 101, 3);
        later.windowBeginNanos = 17;
        merge.add(0, later);
        Interval first = interval(100, 104, 4);
        first.windowBeginNanos = 10;
        merge.add(1, first);
        assertThat(next().endNanos).isEqualTo(108);
    }

    @Test
    void whereOneLeavesAMomentOutTheOthersLastAsLong() {
        merge.add(0, interval(100, 100, 1));
        merge.add(0, interval(200, 201, 2));
        merge.add(1, interval(200, 200, 4));
        Interval both = next();
        assertThat(both.beginNanos).isZero();
        assertThat(both.endNanos).isEqualTo(201);
        assertThat(both.arrived).isEqualTo(7);
        merge.add(1, interval(300, 300, 1));
        merge.add(0, interval(300, 302, 1));
        assertThat(next().beginNanos).isEqualTo(201);
    }

    @Test
    void oneThatHasDoneItsPartIsNotWaitedFor() {
        merge.add(0, interval(100, 60, 5));
        merge.end(0, outcome(5, null), counts(2));
        assertThat(merge.isOver()).isFalse();
        merge.add(1, interval(100, 100, 1));
        assertThat(next().arrived).isEqualTo(6);
        merge.add(1, interval(200, 130, 1));
        Interval last = next();
        assertThat(last.arrived).isEqualTo(1);
        assertThat(last.connections).as("those of both").isEqualTo(2);
        merge.end(1, outcome(2, null), counts(3));
        assertThat(merge.isOver()).isTrue();
        assertThat(merge.next()).isNull();
        assertThat(merge.connections().established()).isEqualTo(5);
        assertThat(merge.connections().phaseNanos()).isEqualTo(3);
    }

    /** One was late and then had done its part; the other's next interval ends before that. */
    @Test
    void noIntervalEndsBeforeItBegins() {
        merge.add(0, interval(100, 100, 1));
        merge.add(0, interval(200, 200, 1));
        merge.add(1, interval(100, 240, 1));
        assertThat(next().endNanos).isEqualTo(240);
        merge.end(1, outcome(1, null), counts(1));
        Interval after = next();
        assertThat(after.beginNanos).isEqualTo(240);
        assertThat(after.endNanos).isEqualTo(240);
        assertThat(after.arrived).isEqualTo(1);
    }

    @Test
    void whatIsLeftWhenAllAreDoneComesInOrder() {
        merge.add(0, interval(100, 100, 1));
        Interval late = interval(200, 150, 2);
        late.afterWindow = true;
        merge.add(0, late);
        merge.end(0, outcome(3, null), counts(1));
        merge.add(1, interval(100, 99, 1));
        merge.end(1, outcome(1, null), counts(1));
        assertThat(next().afterWindow).isFalse();
        assertThat(next().afterWindow).isTrue();
        assertThat(merge.next()).isNull();
    }

    @Test
    void outcomesAddUpAndTheLongestTimeCounts() {
        merge.end(0, outcome(5, null), counts(1));
        merge.end(1, outcome(2, "the server is gone"), counts(1));
        StageOutcome both = merge.outcome();
        assertThat(both.answered()).isEqualTo(7);
        assertThat(both.errors()).isEqualTo(Map.of("reset", 7L));
        assertThat(both.windowNanos()).as("from the first begin to the last end").isEqualTo(53);
        assertThat(both.endedEarly()).isEqualTo("the server is gone");
        assertThat(both.usage()).isEqualTo(new ResourceUsage(100, 7, 5, 5, 7, 7, 1, 1));
    }
}
