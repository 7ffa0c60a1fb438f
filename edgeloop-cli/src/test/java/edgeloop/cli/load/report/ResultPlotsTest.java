package edgeloop.cli.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.result.Results;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a timeline is marked as silence. */
class ResultPlotsTest {
    private static Results.TimelineSlice slice(double begin, double end, long answered) {
        return new Results.TimelineSlice(
                begin, end, begin >= 1, answered, answered, 0, 10, 10, 1.0, 1.0, 1.0, "");
    }

    @Test
    void neighboursWithoutAnswersAreOnePause() {
        assertThat(
                        ResultPlots.pauses(
                                List.of(
                                        slice(0, 0.25, 100),
                                        slice(0.25, 0.5, 0),
                                        slice(0.5, 0.75, 0),
                                        slice(0.75, 1, 100))))
                .containsExactly(new ResultPlots.Pause(0.25, 0.75));
    }

    /** The answers that are on their way at the end come a part of a millisecond after it. */
    @Test
    void restOfSliceIsNoPause() {
        assertThat(
                        ResultPlots.pauses(
                                List.of(
                                        slice(0, 0.5, 100),
                                        slice(0.5, 1, 100),
                                        slice(1, 1.0008, 0),
                                        slice(1.0008, 1.0026, 1))))
                .isEmpty();
    }

    @Test
    void silenceToTheEndIsOnePause() {
        assertThat(ResultPlots.pauses(List.of(slice(0, 0.5, 0), slice(0.5, 0.6, 0))))
                .containsExactly(new ResultPlots.Pause(0, 0.6));
    }
}
