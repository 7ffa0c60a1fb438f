package edgeloop.cli.load.measure;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All that was measured in a stage: the sum of its intervals, and their course. */
public final class StageRecord extends MeasuredTimes {
    private final Course window = new Course();
    private final Course afterWindow = new Course();
    private @Nullable StageOutcome outcome;

    public void add(Interval interval) {
        addTimes(interval);
        Slice slice = Slice.of(interval);
        if (!slice.isEmpty()) {
            (slice.afterWindow() ? afterWindow : window).add(slice);
        }
    }

    /** In order: those of the window, and those after it. */
    public List<Slice> slices() {
        return Stream.concat(window.slices().stream(), afterWindow.slices().stream()).toList();
    }

    public void end(StageOutcome ended) {
        outcome = ended;
        // Which answer is the last of a number, and ends the window, is known when nothing is on
        // its way any more.
        window.cutOff(ended.windowNanos()).forEach(afterWindow::add);
    }

    public StageOutcome outcome() {
        if (outcome == null) {
            throw new IllegalStateException("the stage has not ended");
        }
        return outcome;
    }
}
