package edgeloop.bench;

import edgeloop.bench.LoadClient.Held;
import edgeloop.bench.LoadClient.Load;
import edgeloop.bench.LoadClient.Result;
import edgeloop.bench.LoadClient.Span;
import edgeloop.bench.Plan.Part;
import edgeloop.bench.ServerSpec.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures all servers in one round.
 *
 * <p>Each round starts new processes. It costs a warm-up each time, but then the rounds are
 * independent: the spread shown has in it the luck of address-space layout and of what the JIT
 * compiler inlined, and resident memory belongs to one run. Within a round one process of each
 * server serves all rows in their order, so resident memory at a row is what has been reached by
 * then.
 *
 * <p>Under load the servers of a round live at the same time and take turns of a second or so;
 * those whose turn it isn't have no connection and sleep. A shared machine changes its speed by
 * more than what sets servers apart, and it does so within seconds: only what was measured right
 * before or after can be compared.
 *
 * <p>CPU is read by the load client at the moments at which its measured part begins and ends.
 * Their sum is the process's own clock and exact; how it splits into user and system time is
 * sampled by the kernel's tick (250 Hz on most distributions), so a run must be seconds long for
 * the smaller of the two to mean much.
 */
final class Measurer {
    private static final long NATIVE_WARMUP_REQUESTS = 20_000;
    private static final int WARMUP_CONNECTIONS = 50;

    /** Each slice begins at its own steady state: after a part of it that isn't measured. */
    private static final double ROW_WARMUP_FRACTION = 0.2;

    private static final long ALLOCATION_SHORT_REQUESTS = 100_000;
    private static final long ALLOCATION_LONG_REQUESTS = 1_100_000;

    static final int FEW_IDLE_CONNECTIONS = 1_000;

    /** How many connections a crowd has, */
    static final int[] CROWDS = {100, 1_000, 10_000};

    /** and how many of them talk. */
    static final int TALKING = 10;

    /** Other sizes than those of the rows, and many requests at once. */
    static final List<Row> SIZES =
            List.of(
                    new Row(50, Row.DEFAULT_SIZE, 16),
                    new Row(50, 4 * 1024, 1),
                    new Row(50, 16 * 1024, 1),
                    new Row(50, 64 * 1024, 1),
                    new Row(50, 1024 * 1024, 1));

    /** Which part of what the floor serves is offered where servers are to have time to sleep. */
    static final double PACE = 0.6;

    /** After the last connection was opened: for compilers and collectors to come to rest. */
    private static final long SETTLE_MILLIS = 3_000;

    private final Plan plan;
    private final Cpus cpus;
    private final LoadClient client;

    Measurer(Plan plan, Cpus cpus, LoadClient client) {
        this.plan = plan;
        this.cpus = cpus;
        this.client = client;
    }

    private boolean takesLoad() {
        return measuresCpu() || plan.has(Part.LATENCY) || plan.has(Part.ALLOCATION);
    }

    private boolean measuresCpu() {
        return plan.has(Part.CPU) || plan.has(Part.MODES) || plan.has(Part.RING);
    }

    /** One step of the measurement of a server. */
    @FunctionalInterface
    private interface Step {
        void run() throws BenchException, IOException, InterruptedException;
    }

    /** Measures all that the plan asks for. A step that fails is reported, and the rest goes on. */
    void measure(List<ServerSpec> specs, int round, Samples samples)
            throws IOException, InterruptedException {
        if (takesLoad()) {
            together(specs, round, samples, servers -> underLoad(servers, round, samples));
        }
        for (ServerSpec spec : specs) {
            if (plan.has(Part.IDLE)) {
                attempt(spec, round, samples, () -> add(samples, round, spec, idle(spec)));
            }
            if (plan.has(Part.START)) {
                attempt(spec, round, samples, () -> add(samples, round, spec, start(spec)));
            }
        }
    }

    /**
     * Measures each with connections that are silent beside a few that talk; one after the other.
     */
    void measureCrowds(List<ServerSpec> specs, int round, Samples samples)
            throws IOException, InterruptedException {
        for (int connections : CROWDS) {
            Row row = Row.crowd(connections, TALKING);
            for (ServerSpec spec : specs) {
                if (!spec.canRun(row)) {
                    System.err.println("  " + spec.name() + " can't serve " + row);
                    continue;
                }
                Step step = () -> add(samples, round, 1, spec, row, crowd(spec, row, samples));
                attempt(spec, round, samples, step);
            }
        }
    }

    /** In a process of its own, whose memory is that of this crowd. */
    private Map<Metric, Double> crowd(ServerSpec spec, Row row, Samples samples)
            throws BenchException, IOException, InterruptedException {
        try (var server = RunningServer.start(spec, cpus.server())) {
            samples.addCommand(server);
            warmUp(server);
            try (Held _ = client.hold(server, row.connections() - row.talking())) {
                Span warmup = Span.ofSeconds(plan.seconds() * ROW_WARMUP_FRACTION);
                Span measured = Span.ofSeconds(plan.seconds());
                Row talking = new Row(row.talking(), row.size(), row.depth());
                var values = new EnumMap<Metric, Double>(Metric.class);
                addCpu(client.run(server, new Load(talking, warmup, measured, 0)), values);
                return values;
            }
        }
    }

