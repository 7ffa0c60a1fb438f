package edgeloop.cli.load;

import edgeloop.Connection;
import edgeloop.PreciseTimer;
import edgeloop.cli.load.measure.Interval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * What a server of known behaviour does with its requests: so many workers, each of which takes a
 * request for so long, in the order of their coming. On the server's reactor alone.
 */
final class InjectedServer implements FaultyServer.Fault {
    @SuppressWarnings("ArrayRecordComponent") // nobody compares jobs
    private record Job(Connection connection, byte[] request, long cameNanos, long endNanos) {}

    /** Answers between two looks at what its thread has used. */
    private static final int EACH_LOOK = 50;

    private final int workers;
    private final LongSupplier serviceNanos;
    private final Deque<Job> waiting = new ArrayDeque<>();
    private final PriorityQueue<Job> underWay =
            new PriorityQueue<>(Comparator.comparingLong(Job::endNanos));
    private PreciseTimer timer;

    /** What it really took, which on a busy machine is more than it was to take. */
    private final Histogram truth = Interval.newHistogram();

    private double truthSumNanos;

    /** What the server's thread had used when the first request came, and lately. */
    private ThreadTimes atBegin;

    private ThreadTimes atEnd;

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
            atBegin = ThreadTimes.now();
        }
        long now = connection.reactor().exactNanoTime();
        waiting.add(new Job(connection, request, now, 0));
        begin(now);
    }

    /** Whoever is free takes the next one, at {@code now}. */
    private void begin(long now) {
        while (underWay.size() < workers && !waiting.isEmpty()) {
            Job next = waiting.removeFirst();
            long end = now + serviceNanos.getAsLong();
            underWay.add(new Job(next.connection, next.request, next.cameNanos, end));
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
            truth.recordValue(now - done.cameNanos);
            truthSumNanos += now - done.cameNanos;
            if (truth.getTotalCount() % EACH_LOOK == 0) {
                atEnd = ThreadTimes.now();
            }
            begin(done.endNanos); // a late timer does not make the server slower
            done = underWay.peek();
        }
    }

    // ---- To be read when it has ended ---------------------------------------------------------

    /** The part of the time in which its thread was on a CPU. */
    double threadBusy() {
        return (double) (atEnd.busyNanos - atBegin.busyNanos) / (atEnd.nanos - atBegin.nanos);
    }

    /** The part of the time in which its thread was ready and had no CPU. */
    double threadWaiting() {
        return (double) (atEnd.waitedNanos - atBegin.waitedNanos) / (atEnd.nanos - atBegin.nanos);
    }

    /** What the present thread has used up to now, of Linux's sched-stats. */
    private record ThreadTimes(long nanos, long busyNanos, long waitedNanos) {
        static ThreadTimes now() {
            try {
                String[] times =
                        Files.readString(Path.of("/proc/thread-self/schedstat")).split(" ", -1);
                return new ThreadTimes(
                        System.nanoTime(), Long.parseLong(times[0]), Long.parseLong(times[1]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    long answered() {
        return truth.getTotalCount();
    }

    double meanMillis() {
        return truthSumNanos / truth.getTotalCount() / 1e6;
    }

    double percentileMillis(double percentile) {
        return truth.getValueAtPercentile(percentile) / 1e6;
    }
}
