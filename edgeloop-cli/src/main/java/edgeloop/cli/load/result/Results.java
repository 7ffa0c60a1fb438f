package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.ErrorCounts;
import edgeloop.cli.load.measure.StageOutcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A run's results: what {@code --json} writes, what every other output is made of, and what {@code
 * compare} and {@code merge} read. Described in docs/LOADTEST.md. All times are in the unit that
 * their name ends with.
 *
 * @param schema {@link #SCHEMA}
 * @param startedAt when measuring began, ISO 8601 in UTC
 * @param endedAt when it ended
 * @param target as the user gave it
 * @param config what was asked for
 * @param totalSeconds the time in which requests were sent; up to the last answer where a number of
 *     requests was asked for
 * @param requestsPerSecond answers that came in that time, whichever request they answer, by the
 *     second
 * @param requests the books of requests
 * @param connections the books of connections
 * @param response from when a request was due to its answer
 * @param service from when a request was sent to its answer; null in a closed loop, where it is the
 *     same
 * @param connect from connect(2) to established by the kernel
 * @param handshakes of TLS; null where there is none
 * @param timeline the measured time in slices, in order
 * @param steps one by one, where there was more than one stage
 * @param search what a search for the highest rate found; null where there was none
 * @param client what the tester says of itself
 */
public record Results(
        String schema,
        String startedAt,
        String endedAt,
        String target,
        Config config,
        double totalSeconds,
        double requestsPerSecond,
        Requests requests,
        Connections connections,
        Latency response,
        @Nullable Latency service,
        Latency connect,
        @Nullable Handshakes handshakes,
        List<TimelineSlice> timeline,
        List<Step> steps,
        @Nullable Search search,
        ClientSide client) {

    static final String SCHEMA = "edgeloop-loadtest-2";

    /**
     * What was asked for; null is what was not.
     *
     * @param address the one of the target's addresses that was connected to
     * @param data the file that requests were filled in from
     * @param requestsFile the file that requests came from
     * @param dataOrder of the rows and requests of these files
     * @param shard of how many the run was one, as 2/3; all figures are of its part
     * @param threads that sent and received
     * @param engine by which they did: {@code epoll} or {@code io_uring}
     * @param tls how the server was spoken with by TLS; null where it was not
     */
    public record Config(
            String address,
            int connections,
            int pipeline,
            int concurrency,
            @Nullable List<Double> ratesPerSecond,
            @Nullable String arrivals,
            @Nullable Long requests,
            @Nullable Double durationSeconds,
            double warmupSeconds,
            double rampSeconds,
            int requestsPerConnection,
            int requestBytes,
            String expect,
            double timeoutSeconds,
            @Nullable String data,
            @Nullable String requestsFile,
            @Nullable String dataOrder,
            @Nullable String shard,
            int threads,
            String engine,
            @Nullable Tls tls) {

        public Config {
            // Files of earlier versions do not say.
            threads = Math.max(1, threads);
            engine = Objects.requireNonNullElse(engine, "epoll");
        }
    }

    /**
     * How TLS was asked for.
     *
     * @param verified whether the server's certificate was
     * @param resumption whether earlier sessions were taken up again where they could be
     * @param profile which versions and cipher suites were offered
     * @param provider whose TLS it was to be
     */
    public record Tls(boolean verified, boolean resumption, String profile, String provider) {}

    /**
     * scheduled = answered + all errors + unsent + inFlight.
     *
     * @param statuses answers by class of HTTP status; null where the protocol is another
     */
    public record Requests(
            long scheduled,
            long answered,
            Map<String, Long> errors,
            @Nullable Map<String, Long> statuses,
            long unsent,
            long inFlight,
            long unmeasured,
            long unmeasuredErrors,
            List<String> endedEarly) {

        public long errorCount() {
            return sum(errors);
        }

        /** Why the plan was not done, where the server is to blame. */
        public List<String> endedByServer() {
            return endedEarly.stream()
                    .filter(why -> !why.endsWith(StageOutcome.INTERRUPTED)) // one of many by name
                    .toList();
        }

        boolean balances() {
            return scheduled == answered + errorCount() + unsent + inFlight;
        }
    }

    /** attempted = established + all errors + pending. */
    public record Connections(
            long attempted,
            long established,
            Map<String, Long> errors,
            long pending,
            Map<String, Long> lostWhileIdle,
            double phaseSeconds) {

        public long errorCount() {
            return sum(errors) + sum(errorsWhileIdle());
        }

        /** Connections that ended while idle, by their server's choice: no error, by cause. */
        public Map<String, Long> closedWhileIdle() {
            Map<String, Long> closed = new TreeMap<>(lostWhileIdle);
            closed.keySet().removeAll(ErrorCounts.WRONG_WHILE_IDLE);
            return closed;
        }

        /** Those whose server did what no server may. */
        public Map<String, Long> errorsWhileIdle() {
            Map<String, Long> wrong = new TreeMap<>(lostWhileIdle);
            wrong.keySet().retainAll(ErrorCounts.WRONG_WHILE_IDLE);
            return wrong;
        }

        boolean balances() {
            return attempted == established + sum(errors) + pending;
        }
    }

    /**
     * A distribution of times. Requests without an answer count as slower than all others, and with
     * what they had waited; a figure that falls among them is at least what it says.
     *
     * @param count of the times, those of answers
     * @param unanswered requests that got no answer, or were due and never sent
     * @param percentilesMillis by name: p50, p90 and so on
     * @param atLeast names of percentiles, mean and max that are at least what they say; null if
     *     every request was answered
     * @param histogram HdrHistogram's compressed encoding, version 2, in base64; nanoseconds
     * @param unansweredHistogram likewise, how long those without an answer had waited; null if
     *     there are none
     */
    public record Latency(
            long count,
            long unanswered,
            double meanMillis,
            double minMillis,
            double maxMillis,
            Map<String, Double> percentilesMillis,
            @Nullable Set<String> atLeast,
            String histogram,
            @Nullable String unansweredHistogram) {

        public long total() {
            return count + unanswered;
        }

        /** Whether the figure of this name, a percentile's or mean or max, is at least so much. */
        public boolean isAtLeast(String name) {
            return atLeast != null && atLeast.contains(name);
        }

        public double percentileMillis(String name) {
            return percentilesMillis.getOrDefault(name, 0.0);
        }
    }

    /**
     * How the handshakes of TLS went that succeeded; those that did not are among the connections'
     * errors.
     *
     * @param full those that agreed on everything anew
     * @param resumed those that took an earlier session up again
     * @param agreed how many agreed on what: the protocol's version and the cipher suite
     * @param time from when the kernel had connected the two to the handshake's end
     */
    public record Handshakes(long full, long resumed, Map<String, Long> agreed, Latency time) {}

    /**
     * A stretch of the measured time.
     *
     * @param afterWindow whether the time in which requests were sent was over, and what was still
     *     on its way was waited for; {@code totalSeconds} is the length of the others
     * @param answered answers that came in it
     * @param samples those of them to measured requests, which the times are of
     * @param p50Millis null where there are no samples, as of the other times: 0 would be one
     */
    public record TimelineSlice(
            double beginSeconds,
            double endSeconds,
            boolean afterWindow,
            long answered,
            long samples,
            long errors,
            int inFlight,
            int connections,
            @Nullable Double p50Millis,
            @Nullable Double p99Millis,
            @Nullable Double maxMillis,
            String histogram) {

        public TimelineSlice {
            if (samples == 0) { // files of earlier versions have 0
                p50Millis = null;
                p99Millis = null;
                maxMillis = null;
            }
        }
    }

    /** One stage of several. */
    public record Step(
            double ratePerSecond,
            double seconds,
            long scheduled,
            long answered,
            long errors,
            long unsent,
            double requestsPerSecond,
            double p50Millis,
            double p90Millis,
            double p99Millis,
            double maxMillis,
            @Nullable Set<String> atLeast,
            List<String> limited) {

        /** Whether the figure of this name is at least so much. */
        public boolean isAtLeast(String name) {
            return atLeast != null && atLeast.contains(name);
        }
    }

    /**
     * A search for the highest rate at which a condition holds.
     *
     * @param highestRate at which it held; 0 if it never did
     * @param lowestFailedRate at which it did not; null if it always held
     * @param limited why the tester may be what failed there
     */
    public record Search(
            String condition,
            double highestRate,
            @Nullable Double lowestFailedRate,
            List<String> limited) {}

    /**
     * What the tester says of itself.
     *
     * @param threadBusy the part of the time its thread was on a CPU; of several, the busiest
     * @param threadWaiting the part of the time its thread was ready and had no CPU; of several,
     *     the one that waited most
     * @param sendLag how late requests were sent though a connection was free; null in a closed
     *     loop
     * @param limited why the figures are the tester's; empty if they are the server's
     */
    public record ClientSide(
            double threadCpuSeconds,
            double processCpuSeconds,
            double threadBusy,
            double threadWaiting,
            double cpuMicrosPerRequest,
            double allocatedBytesPerRequest,
            long collections,
            long collectionMillis,
            @Nullable Latency sendLag,
            List<String> limited) {}

    /** All errors: of requests, of connects, and of connections that ended while idle. */
    public long errorCount() {
        return requests.errorCount() + connections.errorCount();
    }

    /**
     * The part of the connections' time that went by in waiting for answers that never came. In a
     * closed loop a server that falls silent is asked no more, so that by number hardly anything is
     * unanswered; whoever had asked then would have waited too. 0 in an open loop, whose schedule
     * goes on.
     */
    public double silentShare() {
        String unanswered = response.unansweredHistogram();
        return unanswered == null
                ? 0
                : silentShare(config, totalSeconds, Latencies.decode(unanswered));
    }

    /** The same of results that are yet to be made. */
    static double silentShare(Config config, double totalSeconds, Histogram unanswered) {
        double seconds = config.concurrency() * totalSeconds;
        if (config.ratesPerSecond() != null || seconds == 0) {
            return 0;
        }
        return Math.min(1, unanswered.getMean() / 1e9 * unanswered.getTotalCount() / seconds);
    }

    public boolean booksBalance() {
        return requests.balances() && connections.balances();
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
