package edgeloop.cli.load.engine;

import edgeloop.cli.load.measure.ErrorCounts;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.Meter;
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

    private final Meter meter;
    final ErrorCounts errors = new ErrorCounts();
    final ErrorCounts unmeasuredErrors = new ErrorCounts();
    Interval interval;
    long answered;
    private long arrivedInWindow;
    long unmeasured;

    /** Measured answers by the first digit of their HTTP status. */
    private final long[] statusClasses = new long[6];

    /** When the interval is to end. */
    long nextIntervalEnd;

    /** When sending ended. */
    long windowEnd = OPEN;

    private long firstSent = OPEN;
    private long lastAnswer;

    /** When the last request was answered, or failed. */
    private long lastSettled;

    /** A request is due and no connection can take it. */
    boolean starved;

    /** Since when a connection can take what is due: before, the server was to blame. */
    long capacitySince;

    private boolean measuring;
    private ResourceUsage usage = ResourceUsage.NONE;

    StageRun(StagePlan plan, long beginNanos, Interval interval, Meter meter) {
        this.plan = plan;
        this.demand = Demand.of(plan);
        this.beginNanos = beginNanos;
        this.interval = interval;
        this.meter = meter;
    }

    boolean isMeasured(long due) {
        return due >= demand.measureFrom;
    }

    void beginMeasuring() {
        measuring = true;
        usage = meter.atBegin();
    }

    boolean isMeasuring() {
        return measuring;
    }

    /** A request is sent. */
    void sent(long due, long now) {
        if (firstSent == OPEN && isMeasured(due)) {
            firstSent = now;
        }
    }

    void answered(long due, long sent, long now) {
        lastAnswer = now;
        lastSettled = now;
        arrived(due, now);
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

    /**
     * An answer has come that is as expected. What a server does in the window is what comes in it,
     * whichever request it answers: one that was sent in the window and is answered after it has
     * its counterpart, which was sent before.
     */
    private void arrived(long due, long now) {
        boolean counts = isByNumber() ? isMeasured(due) : now >= demand.measureFrom;
        if (counts) {
            interval.arrived++;
            if (now < demand.endOfSending) {
                arrivedInWindow++;
            }
        }
    }

    /** When what is measured began, or will: with the first request, where a number is sent. */
    long windowBegin() {
        return isByNumber() && firstSent != OPEN ? firstSent : demand.measureFrom;
    }

    /**
     * Whether an interval may end at {@code now}: not before the first request was sent, and not
     * between the window's end and the timer that tells of it.
     */
    boolean mayEndInterval(long now) {
        return measuring
                && (!isByNumber() || firstSent != OPEN)
                && (interval.afterWindow || now < demand.endOfSending);
    }

    /** Ends the interval at {@code now}, or with the window that it is of. */
    void endInterval(long now) {
        long end = interval.afterWindow ? now : Math.min(now, demand.endOfSending);
        interval.windowBeginNanos = windowBegin();
        interval.endNanos = Math.max(interval.beginNanos, end - interval.windowBeginNanos);
    }

    private boolean isByNumber() {
        return plan.requests() > 0;
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

    /** A wrong answer has come at {@code now}. */
    void answeredWrong(int cause, long due, long now) {
        lastAnswer = now;
        lastSettled = now;
        failed(cause, due);
    }

    /** No answer comes any more: the request has waited at least until {@code now}. */
    void unanswered(int cause, long due, long sent, long now) {
        lastSettled = now;
        failed(cause, due);
        waited(due, sent, now);
    }

    /** A request on its way has no answer at {@code now}. */
    void waited(long due, long sent, long now) {
        if (isMeasured(due)) {
            interval.unanswered(now - due);
            if (plan.isOpenLoop()) {
                interval.unserved(now - sent);
            }
        }
    }

    private void failed(int cause, long due) {
        if (isMeasured(due)) {
            errors.add(cause, 1);
            interval.errors++;
        } else {
            unmeasuredErrors.add(cause, 1);
        }
    }

    /** No more requests are sent. */
    void closeWindow(long now) {
        if (windowEnd == OPEN) {
            windowEnd = now;
            usage = measuring ? meter.atEnd().minus(usage) : ResourceUsage.NONE;
        }
    }

    /**
     * The stage is over at {@code now}. What is unsent is counted among what has no answer, and so
     * the outcome comes before the last interval is passed on.
     */
    StageOutcome outcome(long now, long inFlight, @Nullable String endedEarly) {
        boolean allSettled = isByNumber() && endedEarly == null;
        long end = allSettled ? lastSettled : now;
        closeWindow(allSettled && lastAnswer > windowBegin() ? lastAnswer : end);
        endInterval(end);
        boolean byServer = endedEarly != null && !endedEarly.equals(StageOutcome.INTERRUPTED);
        long before = interval.unanswered.getTotalCount();
        long unsent =
                demand.untaken(Math.min(now, windowEnd), due -> interval.unanswered(now - due));
        long dueUnsent = interval.unanswered.getTotalCount() - before;
        for (long i = dueUnsent; byServer && i < unsent; i++) {
            // They would have been sent, the next ones when the last answer came.
            interval.unanswered(plan.isOpenLoop() ? 0 : now - lastAnswer);
        }
        long scheduled = isByNumber() ? plan.requests() : demand.taken + unsent;
        return new StageOutcome(
                plan,
                scheduled,
                answered,
                arrivedInWindow,
                errors.byName(),
                statuses(),
                unsent,
                inFlight,
                unmeasured,
                unmeasuredErrors.total(),
                windowBegin(),
                windowEnd,
                usage,
                endedEarly);
    }
}
