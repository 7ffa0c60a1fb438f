package edgeloop.cli.load;

import edgeloop.cli.load.measure.ResourceUsage;
import edgeloop.cli.load.result.Results;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What must come of a {@link KnownRun}, by the server's book and arithmetic: nothing of the load
 * tester's own has a part in it but the names of the results.
 */
final class KnownTruth {
    private static final long INTERVAL = 250_000_000;

    /** Names of percentiles, in hundredths of a percent. */
    private static final Map<String, Integer> PERCENTILES = new LinkedHashMap<>();

    static {
        PERCENTILES.put("p50", 50_00);
        PERCENTILES.put("p75", 75_00);
        PERCENTILES.put("p90", 90_00);
        PERCENTILES.put("p95", 95_00);
        PERCENTILES.put("p99", 99_00);
        PERCENTILES.put("p99.5", 99_50);
        PERCENTILES.put("p99.9", 99_90);
        PERCENTILES.put("p99.99", 99_99);
    }

    /** A request. Times are in nanoseconds since what is measured began. */
    private record Request(long due, long sent, long answered) {
        boolean isMeasured() {
            return due >= 0;
        }

        long response() {
            return answered - due;
        }

        long service() {
            return answered - sent;
        }
    }

    private final KnownRun run;
    private final long beganNanos;
    private final List<Request> requests = new ArrayList<>();
    private final List<Request> measured;

    /** When what is measured begins, on the kernel's clock. */
    private final long measureFrom;

    /** How long the time is that rates are of. */
    private final long window;

    /** When the last answer has come and the time is over. */
    private final long end;

    private final int threads;

    /**
     * What is taken as it is where there are several threads: the server's book does not tell what
     * they use, nor which of what happens at the very end of a slice is of it where one thread has
     * ended it and another has not. Null with one thread.
     */
    private final @Nullable Results untold;

    KnownTruth(KnownRun run, int threads, KnownRun.Outcome outcome) {
        KnownServer server = outcome.server();
        this.run = run;
        this.threads = threads;
        this.untold = threads == 1 ? null : outcome.outputs().results();
        this.beganNanos = server.beganNanos();
        this.measureFrom = beganNanos + run.warmupMillis() * 1_000_000L;
        for (KnownServer.Entry entry : server.book()) {
            long due = run.isOpenLoop() ? due(entry.number()) : entry.arrivalNanos();
            requests.add(
                    new Request(
                            due - measureFrom,
                            entry.arrivalNanos() - measureFrom,
                            entry.answerNanos() - measureFrom));
        }
        this.measured = requests.stream().filter(Request::isMeasured).toList();
        long last = requests.stream().mapToLong(Request::answered).max().orElse(0);
        this.window = run.requests() > 0 ? last : run.durationMillis() * 1_000_000L;
        this.end = Math.max(window, last);
    }

    /** All gaps are equal; to the nanosecond, half of one rounded up. */
    private long due(long number) {
        long requestsBefore = number - 1;
        return beganNanos
                + Math.floorDiv(2 * requestsBefore * 1_000_000_000L + run.rate(), 2L * run.rate());
    }

    /** When the program must have ended, on the kernel's clock. */
    long endNanos() {
        return measureFrom + end;
    }

    /** How many requests there must have been, where that is known beforehand; else null. */
    @Nullable Long scheduled() {
        if (run.requests() > 0) {
            return (long) run.requests();
        }
        if (!run.isOpenLoop()) {
            return null;
        }
        long number = 1;
        long scheduled = 0;
        for (; due(number) < measureFrom + window; number++) {
            scheduled += due(number) >= measureFrom ? 1 : 0;
        }
        return scheduled;
    }

    Results results() {
        long answered = measured.size();
        long inWindow =
                run.requests() > 0
                        ? answered
                        : count(requests, Request::answered, t -> t >= 0 && t < window);
        return new Results(
                "edgeloop-loadtest-2",
                KnownRun.timeOfDay(measureFrom).toString(),
                KnownRun.timeOfDay(measureFrom + end).toString(),
                run.http() ? "http://192.0.2.1:80/{seq}" : "192.0.2.1:7",
                config(),
                window / 1e9,
                window == 0 ? 0 : inWindow * 1e9 / window,
                new Results.Requests(
                        answered,
                        answered,
                        Map.of(),
                        run.http() ? Map.of("2xx", answered) : null,
                        0,
                        0,
                        requests.size() - answered,
                        0,
                        List.of()),
                new Results.Connections(
                        run.connections(),
                        run.connections(),
                        Map.of(),
                        0,
                        Map.of(),
                        KnownRun.CONNECT_NANOS / 1e9),
                latency(measured.stream().mapToLong(Request::response)),
                run.isOpenLoop() ? latency(measured.stream().mapToLong(Request::service)) : null,
                latency(connectTimes()),
                null,
                timeline(),
                List.of(),
                null,
                untold == null ? client(inWindow) : untold.client());
    }

