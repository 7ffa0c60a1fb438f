package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
        LatencyRecorder.Summary summary = recorder.takeInterval();
        assertThat(summary.averageMillis()).isCloseTo(0.0746, within(0.0001));
        assertThat(summary.p99Millis()).isCloseTo(0.5, within(0.001));
    }

    @Test
    void intervalsDoNotMix() {
        recorder.onServed(8_000_000);
        assertThat(recorder.takeInterval().averageMillis()).isCloseTo(8, within(0.01));
        recorder.onServed(1_000_000);
        assertThat(recorder.takeInterval().averageMillis()).isCloseTo(1, within(0.001));
        assertThat(recorder.takeInterval()).isEqualTo(new LatencyRecorder.Summary(0, 0));
    }

    @Test
    void absurdTimesAreClampedAndNotThrownAtTheReactor() {
        recorder.onServed(-1);
        recorder.onServed(0);
        recorder.onServed(Long.MAX_VALUE);
        assertThat(recorder.takeInterval().p99Millis()).isCloseTo(3_600_000, within(3_600.0));
    }
}
