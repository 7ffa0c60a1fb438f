package edgeloop.cli.load;

import edgeloop.Connection;
import edgeloop.PreciseTimer;
import edgeloop.cli.load.measure.Interval;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/**
 * What a server of known behaviour does with its requests: so many workers, each of which takes a
 * request for so long, in the order of their coming. On the server's reactor alone.
 */
final class InjectedServer implements FaultyServer.Fault {
    @SuppressWarnings("ArrayRecordComponent") // nobody compares jobs
    private record Job(Connection connection, byte[] request, Turn turn, long endNanos) {}

    /** A request as the server saw it. */
    private static final class Turn {
        final long cameNanos;

        /** When the answer before it on its connection was written; of the first one, unknown. */
        final long beforeNanos;

        /** What it was to take. */
        long serviceNanos;

        long wroteNanos = UNKNOWN;

        /** When the next request on its connection came. */
        long nextNanos = UNKNOWN;

        /** When its connection ended. */
        long endedNanos = UNKNOWN;

        Turn(long cameNanos, long beforeNanos) {
            this.cameNanos = cameNanos;
            this.beforeNanos = beforeNanos;
        }

        long tookNanos() {
            return wroteNanos - cameNanos;
        }
    }

    private static final long UNKNOWN = Long.MIN_VALUE;

    private final int workers;
    private final LongSupplier serviceNanos;
    private final Deque<Job> waiting = new ArrayDeque<>();
    private final PriorityQueue<Job> underWay =
            new PriorityQueue<>(Comparator.comparingLong(Job::endNanos));
    private final List<Turn> turns = new ArrayList<>();
    private final Map<Connection, Turn> latest = new HashMap<>();
    private PreciseTimer timer;

    /** What it really took, which on a busy machine is more than it was to take. */
    private final Histogram truth = Interval.newHistogram();

    /**
     * @param workers requests served at a time; {@link Integer#MAX_VALUE} for a delay that nobody
     *     waits for
     * @param serviceNanos of each request
     */
    InjectedServer(int workers, LongSupplier serviceNanos) {
        this.workers = workers;
        this.serviceNanos = serviceNanos;
    }

    static InjectedServer delaying(LongSupplier nanos) {
        return new InjectedServer(Integer.MAX_VALUE, nanos);
    }

    @Override
    public void answer(Connection connection, byte[] request, long number) {
        if (timer == null) {
            timer = connection.reactor().preciseTimer(this::proceed);
        }
        long now = connection.reactor().exactNanoTime();
        Turn before = latest.get(connection);
        Turn turn = new Turn(now, before == null ? UNKNOWN : before.wroteNanos);
        if (before != null) {
            before.nextNanos = now;
        }
        latest.put(connection, turn);
        turns.add(turn);
        waiting.add(new Job(connection, request, turn, 0));
        begin(now);
    }

    @Override
    public void ended(Connection connection) {
        Turn last = latest.remove(connection);
        if (last != null) {
            last.endedNanos = connection.reactor().exactNanoTime();
        }
    }

    /** Whoever is free takes the next one, at {@code now}. */
    private void begin(long now) {
        while (underWay.size() < workers && !waiting.isEmpty()) {
            Job next = waiting.removeFirst();
            next.turn.serviceNanos = serviceNanos.getAsLong();
            long end = now + next.turn.serviceNanos;
            underWay.add(new Job(next.connection, next.request, next.turn, end));
        }
        if (!underWay.isEmpty()) {
            timer.set(underWay.peek().endNanos);
        }
    }

    private void proceed() {
        Job done = underWay.peek();
        while (done != null) {
            long now = done.connection.reactor().exactNanoTime();
            if (done.endNanos > now) {
                timer.set(done.endNanos);
                return;
            }
            underWay.remove();
            done.connection.write(done.request);
            done.turn.wroteNanos = now;
            truth.recordValue(done.turn.tookNanos());
            begin(done.endNanos); // a late timer does not make the server slower
            done = underWay.peek();
        }
    }

    // ---- To be read when it has ended ---------------------------------------------------------

    long answered() {
        return truth.getTotalCount();
    }

    double meanOfFastestMillis(long count) {
        return meanMillis(answeredTurns().sorted().limit(count));
    }

    private LongStream answeredTurns() {
        return turns.stream().filter(turn -> turn.wroteNanos != UNKNOWN).mapToLong(Turn::tookNanos);
    }

    private static double meanMillis(LongStream nanos) {
        return nanos.average().orElse(0) / 1e6;
    }

    double percentileMillis(double percentile) {
        return truth.getValueAtPercentile(percentile) / 1e6;
    }

    /**
     * The longest that each request can have been on its way in a closed loop: sent when the answer
     * before it had been written or later, and answered when the next one came or earlier. The
     * first ones are sent together.
     */
    Histogram longestOfClosedLoop() {
        long begin = turns.getFirst().cameNanos;
        return longest(
                turn -> turn.nextNanos,
                i -> {
                    long before = turns.get(i).beforeNanos;
                    return before == UNKNOWN ? begin : before;
                });
    }

    /** By how much longer than they were to take any of those can have been on its way. */
    double mostLateOfClosedLoopMillis() {
        return turns.stream()
                        .filter(turn -> turn.beforeNanos != UNKNOWN && turn.nextNanos != UNKNOWN)
                        .mapToLong(turn -> turn.nextNanos - turn.beforeNanos - turn.serviceNanos)
                        .max()
                        .orElse(0)
                / 1e6;
    }

    /**
     * The longest that each request can have been on its way in an open loop of constant gaps whose
     * connections end with an answer: due by the schedule, none of whose requests came before its
     * time, and answered when the connection ended or earlier.
     */
    Histogram longestOfOpenLoop(double ratePerSecond) {
        double gap = 1e9 / ratePerSecond;
        long first = Long.MAX_VALUE;
        for (int i = 0; i < turns.size(); i++) {
            first = Math.min(first, turns.get(i).cameNanos - (long) (i * gap));
        }
        long begin = first;
        return longest(turn -> turn.endedNanos, i -> begin + (long) (i * gap));
    }

    /** Who was not heard of again is taken for as late as the latest of the others. */
    private Histogram longest(ToLongFunction<Turn> heardOf, IntToLongFunction sent) {
        long latestNanos = 0;
        for (Turn turn : turns) {
            if (turn.wroteNanos != UNKNOWN && heardOf.applyAsLong(turn) != UNKNOWN) {
                latestNanos = Math.max(latestNanos, heardOf.applyAsLong(turn) - turn.wroteNanos);
            }
        }
        Histogram longest = Interval.newHistogram();
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            if (turn.wroteNanos != UNKNOWN) {
                long heard = heardOf.applyAsLong(turn);
                long end = heard == UNKNOWN ? turn.wroteNanos + latestNanos : heard;
                longest.recordValue(end - sent.applyAsLong(i));
            }
        }
        return longest;
    }
}