    private Results.Config config() {
        boolean byNumber = run.requests() > 0;
        return new Results.Config(
                run.http() ? "192.0.2.1:80" : "192.0.2.1:7",
                run.connections(),
                1,
                run.connections(),
                run.isOpenLoop() ? List.of((double) run.rate()) : null,
                run.isOpenLoop() ? "constant" : null,
                byNumber ? (long) run.requests() : null,
                byNumber ? null : run.durationMillis() / 1e3,
                run.warmupMillis() / 1e3,
                0,
                0,
                run.http() ? 54 : 20, // with a number of 19 digits
                run.http() ? "status 2xx,3xx" : "echo",
                10,
                null,
                null,
                null,
                null,
                threads,
                "epoll",
                null);
    }

    // ---- Times --------------------------------------------------------------------------------

    private LongStream connectTimes() {
        return LongStream.generate(() -> KnownRun.CONNECT_NANOS).limit(run.connections());
    }

    private static Results.Latency latency(LongStream times) {
        long[] sorted = times.sorted().toArray();
        Map<String, Double> percentiles = new LinkedHashMap<>();
        PERCENTILES.forEach(
                (name, hundredths) -> percentiles.put(name, percentile(sorted, hundredths)));
        return new Results.Latency(
                sorted.length,
                0,
                sorted.length == 0 ? 0 : (double) Arrays.stream(sorted).sum() / sorted.length / 1e6,
                sorted.length == 0 ? 0 : lowest(sorted[0]) / 1e6,
                percentile(sorted, 100_00),
                percentiles,
                null,
                encode(histogram(sorted)),
                null);
    }

    /**
     * The least time that so many are not above, at the resolution of a histogram.
     *
     * @param hundredths of a percent
     */
    private static double percentile(long[] sorted, int hundredths) {
        if (sorted.length == 0) {
            return 0;
        }
        int rank = (int) Math.max(1, Math.ceilDiv((long) sorted.length * hundredths, 100_00L));
        return highest(sorted[rank - 1]) / 1e6;
    }

    /**
     * Values of three digits are told apart: HdrHistogram has buckets as wide as the power of two
     * that is at most a 1024th of the value.
     */
    private static long width(long nanos) {
        return nanos < 2048 ? 1 : Long.highestOneBit(nanos) >> 10;
    }

    private static long lowest(long nanos) {
        return nanos / width(nanos) * width(nanos);
    }

    private static long highest(long nanos) {
        return lowest(nanos) + width(nanos) - 1;
    }

    static Histogram histogram(long... nanos) {
        Histogram histogram = new Histogram(3_600_000_000_000L, 3);
        Arrays.stream(nanos).forEach(histogram::recordValue);
        return histogram;
    }

