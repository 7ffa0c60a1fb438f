package edgeloop.cli.load.engine;

import edgeloop.cli.load.measure.ErrorCounts;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.ResourceUsage;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The stage that is under way. Times are in nanoseconds since it began. */
final class StageRun {
    static final long OPEN = Long.MAX_VALUE;

    final StagePlan plan;
    final Demand demand;

    /** On {@link System#nanoTime}'s clock. */
    final long beginNanos;

    final ErrorCounts errors = new ErrorCounts();
    final ErrorCounts unmeasuredErrors = new ErrorCounts();
    Interval interval;
    long answered;
    long answeredInWindow;
    long unmeasured;

    /** Measured answers by the first digit of their HTTP status. */
    private final long[] statusClasses = new long[6];

    /** When sending ended. */
    long windowEnd = OPEN;

    long lastAnswer;

    /** A request is due and no connection can take it. */
    boolean starved;

    /** Since when a connection can take what is due: before, the server was to blame. */
    long capacitySince;

    private boolean measuring;
    private ResourceUsage usage = ResourceUsage.NONE;

    StageRun(StagePlan plan, long beginNanos, Interval interval) {
        this.plan = plan;
        this.demand = Demand.of(plan);
        this.beginNanos = beginNanos;
        this.interval = interval;
    }

    boolean isMeasured(long due) {
        return due >= demand.measureFrom;
    }

    void beginMeasuring() {
        measuring = true;
        usage = ResourceUsage.atBegin();
    }

    boolean isMeasuring() {
        return measuring;
    }

    void answered(long due, long sent, long now) {
        lastAnswer = now;
        if (due < demand.measureFrom) {
            unmeasured++;
            return;
        }
        answered++;
        interval.answered(now - due);
        if (plan.isOpenLoop()) {
            interval.served(now - sent);
        }
    }

    /** An answer with this HTTP status, right or wrong. */
    void came(int status, long due) {
        if (isMeasured(due)) {
            statusClasses[status / 100]++;
        }
    }

    private Map<String, Long> statuses() {
        Map<String, Long> named = new TreeMap<>();
        for (int i = 0; i < statusClasses.length; i++) {
            if (statusClasses[i] > 0) {
                named.put(i + "xx", statusClasses[i]);
            }
        }
        return named;
    }

    void failed(int cause, long due) {
        if (isMeasured(due)) {
            errors.add(cause, 1);
            interval.errors++;
        } else {
            unmeasuredErrors.add(cause, 1);
        }
    }

    /** No more requests are sent: what counts towards the rate is what has been answered. */
    void closeWindow(long now) {
        if (windowEnd == OPEN) {
            windowEnd = now;
            answeredInWindow = answered;
            usage = measuring ? ResourceUsage.atEnd().minus(usage) : ResourceUsage.NONE;
        }
    }

    StageOutcome outcome(long now, long inFlight, @Nullable String endedEarly) {
        long unsent = demand.untaken(Math.min(now, windowEnd));
        long scheduled = plan.requests() > 0 ? plan.requests() : demand.taken + unsent;
        return new StageOutcome(
                plan,
                scheduled,
                answered,
                answeredInWindow,
                errors.byName(),
                statuses(),
                unsent,
                inFlight,
                unmeasured,
                unmeasuredErrors.total(),
                Math.max(0, windowEnd - demand.measureFrom),
                usage,
                endedEarly);
    }
}
