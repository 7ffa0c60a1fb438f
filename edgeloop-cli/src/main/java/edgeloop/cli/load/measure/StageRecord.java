package edgeloop.cli.load.measure;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** All that was measured in a stage: the sum of its intervals, and their course. */
public final class StageRecord {
    /** More slices than this are joined in pairs, so that a long run needs no more memory. */
    static final int MAX_SLICES = 240;

    public final Histogram response = Interval.newHistogram();
    public final Histogram service = Interval.newHistogram();
    public final Histogram unanswered = Interval.newHistogram();
    public final Histogram unserved = Interval.newHistogram();
    public final Histogram sendLag = Interval.newHistogram();
    public double responseSumNanos;
    public double serviceSumNanos;
    public double unansweredSumNanos;
    private List<Slice> slices = new ArrayList<>();

    /** How many intervals make a slice by now, and how many the last slice has. */
    private int intervalsPerSlice = 1;

    private int intervalsInLast = 1;
    private @Nullable StageOutcome outcome;

    public void add(Interval interval) {
        response.add(interval.response);
        service.add(interval.service);
        unanswered.add(interval.unanswered);
        unserved.add(interval.unserved);
        sendLag.add(interval.sendLag);
        responseSumNanos += interval.responseSumNanos;
        serviceSumNanos += interval.serviceSumNanos;
        unansweredSumNanos += interval.unansweredSumNanos;
        add(Slice.of(interval));
    }

    private void add(Slice slice) {
        if (slices.isEmpty() || intervalsInLast == intervalsPerSlice) {
            slices.add(slice);
            intervalsInLast = 1;
        } else {
            slices.set(slices.size() - 1, slices.getLast().with(slice));
            intervalsInLast++;
        }
        if (slices.size() > MAX_SLICES && intervalsInLast == intervalsPerSlice) {
            joinPairs();
        }
    }

    private void joinPairs() {
        List<Slice> joined = new ArrayList<>();
        for (int i = 0; i + 1 < slices.size(); i += 2) {
            joined.add(slices.get(i).with(slices.get(i + 1)));
        }
        intervalsInLast = 2 * intervalsPerSlice;
        intervalsPerSlice = intervalsInLast;
        if (slices.size() % 2 == 1) {
            joined.add(slices.getLast());
            intervalsInLast /= 2;
        }
        slices = joined;
    }

    public List<Slice> slices() {
        return slices;
    }

    public void end(StageOutcome ended) {
        outcome = ended;
    }

    public StageOutcome outcome() {
        if (outcome == null) {
            throw new IllegalStateException("the stage has not ended");
        }
        return outcome;
    }
}
