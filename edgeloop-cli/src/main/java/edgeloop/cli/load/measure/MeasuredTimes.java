package edgeloop.cli.load.measure;

import org.HdrHistogram.Histogram;

/** How long what was measured took: of an interval, and of all those of a stage. */
public abstract sealed class MeasuredTimes permits Interval, StageRecord {
    public final Histogram response = Interval.newHistogram();
    public final Histogram service = Interval.newHistogram();

    /** How long those had waited, from when they were due, that got no answer. */
    public final Histogram unanswered = Interval.newHistogram();

    /** And from when they were sent. */
    public final Histogram unserved = Interval.newHistogram();

    /** How late requests were sent though there was a connection for them. */
    public final Histogram sendLag = Interval.newHistogram();

    /** Exact, where a histogram knows only its buckets. */
    public double responseSumNanos;

    public double serviceSumNanos;
    public double unansweredSumNanos;

    final void addTimes(MeasuredTimes other) {
        response.add(other.response);
        service.add(other.service);
        unanswered.add(other.unanswered);
        unserved.add(other.unserved);
        sendLag.add(other.sendLag);
        responseSumNanos += other.responseSumNanos;
        serviceSumNanos += other.serviceSumNanos;
        unansweredSumNanos += other.unansweredSumNanos;
    }

    final void clearTimes() {
        response.reset();
        service.reset();
        unanswered.reset();
        unserved.reset();
        sendLag.reset();
        responseSumNanos = 0;
        serviceSumNanos = 0;
        unansweredSumNanos = 0;
    }
}