    private static void attempt(ServerSpec spec, int round, Samples samples, Step step)
            throws IOException, InterruptedException {
        try {
            step.run();
        } catch (BenchException e) {
            String failure = "round " + round + ", " + spec.name() + ": " + e.getMessage();
            samples.addFailure(failure);
            System.err.println("  " + failure);
        }
    }

    /** Measures requests of other sizes, and many at once, at full load. */
    void measureSizes(List<ServerSpec> specs, int round, Samples samples)
            throws IOException, InterruptedException {
        together(
                specs,
                round,
                samples,
                servers -> {
                    for (Row row : SIZES) {
                        takeTurns(servers, row, round, samples, this::row);
                    }
                });
    }

    /** What is done with servers that live at the same time. */
    @FunctionalInterface
    private interface Turns {
        void take(List<RunningServer> servers) throws IOException, InterruptedException;
    }

    private void together(List<ServerSpec> specs, int round, Samples samples, Turns turns)
            throws IOException, InterruptedException {
        var servers = new ArrayList<RunningServer>();
        try {
            for (ServerSpec spec : specs) {
                attempt(
                        spec,
                        round,
                        samples,
                        () -> {
                            RunningServer server = RunningServer.start(spec, cpus.server());
                            servers.add(server);
                            samples.addCommand(server);
                            warmUp(server);
                        });
            }
            turns.take(servers);
        } finally {
            servers.forEach(RunningServer::close);
        }
    }

    private void underLoad(List<RunningServer> servers, int round, Samples samples)
            throws IOException, InterruptedException {
        for (Row row : plan.rows()) {
            takeTurns(servers, row, round, samples, this::row);
            OptionalDouble most =
                    samples.median(round, ServerCatalog.FLOOR, row, Metric.REQUESTS_PER_SECOND);
            if (plan.has(Part.RING) && most.isPresent()) {
                long rate = Math.round(PACE * most.getAsDouble());
                takeTurns(servers, row, round, samples, (server, _) -> paced(server, row, rate));
            }
        }
        if (plan.has(Part.ALLOCATION)) {
            for (RunningServer server : servers) {
                ServerSpec spec = server.spec();
                if (spec.kind() == Kind.JVM) {
                    Step step = () -> add(samples, round, spec, allocation(server));
                    attempt(spec, round, samples, step);
                }
            }
        }
    }

    /** One slice of one server. */
    @FunctionalInterface
    private interface Measurement {
        Map<Metric, Double> of(RunningServer server, Row row)
                throws BenchException, IOException, InterruptedException;
    }

    private void takeTurns(
            List<RunningServer> servers,
            Row row,
            int round,
            Samples samples,
            Measurement measurement)
            throws IOException, InterruptedException {
        for (int i = 1; i <= plan.slices(); i++) {
            int slice = i;
            for (RunningServer server : servers) {
                ServerSpec spec = server.spec();
                if (spec.canRun(row)) {
                    Step step =
                            () ->
                                    add(
                                            samples,
                                            round,
                                            slice,
                                            spec,
                                            row,
                                            measurement.of(server, row));
                    attempt(spec, round, samples, step);
                }
            }
        }
    }

    /** Adds what belongs to the process as a whole. */
    private static void add(
            Samples samples, int round, ServerSpec spec, Map<Metric, Double> values) {
        add(samples, round, 1, spec, null, values);
    }

    private static void add(
            Samples samples,
            int round,
            int slice,
            ServerSpec spec,
            @Nullable Row row,
            Map<Metric, Double> values) {
        if (values.isEmpty()) {
            return;
        }
        samples.add(new Samples.Sample(round, slice, spec.name(), row, values));
        String text =
                values.entrySet().stream()
                        .map(v -> v.getKey().format(v.getValue()) + " " + v.getKey().title())
                        .collect(Collectors.joining(", "));
        System.err.println("  " + spec.name() + (row == null ? "" : ", " + row) + ": " + text);
    }

    private void warmUp(RunningServer server)
            throws BenchException, IOException, InterruptedException {
        long requests =
                server.spec().kind().compilesItself()
                        ? plan.warmupRequests()
                        : NATIVE_WARMUP_REQUESTS;
        client.run(server, closedLoop(new Row(WARMUP_CONNECTIONS, Row.DEFAULT_SIZE, 1), requests));
    }

    private static Load closedLoop(Row row, long requests) {
        return new Load(row, Span.ofRequests(0), Span.ofRequests(requests), 0);
    }

