package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LatencyRecorderTest {
    private final LatencyRecorder recorder = new LatencyRecorder();

    @Test
    void summaryIsInMilliseconds() {
        for (int i = 0; i < 98; i++) {
            recorder.onServed(20_000);
        }
        recorder.onServed(500_000);
        recorder.onServed(5_000_000);
        LatencyRecorder.Summary summary = LatencyRecorder.takeInterval(List.of(recorder));
        assertThat(summary.averageMillis()).isCloseTo(0.0746, within(0.0001));
        assertThat(summary.p99Millis()).isCloseTo(0.5, within(0.001));
    }

    @Test
    void intervalsDoNotMix() {
        recorder.onServed(8_000_000);
        assertThat(LatencyRecorder.takeInterval(List.of(recorder)).averageMillis())
                .isCloseTo(8, within(0.01));
        recorder.onServed(1_000_000);
        assertThat(LatencyRecorder.takeInterval(List.of(recorder)).averageMillis())
                .isCloseTo(1, within(0.001));
        assertThat(LatencyRecorder.takeInterval(List.of(recorder)))
                .isEqualTo(new LatencyRecorder.Summary(0, 0));
    }

    @Test
    void absurdTimesAreClampedAndNotThrownAtTheReactor() {
        recorder.onServed(-1);
        recorder.onServed(0);
        recorder.onServed(Long.MAX_VALUE);
        assertThat(LatencyRecorder.takeInterval(List.of(recorder)).p99Millis())
                .isCloseTo(3_600_000, within(3_600.0));
    }

    @Test
    void severalReactorsAreOneSummary() {
        LatencyRecorder other = new LatencyRecorder();
        recorder.onServed(1_000_000);
        other.onServed(3_000_000);
        List<LatencyRecorder> both = List.of(recorder, other);
        assertThat(LatencyRecorder.takeInterval(both).averageMillis()).isCloseTo(2, within(0.01));
        assertThat(LatencyRecorder.takeInterval(both)).isEqualTo(new LatencyRecorder.Summary(0, 0));
    }
}