    private static String encode(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    private static long count(
            List<Request> requests, ToLongFunction<Request> time, LongPredicate when) {
        return requests.stream().mapToLong(time).filter(when).count();
    }

    // ---- The course of the run ----------------------------------------------------------------

    /**
     * A stretch of time. What comes at the very time at which one ends is of it, but what comes at
     * the end of the window is not of that.
     */
    record Slice(long begin, long end, boolean afterWindow, Histogram times) {}

    /** The slices that there must be in the histogram log. */
    List<Slice> slices() {
        List<Slice> slices = new ArrayList<>();
        long begin = 0;
        for (; begin + INTERVAL < window; begin += INTERVAL) {
            slices.add(slice(begin, begin + INTERVAL, false));
        }
        slices.add(slice(begin, window, false));
        if (run.requests() > 0 || (end == window && !isAnswered(window))) {
            return slices;
        }
        if (end == window) {
            slices.add(slice(window, window, true));
        }
        for (begin = window; begin + INTERVAL < end; begin += INTERVAL) {
            slices.add(slice(begin, begin + INTERVAL, true));
        }
        if (end > begin) {
            slices.add(slice(begin, end, true));
        }
        return slices;
    }

    private boolean isAnswered(long nanos) {
        return count(requests, Request::answered, t -> t == nanos) > 0;
    }

    private Slice slice(long begin, long sliceEnd, boolean afterWindow) {
        long[] times =
                measured.stream()
                        .filter(r -> isIn(r.answered, begin, sliceEnd, afterWindow))
                        .mapToLong(Request::response)
                        .toArray();
        return new Slice(begin, sliceEnd, afterWindow, histogram(times));
    }

    private boolean isIn(long time, long begin, long sliceEnd, boolean afterWindow) {
        boolean byTime = run.requests() == 0;
        if (begin == sliceEnd) {
            return time == begin;
        }
        boolean first = begin == 0 || (byTime && afterWindow && begin == window);
        boolean begun = first ? time >= begin : time > begin;
        boolean lastOfWindow = byTime && !afterWindow && sliceEnd == window;
        return begun && (lastOfWindow ? time < sliceEnd : time <= sliceEnd);
    }

    private List<Results.TimelineSlice> timeline() {
        List<Results.TimelineSlice> timeline = new ArrayList<>();
        for (Slice slice : slices()) {
            long[] times =
                    measured.stream()
                            .filter(
                                    r ->
                                            isIn(
                                                    r.answered,
                                                    slice.begin,
                                                    slice.end,
                                                    slice.afterWindow))
                            .mapToLong(Request::response)
                            .sorted()
                            .toArray();
            long came =
                    count(
                            requests,
                            Request::answered,
                            t -> isIn(t, slice.begin, slice.end, slice.afterWindow));
            timeline.add(
                    new Results.TimelineSlice(
                            slice.begin / 1e9,
                            slice.end / 1e9,
                            slice.afterWindow,
                            came,
                            times.length,
                            0,
                            onTheirWay(timeline.size(), slice),
                            run.connections(),
                            percentile(times, 50_00),
                            percentile(times, 99_00),
                            percentile(times, 100_00),
                            encode(slice.times)));
        }
        return timeline;
    }

    private int onTheirWay(int number, Slice slice) {
        return untold == null ? (int) onTheirWay(slice) : untold.timeline().get(number).inFlight();
    }

    /** How many requests are on their way at the end of a slice. */
    private long onTheirWay(Slice slice) {
        boolean endsByAnswer = run.requests() == 0 && isAnswered(window);
        if (slice.end == window && !slice.afterWindow && endsByAnswer) {
            return count(requests, Request::sent, t -> t < slice.end)
                    - count(requests, Request::answered, t -> t < slice.end);
        }
        if (slice.end == end) {
            return 0;
        }
        // What is due at this very time is sent after the interval has ended, but where a
        // connection waits for it.
        boolean waiting = !run.isOpenLoop() || wereAllBusyBefore(slice.end);
        long sent =
                requests.stream()
                        .filter(
                                r ->
                                        r.sent < slice.end
                                                || (r.sent == slice.end
                                                        && (waiting || r.due < r.sent)))
                        .count();
        return sent - count(requests, Request::answered, t -> t <= slice.end);
    }

    // ---- The tester itself --------------------------------------------------------------------

    private Results.ClientSide client(long inWindow) {
        ResourceUsage used = KnownRun.used(measureFrom + window).minus(KnownRun.used(measureFrom));
        double nanos = Math.max(1, used.atNanos());
        double answers = Math.max(1, inWindow);
        return new Results.ClientSide(
                used.threadCpuNanos() / 1e9,
                used.processCpuNanos() / 1e9,
                used.threadCpuNanos() / nanos,
                used.threadWaitNanos() / nanos,
                used.threadCpuNanos() / 1e3 / answers,
                used.threadAllocatedBytes() / answers,
                used.collections(),
                used.collectionMillis(),
                run.isOpenLoop() ? lag(sendLags().toArray()) : null,
                List.of());
    }

    /** The mean of these is that of a histogram, which has the middle of a bucket for each time. */
    private static Results.Latency lag(long[] times) {
        Results.Latency lag = latency(Arrays.stream(times));
        return new Results.Latency(
                lag.count(),
                0,
                lag.count() == 0 ? 0 : histogram(times).getMean() / 1e6,
                lag.minMillis(),
                lag.maxMillis(),
                lag.percentilesMillis(),
                null,
                lag.histogram(),
                null);
    }

    /**
     * How late requests were sent though there was a connection for them: from when they were due,
     * or a connection could take them again after all had been busy.
     */
    private LongStream sendLags() {
        long[] freed =
                requests.stream()
                        .mapToLong(Request::answered)
                        .filter(this::wereAllBusyBefore)
                        .sorted()
                        .toArray();
        return measured.stream()
                .mapToLong(
                        r -> {
                            int at = Arrays.binarySearch(freed, r.sent + 1);
                            int before = at < 0 ? -at - 2 : at - 1;
                            long since = before < 0 ? r.due : freed[before];
                            return r.sent - Math.max(r.due, since);
                        });
    }

    private boolean wereAllBusyBefore(long nanos) {
        return count(requests, Request::sent, t -> t < nanos)
                        - count(requests, Request::answered, t -> t < nanos)
                == run.connections();
    }
}
