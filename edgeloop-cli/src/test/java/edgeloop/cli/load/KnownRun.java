package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.measure.Meter;
import edgeloop.cli.load.measure.ResourceUsage;
import edgeloop.cli.load.report.TextReport;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import edgeloop.simulation.Choices;
import edgeloop.simulation.Fault;
import edgeloop.simulation.SimulatedKernel;
import edgeloop.simulation.SimulatedProgram;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

/**
 * A run of {@code loadtest}, with all that is behind its command line, on a simulated kernel. Calls
 * take no time, so that a request arrives when it is sent, and an answer is read when it comes: the
 * truth is in the server's book.
 *
 * @param rate requests per second in an open loop; 0 for a closed one
 * @param requests by number; 0 for by time
 * @param warmupMillis of a run by time
 * @param durationMillis of a run by time, a multiple of an interval's 250 ms
 * @param faultRate how often of 65,536 times a call is interrupted or short, an event without a
 *     cause or late
 */
record KnownRun(
        long seed,
        KnownBehaviour behaviour,
        boolean http,
        int connections,
        int rate,
        int requests,
        int warmupMillis,
        int durationMillis,
        int faultRate) {

    /** What a program that is right makes up for, at the very time at which it happens. */
    private static final Set<Fault> HARMLESS =
            EnumSet.of(
                    Fault.RECV_INTERRUPTED,
                    Fault.RECV_SHORT,
                    Fault.SEND_INTERRUPTED,
                    Fault.SEND_SHORT,
                    Fault.WAIT_INTERRUPTED,
                    Fault.WAIT_SPURIOUS,
                    Fault.WAIT_STALE,
                    Fault.WAIT_REORDERED,
                    Fault.CONNECT_INTERRUPTED);

    /** How long each connection takes to be established. */
    static final long CONNECT_NANOS = 1_500_000;

    /** One that the seed draws. */
    static KnownRun of(long seed) {
        Choices choices = Choices.ofSeed(seed);
        KnownBehaviour[] behaviours = KnownBehaviour.values();
        KnownBehaviour drawn = behaviours[choices.below(behaviours.length)];
        boolean hurried = choices.below(8) == 0; // more are due than the tester looks at its clock
        KnownBehaviour behaviour = hurried && choices.below(2) == 0 ? KnownBehaviour.QUICK : drawn;
        boolean http = choices.below(2) == 0;
        boolean open = hurried || choices.below(2) == 0;
        boolean many = hurried || behaviour == KnownBehaviour.QUICK;
        boolean byNumber = many || choices.below(4) == 0;
        int rate = hurried ? choices.between(2_000, 40_000) : choices.between(50, 700);
        int least = open && !byNumber ? 10 : 1; // so that all that is due can be sent
        int connections = choices.between(least, hurried ? 3 : 30);
        return new KnownRun(
                seed,
                behaviour,
                http,
                connections,
                open ? rate : 0,
                byNumber ? choices.between(1, 600) : 0,
                byNumber ? 0 : choices.between(0, 300),
                byNumber ? 0 : 250 * choices.between(1, 5),
                choices.below(2) == 0 ? choices.magnitude(1, 1 << 14) : 0);
    }

    /** One in which no call is interrupted or short. */
    static KnownRun quiet(
            long seed,
            KnownBehaviour behaviour,
            boolean http,
            int connections,
            int rate,
            int requests,
            int warmupMillis,
            int durationMillis) {
        return new KnownRun(
                seed,
                behaviour,
                http,
                connections,
                rate,
                requests,
                warmupMillis,
                durationMillis,
                0);
    }

    /** Two to four threads, but no more than there is a connection and a request for. */
    int severalThreads() {
        int most = Math.min(2 + (int) (seed % 3), connections);
        return requests == 0 ? most : Math.min(most, requests);
    }

    boolean isOpenLoop() {
        return rate > 0;
    }

    /** As the user gives it. */
    String target() {
        return http ? "http://192.0.2.1/{seq}" : "192.0.2.1:7";
    }

    private List<String> arguments(int threads) {
        List<String> arguments = new ArrayList<>(List.of("-c", "" + connections));
        if (isOpenLoop()) {
            arguments.addAll(List.of("--rate", "" + rate));
        }
        if (requests > 0) {
            arguments.addAll(List.of("-r", "" + requests));
        } else {
            arguments.addAll(List.of("-d", durationMillis + "ms"));
            arguments.addAll(List.of("--warmup", warmupMillis + "ms"));
        }
        if (threads > 1) {
            arguments.addAll(List.of("--threads", "" + threads));
        }
        if (!http) {
            arguments.addAll(List.of("--payload", "{seq}\\n"));
        }
        arguments.add(target());
        return arguments;
    }

    /**
     * What came of it.
     *
     * @param endNanos the kernel's time when the program ended
     */
    record Outcome(KnownServer server, Outputs outputs, long endNanos) {}

    /**
     * Runs it; all outputs agree.
     *
     * @param folder where they come to lie
     * @param threads of the tester
     */
    Outcome run(Path folder, int threads) throws Exception {
        SimulatedKernel kernel = new SimulatedKernel(Choices.ofSeed(seed));
        kernel.setCallNanos(0);
        for (Fault fault : HARMLESS) {
            kernel.faults().setRate(fault, faultRate);
        }
        KnownServer server = new KnownServer(kernel, behaviour.of(seed), CONNECT_NANOS);
        kernel.route(_ -> server);
        SimulatedProgram.Task<Outputs, Exception> program =
                () -> Outputs.run(machine(kernel), folder, arguments(threads));
        Outputs outputs =
                threads == 1
                        ? SimulatedProgram.call(kernel, program)
                        : SimulatedProgram.callOnThreads(kernel, program);
        return new Outcome(server, outputs, kernel.elapsedNanos());
    }

    /**
     * Runs it, and holds all that comes of it against the truth.
     *
     * @param folder where the outputs come to lie
     * @param threads of the tester
     */
    Outcome check(Path folder, int threads) throws Exception {
        Outcome outcome = run(folder, threads);
        KnownTruth truth = new KnownTruth(this, threads, outcome);
        Runs.Outcome ran = outcome.outputs.ran();
        assertThat(ran.exitCode()).as("exit code").isZero();
        assertThat(ran.err()).isEmpty();
        Results results = truth.results();
        Long scheduled = truth.scheduled();
        if (scheduled != null) {
            assertThat(results.requests().scheduled()).as("requests sent").isEqualTo(scheduled);
        }
        assertThat(outcome.endNanos).as("end").isEqualTo(truth.endNanos());
        assertJson(Files.readString(outcome.outputs.json()), ResultsFile.toJson(results));
        assertThat(ran.out()).isEqualTo(TextReport.of(results) + "\n");
        assertThat(ran.out().lines()).containsSubsequence(KnownText.lines(results));
        assertLog(outcome, truth.slices());
        return outcome;
    }

    /** The first line that is wrong is said, since all of them together are long. */
    private static void assertJson(String actual, String expected) {
        List<String> expectedLines = expected.lines().toList();
        List<String> lines = actual.lines().toList();
        for (int i = 0; i < Math.min(lines.size(), expectedLines.size()); i++) {
            assertThat(lines.get(i)).as("JSON, line %d", i + 1).isEqualTo(expectedLines.get(i));
        }
        assertThat(actual).isEqualTo(expected);
    }

    /** Its intervals are those of the time line; one of no length and without times may be more. */
    private void assertLog(Outcome outcome, List<KnownTruth.Slice> slices) throws Exception {
        long beganMillis = timeOfDay(outcome.server.beganNanos()).toEpochMilli() + warmupMillis;
        List<KnownTruth.Slice> logged = new ArrayList<>();
        try (HistogramLogReader reader = new HistogramLogReader(outcome.outputs.log().toFile())) {
            while (reader.hasNext()) {
                Histogram times = (Histogram) reader.nextIntervalHistogram();
                long begin = times.getStartTimeStamp() - beganMillis;
                long end = times.getEndTimeStamp() - beganMillis;
                if (end > begin || times.getTotalCount() > 0) {
                    logged.add(new KnownTruth.Slice(begin, end, false, times));
                }
            }
        }
        assertThat(logged).as("intervals").hasSameSizeAs(slices);
        for (int i = 0; i < slices.size(); i++) {
            KnownTruth.Slice expected = slices.get(i);
            assertThat(logged.get(i).times()).as("interval %d", i).isEqualTo(expected.times());
            assertThat(logged.get(i).begin() * 1_000_000)
                    .as("begin of interval %d", i)
                    .isCloseTo(expected.begin(), within(1_000_000L)); // to the millisecond
        }
    }

    /**
     * A machine on the clock of {@code kernel}, which runs the tester for a quarter of the time.
     */
    static Machine machine(SimulatedKernel kernel) {
        Meter meter =
                new Meter() {
                    @Override
                    public ResourceUsage atBegin() {
                        return used(kernel.elapsedNanos());
                    }

                    @Override
                    public ResourceUsage atEnd() {
                        return used(kernel.elapsedNanos());
                    }
                };
        return new Machine(
                name -> List.of(InetAddress.ofLiteral(name)),
                () -> timeOfDay(kernel.elapsedNanos()),
                meter);
    }

    /** The time of day when the kernel's clock says {@code nanos}. */
    static Instant timeOfDay(long nanos) {
        return Instant.parse("2030-01-31T12:30:00Z").plusNanos(nanos);
    }

    /** What is used until {@code nanos}. */
    static ResourceUsage used(long nanos) {
        long tenMillis = nanos / 10_000_000;
        return new ResourceUsage(
                nanos,
                nanos / 4,
                nanos / 4,
                nanos / 20,
                nanos / 1000,
                nanos / 2,
                tenMillis,
                tenMillis / 20);
    }
}
