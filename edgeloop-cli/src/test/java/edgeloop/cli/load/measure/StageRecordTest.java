package edgeloop.cli.load.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A stage's course takes no more memory however long it is, and loses nothing. */
class StageRecordTest {
    @Test
    void slicesAreJoinedAndNothingIsLost() {
        StageRecord stage = new StageRecord();
        Interval interval = new Interval();
        int intervals = 1003;
        for (int i = 0; i < intervals; i++) {
            interval.clear();
            interval.beginNanos = i;
            interval.endNanos = i + 1L;
            interval.answered(1000 + i);
            stage.add(interval);
        }
        assertThat(stage.slices()).hasSizeLessThanOrEqualTo(Course.MAX_SLICES);
        assertThat(stage.slices().getFirst().beginNanos()).isZero();
        assertThat(stage.slices().getLast().endNanos()).isEqualTo(intervals);
        long end = 0;
        long total = 0;
        for (Slice slice : stage.slices()) {
            assertThat(slice.beginNanos()).isEqualTo(end);
            end = slice.endNanos();
            total += slice.response().toHistogram().getTotalCount();
        }
        assertThat(total).isEqualTo(intervals);
        assertThat(stage.response.getTotalCount()).isEqualTo(intervals);
    }

    /** The window's end is never within a slice, however many are joined. */
    @Test
    void whatCameAfterTheWindowStaysApart() {
        StageRecord stage = new StageRecord();
        Interval interval = new Interval();
        int window = 999;
        for (int i = 0; i < 2 * window; i++) {
            interval.clear();
            interval.beginNanos = i;
            interval.endNanos = i + 1L;
            interval.afterWindow = i >= window;
            stage.add(interval);
        }
        assertThat(stage.slices())
                .allMatch(slice -> slice.afterWindow() == (slice.beginNanos() >= window))
                .allMatch(slice -> slice.afterWindow() || slice.endNanos() <= window);
        assertThat(stage.slices().getLast().endNanos()).isEqualTo(2L * window);
    }
}