    private Map<Metric, Double> row(RunningServer server, Row row)
            throws BenchException, IOException, InterruptedException {
        var values = new EnumMap<Metric, Double>(Metric.class);
        if (measuresCpu()) {
            addCpu(client.run(server, slice(row, 0)), values);
        }
        if (plan.has(Part.LATENCY) && row.isPlain()) {
            Result result = client.run(server, slice(row, plan.latencyRate()));
            values.put(Metric.LATENCY_P50_MICROS, result.get("latency_p50_us"));
            values.put(Metric.LATENCY_P99_MICROS, result.get("latency_p99_us"));
            values.put(Metric.LATENCY_P999_MICROS, result.get("latency_p999_us"));
            values.put(Metric.CLIENT_LAG_P99_MICROS, result.get("lag_p99_us"));
        }
        return values;
    }

    private Load slice(Row row, long rate) {
        double seconds = plan.seconds() / plan.slices();
        Span warmup = Span.ofSeconds(seconds * ROW_WARMUP_FRACTION);
        return new Load(row, warmup, Span.ofSeconds(seconds), rate);
    }

    /** CPU where there is less to do than could be done, so that less comes at once. */
    private Map<Metric, Double> paced(RunningServer server, Row row, long rate)
            throws BenchException, IOException, InterruptedException {
        return Map.of(
                Metric.PACED_RATE,
                (double) rate,
                Metric.PACED_CPU_MICROS,
                cpuMicros(client.run(server, slice(row, rate))));
    }

    private static double cpuMicros(Result result) {
        return result.get("server_cpu_seconds") / result.get("requests") * 1e6;
    }

    private static void addCpu(Result result, Map<Metric, Double> values) {
        double micros = cpuMicros(result);
        double user = result.get("server_user_seconds");
        double system = result.get("server_system_seconds");
        double userShare = user + system > 0 ? user / (user + system) : 0;
        values.put(Metric.REQUESTS_PER_SECOND, result.get("rate"));
        values.put(Metric.CPU_MICROS, micros);
        values.put(Metric.USER_MICROS, micros * userShare);
        values.put(Metric.SYSTEM_MICROS, micros * (1 - userShare));
        values.put(Metric.RESIDENT_MIB, result.get("server_rss_kib") / 1024);
    }

    /** The difference between a long and a short run: what opening connections costs falls out. */
    private Map<Metric, Double> allocation(RunningServer server)
            throws BenchException, IOException, InterruptedException {
        Row row = new Row(WARMUP_CONNECTIONS, Row.DEFAULT_SIZE, 1);
        long before = Allocation.soFar(server.pid());
        client.run(server, closedLoop(row, ALLOCATION_SHORT_REQUESTS));
        long between = Allocation.soFar(server.pid());
        client.run(server, closedLoop(row, ALLOCATION_LONG_REQUESTS));
        long after = Allocation.soFar(server.pid());
        double perRequest =
                ((after - between) - (between - before))
                        / (double) (ALLOCATION_LONG_REQUESTS - ALLOCATION_SHORT_REQUESTS);
        return Map.of(Metric.ALLOCATED_BYTES, perRequest);
    }

    /** In a process of its own: one that has held as many connections has memory to spare. */
    private Map<Metric, Double> idle(ServerSpec spec)
            throws BenchException, IOException, InterruptedException {
        try (var server = RunningServer.start(spec, cpus.server())) {
            warmUp(server);
            return idle(server);
        }
    }

    private Map<Metric, Double> idle(RunningServer server)
            throws BenchException, IOException, InterruptedException {
        try (Held _ = client.hold(server, FEW_IDLE_CONNECTIONS)) {
            Thread.sleep(SETTLE_MILLIS);
            long fewKib = ProcessFiles.residentKib(server.pid());
            int more = plan.idleConnections() - FEW_IDLE_CONNECTIONS;
            try (Held _ = client.hold(server, more)) {
                Thread.sleep(SETTLE_MILLIS);
                long manyKib = ProcessFiles.residentKib(server.pid());
                long switches = ProcessFiles.voluntarySwitches(server.pid());
                long since = System.nanoTime();
                Thread.sleep((long) (plan.idleSeconds() * 1e3));
                long woken = ProcessFiles.voluntarySwitches(server.pid()) - switches;
                double seconds = (System.nanoTime() - since) / 1e9;
                return Map.of(
                        Metric.IDLE_CONNECTION_BYTES,
                        (manyKib - fewKib) * 1024.0 / more,
                        Metric.IDLE_WAKEUPS,
                        woken / seconds);
            }
        }
    }

    /** Not pinned: on the machine as it is, as a user starts it. */
    private static Map<Metric, Double> start(ServerSpec spec)
            throws BenchException, IOException, InterruptedException {
        try (var server = RunningServer.start(spec, OptionalInt.empty())) {
            return Map.of(Metric.FIRST_ANSWER_MILLIS, server.firstAnswerMillis());
        }
    }
}
