package edgeloop.cli.load.report;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Censored;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** Says how far a run is, in a line every second. */
public final class Progress implements RunObserver {
    private static final int BAR_WIDTH = 20;
    private static final long LINE_NANOS = 1_000_000_000;

    private final Consumer<String> text;
    private final Histogram recent = Interval.newHistogram();
    private final Histogram recentUnanswered = Interval.newHistogram();
    private long recentArrived;
    private long answered;
    private long errors;
    private long recentBeginNanos;

    /**
     * @param text takes what is to be printed, line ends included
     */
    public Progress(Consumer<String> text) {
        this.text = text;
    }

    @Override
    public void stageBegan(StagePlan plan) {
        answered = 0;
        errors = 0;
        recentBeginNanos = 0;
        recent.reset();
        recentUnanswered.reset();
        recentArrived = 0;
        if (plan.unmeasuredNanos() > 0) {
            print(Text.format("warming up for %.1f s", plan.unmeasuredNanos() / 1e9));
        }
    }

    @Override
    public void intervalEnded(StagePlan plan, Interval interval) {
        recent.add(interval.response);
        recentUnanswered.add(interval.unanswered);
        recentArrived += interval.arrived;
        answered += interval.response.getTotalCount();
        errors += interval.errors;
        long nanos = interval.endNanos - recentBeginNanos;
        if (nanos >= LINE_NANOS) {
            print(line(plan, interval.endNanos, nanos));
            recent.reset();
            recentUnanswered.reset();
            recentArrived = 0;
            recentBeginNanos = interval.endNanos;
        }
    }

    private String line(StagePlan plan, long atNanos, long nanos) {
        double done =
                plan.requests() > 0
                        ? (double) (answered + errors) / plan.requests()
                        : (double) atNanos / plan.measureNanos();
        done = Math.clamp(done, 0.0, 1.0);
        int bars = (int) (done * BAR_WIDTH);
        double secondsLeft = done == 0 ? 0 : atNanos / 1e9 / done * (1 - done);
        return Text.format(
                "[%s%s] %3.0f%%  %s/s  p99 %s  %s errors  %.0f s left",
                "#".repeat(bars),
                ".".repeat(BAR_WIDTH - bars),
                100 * done,
                Text.rate(recentArrived * 1e9 / nanos),
                TextReport.millis(new Censored(recent, recentUnanswered), 99),
                Text.count(errors),
                Math.ceil(secondsLeft));
    }

    private void print(String line) {
        text.accept(line + "\n");
    }
}
