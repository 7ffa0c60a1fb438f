package edgeloop.cli.load.report;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.SparseCounts;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.result.Censored;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What the live view shows of a run: its phase, and the figures of the stage under way. */
final class LiveFigures {
    /** How far back "last" goes. */
    static final long RECENT_NANOS = 5_000_000_000L;

    /** How far back "now" goes. */
    private static final long NOW_NANOS = 1_000_000_000;

    /** How many seconds of rates are kept. */
    private static final int COURSE_SECONDS = 60;

    enum Phase {
        /** Nothing is under way. */
        NONE,
        CONNECTING,
        STAGE
    }

    private record Part(
            long beginNanos,
            long endNanos,
            SparseCounts response,
            SparseCounts unanswered,
            long arrived,
            long errors) {}

    /** Response times of what was answered. */
    final Histogram response = Interval.newHistogram();

    private final Histogram unanswered = Interval.newHistogram();
    private final Histogram recentResponse = Interval.newHistogram();
    private final Histogram recentUnanswered = Interval.newHistogram();
    private final Deque<Part> parts = new ArrayDeque<>();
    private final Deque<Double> course = new ArrayDeque<>();
    private long courseNanos;
    private long courseArrived;

    Phase phase = Phase.NONE;

    /** When the phase began, on the view's clock. */
    long beganNanos;

    /** How many there are to be; then, while a stage runs, how many there are. */
    int connections;

    int inFlight;

    /** The stage under way, from 1. */
    int stage;

    @Nullable StagePlan plan;
    long errors;

    /** Answers that came, also to requests of the warm-up. */
    private long arrived;

    /** How long has been measured. */
    long measuredNanos;

    void connecting(int wanted, long nowNanos) {
        phase = Phase.CONNECTING;
        beganNanos = nowNanos;
        connections = wanted;
    }

    void stageBegan(StagePlan begun, long nowNanos) {
        phase = Phase.STAGE;
        beganNanos = nowNanos;
        stage++;
        plan = begun;
        response.reset();
        unanswered.reset();
        parts.clear();
        course.clear();
        courseNanos = 0;
        courseArrived = 0;
        errors = 0;
        arrived = 0;
        inFlight = 0;
        measuredNanos = 0;
    }

    void ended() {
        phase = Phase.NONE;
    }

    void add(Interval interval) {
        response.add(interval.response);
        unanswered.add(interval.unanswered);
        arrived += interval.arrived;
        errors += interval.errors;
        inFlight = interval.inFlight;
        connections = interval.connections;
        measuredNanos = interval.endNanos;
        parts.addLast(
                new Part(
                        interval.beginNanos,
                        interval.endNanos,
                        SparseCounts.of(interval.response),
                        SparseCounts.of(interval.unanswered),
                        interval.arrived,
                        interval.errors));
        while (parts.getFirst().endNanos() <= interval.endNanos - RECENT_NANOS) {
            parts.removeFirst();
        }
        courseArrived += interval.arrived;
        long nanos = interval.endNanos - courseNanos;
        if (nanos >= NOW_NANOS) {
            course.addLast(courseArrived * 1e9 / nanos);
            courseNanos = interval.endNanos;
            courseArrived = 0;
        }
        if (course.size() > COURSE_SECONDS) {
            course.removeFirst();
        }
    }

    /** The times of all requests that have ended so far. */
    Censored soFar() {
        return new Censored(response, unanswered);
    }

    /** Of those that ended lately; valid until the next call. */
    Censored recent() {
        recentResponse.reset();
        recentUnanswered.reset();
        for (Part part : parts) {
            add(part.response(), recentResponse);
            add(part.unanswered(), recentUnanswered);
        }
        return new Censored(recentResponse, recentUnanswered);
    }

    private static void add(SparseCounts counts, Histogram sum) {
        for (int i = 0; i < counts.size(); i++) {
            sum.recordValueWithCount(counts.value(i), counts.count(i));
        }
    }

    long answered() {
        return response.getTotalCount();
    }

    /** Answers per second in the last second. */
    double rateNow() {
        long answers = 0;
        long nanos = 0;
        for (Part part : parts) {
            if (part.beginNanos() >= measuredNanos - NOW_NANOS) {
                answers += part.arrived();
                nanos += part.endNanos() - part.beginNanos();
            }
        }
        return nanos == 0 ? 0 : answers * 1e9 / nanos;
    }

    double rateSoFar() {
        return measuredNanos == 0 ? 0 : arrived * 1e9 / measuredNanos;
    }

    /** Errors in the last second. */
    long errorsNow() {
        return parts.stream()
                .filter(part -> part.beginNanos() >= measuredNanos - NOW_NANOS)
                .mapToLong(Part::errors)
                .sum();
    }

    /** Answers per second, second by second. */
    List<Double> course() {
        return new ArrayList<>(course);
    }
}
