package edgeloop.cli.load.engine;

import edgeloop.cli.load.measure.ConnectionCounts;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes one stage of what several engines do at the same time. Their intervals that were to end at
 * the same moment are one; where an engine has left such a moment out, being behind, those of the
 * others last longer too.
 */
final class StageMerge {
    private final StagePlan plan;
    private final ObjIntConsumer<Interval> recycle;
    private final List<Part> parts = new ArrayList<>();

    /** The intervals of all up to a moment; what {@link #next} has answered. */
    private final Interval merged = new Interval();

    private long mergedUntil;

    /** When the first thread's window began, which is that of all; -1 before that is known. */
    private long windowBegin = -1;

    /** What one engine does of it. */
    private static final class Part {
        /** Those that are not part of any that {@link #next} has answered. */
        private final Deque<Interval> intervals = new ArrayDeque<>();

        private @Nullable StageOutcome outcome;
        private @Nullable ConnectionCounts connections;
        private int inFlight;
        private int established;

        private long windowBegin() {
            Interval first = intervals.peekFirst();
            if (first != null) {
                return first.windowBeginNanos;
            }
            return outcome == null ? Long.MAX_VALUE : outcome.windowBeginNanos();
        }

        private boolean hasOneUntil(long dueNanos) {
            return outcome != null || intervals.stream().anyMatch(i -> i.dueNanos == dueNanos);
        }
    }

    /**
     * @param recycle takes intervals back, and the number of the engine that they are of
     */
    StageMerge(StagePlan plan, int engines, ObjIntConsumer<Interval> recycle) {
        this.plan = plan;
        this.recycle = recycle;
        for (int i = 0; i < engines; i++) {
            parts.add(new Part());
        }
    }

    /** An engine has ended an interval. */
    void add(int engine, Interval interval) {
        parts.get(engine).intervals.add(interval);
    }

    /** An engine has done its part. */
    void end(int engine, StageOutcome outcome, ConnectionCounts connections) {
        Part part = parts.get(engine);
        part.outcome = outcome;
        part.connections = connections;
    }

    /**
     * The next interval of all together, valid until this is called again; null if there is none.
     */
    @Nullable Interval next() {
        long until = nextEnd();
        if (until < 0) {
            return null;
        }
        if (windowBegin < 0) { // each has one that has ended, or nothing more to tell
            windowBegin = parts.stream().mapToLong(Part::windowBegin).min().orElse(0);
        }
        merged.clear();
        merged.windowBeginNanos = windowBegin;
        merged.beginNanos = mergedUntil;
        merged.endNanos = mergedUntil; // one that was late may have gone beyond what is due here
        merged.dueNanos = until;
        merged.afterWindow = true;
        for (int i = 0; i < parts.size(); i++) {
            take(i, until);
            merged.inFlight += parts.get(i).inFlight;
            merged.connections += parts.get(i).established;
        }
        mergedUntil = merged.endNanos;
        return merged;
    }

    private void take(int number, long until) {
        Part part = parts.get(number);
        while (!part.intervals.isEmpty() && part.intervals.getFirst().dueNanos <= until) {
            Interval interval = part.intervals.removeFirst();
            merged.add(interval);
            long later = interval.windowBeginNanos - windowBegin;
            merged.endNanos = Math.max(merged.endNanos, interval.endNanos + later);
            merged.afterWindow &= interval.afterWindow;
            part.inFlight = interval.inFlight;
            part.established = interval.connections;
            recycle.accept(interval, number);
        }
    }

    /**
     * The first moment at which an interval of each engine ends that has not done its part; or -1.
     */
    private long nextEnd() {
        return parts.stream()
                .flatMap(part -> part.intervals.stream())
                .mapToLong(interval -> interval.dueNanos)
                .sorted()
                .filter(due -> parts.stream().allMatch(part -> part.hasOneUntil(due)))
                .findFirst()
                .orElse(-1);
    }

    /** Whether all engines have done their parts. */
    boolean isOver() {
        return parts.stream().allMatch(part -> part.outcome != null);
    }

    StageOutcome outcome() {
        return StageOutcome.together(
                plan, parts.stream().map(part -> Objects.requireNonNull(part.outcome)).toList());
    }

    ConnectionCounts connections() {
        return ConnectionCounts.together(
                parts.stream().map(part -> Objects.requireNonNull(part.connections)).toList());
    }
}
