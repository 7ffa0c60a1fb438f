package edgeloop.cli.load;

import edgeloop.Addresses;
import edgeloop.Transport;
import edgeloop.TransportSecurity;
import edgeloop.cli.Diagnostics;
import edgeloop.cli.DurationConverter;
import edgeloop.cli.EngineWords;
import edgeloop.cli.LineWriter;
import edgeloop.cli.ProgramVersion;
import edgeloop.cli.Signals;
import edgeloop.cli.UsageErrors;
import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.engine.LoadSession;
import edgeloop.cli.load.engine.TlsCheck;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.protocol.Exchange;
import edgeloop.cli.load.protocol.Target;
import edgeloop.cli.load.report.HistogramLog;
import edgeloop.cli.load.report.TextReport;
import edgeloop.cli.load.result.Criterion;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options of {@code loadtest}, and what it does with them. */
@Command(
        name = LoadCommand.NAME,
        description = "Loads a TCP or HTTP server and measures how it answers.",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "A TIME is a whole number with the unit ms, s, m or h; without one it is in seconds."
                    + " Counts and rates may end with k or m.",
            "SIGINT, SIGTERM or SIGHUP ends the run, which is still reported.",
            "Exit codes: 0 ran, 1 could not run or lost its server, 2 bad arguments,"
                    + " 3 a --fail-if holds."
        })
final class LoadCommand implements Callable<Integer> {
    static final String NAME = "loadtest";

    private static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);
    private static final Duration DEFAULT_TRIAL = Duration.ofSeconds(5);

    /** How long a stream that takes no progress may hold up the results. */
    private static final Duration PROGRESS_TIMEOUT = Duration.ofSeconds(1);

    private static final double DEFAULT_FIRST_RATE = 1000;

    /** By then the JIT compilers, of both sides, have done most of their work. */
    private static final Duration LONGEST_DEFAULT_WARMUP = Duration.ofSeconds(5);

    private final LineWriter out;
    private final LineWriter err;
    private final Machine machine;

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "HOST:PORT",
            arity = "0..2",
            description =
                    "The server: HOST:PORT, [IPV6]:PORT, HOST PORT, or http://HOST:PORT/PATH; by"
                            + " TLS tls://HOST:PORT or https://HOST:PORT/PATH.")
    private List<String> target = List.of();

    @Option(
            names = {"-c", "--connections"},
            paramLabel = "N",
            converter = CountConverter.Count.class,
            defaultValue = "10",
            description = "Connections (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = {"-r", "-n", "--requests"},
            paramLabel = "N",
            converter = CountConverter.Requests.class,
            description = "Send N requests in all (default: as many as go in the duration).")
    private @Nullable Long requests;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description =
                    "Measure for so long (default: 10s; 5s for each trial of --find-max). What is"
                            + " on its way then is waited for.")
    private @Nullable Duration duration;

    @Option(
            names = "--rate",
            paramLabel = "N",
            split = ",(?!$)", // an empty last one would be left out
            converter = CountConverter.Rate.class,
            description =
                    "Open loop: N requests per second are due, whatever the server does; several"
                            + " rates, separated by commas, are steps (default: closed loop).")
    private @Nullable List<Double> rates;

    @Mixin private ArrivalOptions arrivals = new ArrivalOptions();

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            converter = CountConverter.Count.class,
            description = "Most requests on their way on all connections together.")
    private @Nullable Integer inFlight;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description =
                    "Load for so long before measuring (default: 5s, or half the duration if that"
                            + " is less; 0 with --requests; 1s with --find-max).")
    private @Nullable Duration warmup;

    @Option(
            names = "--ramp",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "0",
            description = "Before that, let the load grow for so long (default: 0).")
    private Duration ramp = Duration.ZERO;

    @Option(
            names = "--find-max",
            paramLabel = "CONDITION",
            description =
                    "Look for the highest rate at which CONDITION holds, such as 'p99<5ms'; --rate"
                            + " is the first one tried (default: 1000).")
    private @Nullable String findMax;

    @Option(
            names = "--connect-rate",
            paramLabel = "N",
            converter = CountConverter.Rate.class,
            description = "Open N connections per second (default: as fast as they come).")
    private @Nullable Double connectRate;

    @Mixin private AddressOptions address = new AddressOptions();

    @Mixin private ClientTlsOptions tls = new ClientTlsOptions();

    @Option(
            names = "--requests-per-connection",
            paramLabel = "N",
            converter = CountConverter.Count.class,
            description = "Replace each connection after N requests (default: keep it).")
    private @Nullable Integer requestsPerConnection;

    @Mixin private RequestOptions request = new RequestOptions();

    @Option(
            names = "--pipeline",
            paramLabel = "N",
            converter = CountConverter.Count.class,
            defaultValue = "1",
            description = "Requests on their way on one connection (default: ${DEFAULT-VALUE}).")
    private int pipeline;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "10s",
            description = "How long an answer may take (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ZERO;

    @Mixin private ConditionOptions conditions = new ConditionOptions();

    @Option(
            names = "--hlog",
            paramLabel = "FILE",
            description = "Write every interval's histogram, in HdrHistogram's log format.")
    private @Nullable Path hlog;

    @Mixin private OutputOptions outputs = new OutputOptions();

    @Mixin private ShardOptions shards = new ShardOptions();

    @Mixin private ThreadOptions threads = new ThreadOptions();

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the results alone, no progress.")
    private boolean quiet;

    private LoadCommand(LineWriter out, LineWriter err, Machine machine) {
        this.out = out;
        this.err = err;
        this.machine = machine;
    }

    /** The command, ready to parse and to run. */
    static CommandLine commandLine(LineWriter out, LineWriter err, Machine machine) {
        return new CommandLine(new LoadCommand(out, err, machine))
                .addSubcommand(new CompareCommand(out, err))
                .addSubcommand(new MergeCommand(out))
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(new UsageErrors(err))
                .setExecutionExceptionHandler(
                        (e, _, _) -> {
                            boolean foreseen = e instanceof CannotRunException;
                            err.print(
                                    foreseen
                                            ? Diagnostics.oneLine(NAME + ": " + e.getMessage())
                                            : Diagnostics.unexpected(NAME, e));
                            return CommandLine.ExitCode.SOFTWARE;
                        });
    }

    @Override
    public Integer call() throws CannotRunException, InterruptedException {
        Target server = parse("", target, Target::parse);
        tls.check(server);
        List<Criterion> failures = conditions.parse();
        Criterion wanted = wanted();
        takePart();
        List<StagePlan> plans = plans();
        outputs.check(hlog);
        EngineOptions options = engineOptions(server);
        try (HistogramLog log = hlog == null ? null : HistogramLog.open(hlog, machine.clock())) {
            Results results = run(server, options, plans, wanted, log);
            // On a terminal the progress is erased, which must not come after the first line.
            boolean _ = err.awaitWritten(PROGRESS_TIMEOUT);
            out.print(TextReport.of(results));
            boolean _ = out.awaitWritten(PROGRESS_TIMEOUT); // an output may be the same stream
            outputs.write(results, log);
            Preflight.noteTls(server, options.target(), results, this::say);
            return ConditionOptions.exitCode(results, failures, this::say);
        }
    }

    // ---- What the options ask for -------------------------------------------------------------

    private @Nullable Criterion wanted() {
        if (findMax == null) {
            return null;
        }
        Criterion wanted = parse("--find-max", findMax, Criterion::parse);
        if (wanted.above()) {
            throw usage(
                    "--find-max "
                            + findMax
                            + " would hold at any rate that is high enough: write 'p99<5ms'");
        }
        return wanted;
    }

    /** Leaves this tester's part of what is asked of all of them together. */
    private void takePart() {
        shards.check(findMax != null);
        connections = (int) shards.part("--connections", connections);
        inFlight = inFlight == null ? null : (Integer) (int) shards.part("--in-flight", inFlight);
        requests = requests == null ? null : (Long) shards.part("--requests", requests);
        threads.check(connections, inFlight, requests);
        connectRate = connectRate == null ? null : (Double) shards.shard().partOfRate(connectRate);
        rates = rates == null ? null : rates.stream().map(shards.shard()::partOfRate).toList();
    }

    private List<StagePlan> plans() {
        if (requests != null && duration != null) {
            throw usage("--requests and --duration exclude each other");
        }
        if (findMax != null && requests != null) {
            throw usage("--find-max goes by --duration, not by --requests");
        }
        if (findMax != null && rates != null && rates.size() > 1) {
            throw usage("--find-max takes one --rate, to begin with");
        }
        List<Double> steps = rates;
        if (steps == null) {
            steps = List.of(findMax == null ? 0 : DEFAULT_FIRST_RATE);
        }
        return steps.stream().map(this::plan).toList();
    }

    private StagePlan plan(double rate) {
        Duration measure = duration;
        if (measure == null) {
            measure = findMax == null ? DEFAULT_DURATION : DEFAULT_TRIAL;
        }
        if (measure.isZero()) {
            throw usage("--duration must be longer than 0");
        }
        Duration warm = warmup == null ? defaultWarmup(measure) : warmup;
        return new StagePlan(
                rate,
                arrivals.poisson(),
                arrivals.seed(),
                ramp.toNanos(),
                warm.toNanos(),
                requests == null ? measure.toNanos() : 0,
                requests == null ? 0 : requests,
                shards.shard());
    }

    private Duration defaultWarmup(Duration measure) {
        if (findMax != null) {
            return Duration.ofSeconds(1);
        }
        if (requests != null) {
            return Duration.ZERO; // as many as were asked for, and no more
        }
        Duration half = measure.dividedBy(2);
        return half.compareTo(LONGEST_DEFAULT_WARMUP) < 0 ? half : LONGEST_DEFAULT_WARMUP;
    }

    private EngineOptions engineOptions(Target server)
            throws CannotRunException, InterruptedException {
        Exchange exchange = exchange(server, shards.shard().part(0, threads.count()));
        address.check();
        if (timeout.isZero()) {
            throw usage("--timeout must be longer than 0");
        }
        int concurrency = parse("", (long) connections * pipeline, Preflight::concurrency);
        Preflight.checkDescriptors(connections, threads.count());
        InetSocketAddress chosen = address.choose(server, machine.resolver(), this::note);
        TransportSecurity security = tls.security(server, address.connectTimeout());
        if (security != null) {
            TlsCheck.handshake(chosen, security, address.connectTimeout());
        }
        boolean churn = requestsPerConnection != null;
        List<InetAddress> sources = Preflight.sources(chosen.getAddress(), connections, churn);
        return new EngineOptions(
                chosen,
                sources,
                connections,
                connectRate == null ? 0 : connectRate,
                address.connectTimeout(),
                pipeline,
                inFlight == null ? concurrency : inFlight,
                requestsPerConnection == null ? 0 : requestsPerConnection,
                exchange,
                timeout.toNanos(),
                threads.transport(),
                security);
    }

    private Exchange exchange(Target server, Shard shard) {
        boolean once = requestsPerConnection != null && requestsPerConnection == 1;
        return parse("", server, target -> request.exchange(target, once, arrivals.seed(), shard));
    }

    private Results.Config config(
            Target server,
            EngineOptions options,
            StagePlan first,
            boolean searching,
            Transport used) {
        return new Results.Config(
                Addresses.format(options.target()),
                connections,
                pipeline,
                options.concurrency(),
                searching ? List.of(first.rate()) : rates,
                first.isOpenLoop() ? arrivals.kind() : null,
                requests,
                requests == null ? first.measureNanos() / 1e9 : null,
                first.warmupNanos() / 1e9,
                first.rampNanos() / 1e9,
                options.requestsPerConnection(),
                options.exchange().request().mostBytes(),
                options.exchange().expected(),
                options.timeoutNanos() / 1e9,
                request.files().data(),
                request.files().requests(),
                request.files().orderName(),
                shards.name(),
                threads.count(),
                EngineWords.word(used),
                tls.asked(server));
    }

    private <T, R> R parse(String option, T text, Function<T, R> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw usage((option + " " + e.getMessage()).strip());
        }
    }

    private ParameterException usage(String message) {
        if (spec == null) {
            throw new IllegalStateException("picocli fills this in");
        }
        return new ParameterException(spec.commandLine(), message);
    }

    // ---- The run ------------------------------------------------------------------------------

    private Results run(
            Target server,
            EngineOptions options,
            List<StagePlan> plans,
            @Nullable Criterion wanted,
            @Nullable HistogramLog log)
            throws CannotRunException, InterruptedException {
        Preflight.noteBacklog(
                options.target().getAddress(), connections, options.connectRate(), this::note);
        int stages = wanted == null ? plans.size() : 0;
        try (ProgressOutput progress =
                ProgressOutput.start(quiet, err, server.toString(), stages)) {
            List<RunObserver> observers = new ArrayList<>(progress.observers());
            if (log != null) {
                observers.add(log);
            }
            return run(server, options, plans, wanted, observers);
        }
    }

    private Results run(
            Target server,
            EngineOptions options,
            List<StagePlan> plans,
            @Nullable Criterion wanted,
            List<RunObserver> observers)
            throws CannotRunException, InterruptedException {
        LoadSession session =
                LoadSession.start(
                        threads.parts(options, shards.shard(), part -> exchange(server, part)),
                        machine.meter(),
                        observers);
        Instant startedAt;
        FindMax search = null;
        List<StageRecord> stages;
        try (session) {
            // A terminal that is closed must not take the results with it.
            Signals.on(_ -> session.interrupt(), "INT", "TERM", "HUP");
            if (session.ioUringRefusal() != null) {
                note(EngineWords.taken(session.ioUringRefusal()));
            }
            session.connect();
            shards.awaitStart(session, machine.clock(), this::note);
            startedAt = machine.clock().instant().plusNanos(plans.getFirst().unmeasuredNanos());
            if (wanted != null) {
                search = new FindMax(session, plans.getFirst(), wanted, this::note);
                stages = List.of(search.search());
            } else {
                stages = session.run(plans);
            }
        }
        ResultsBuilder builder = new ResultsBuilder(stages, session.connections(), session.book());
        if (search != null) {
            builder.withSearch(search.trials(), search.result());
        }
        Results.Config config =
                config(
                        server,
                        options,
                        stages.getFirst().outcome().plan(),
                        search != null,
                        session.transport());
        Instant endedAt = machine.clock().instant();
        boolean neverMeasured = startedAt.isAfter(endedAt); // interrupted in the warm-up
        return builder.build(
                server.toString(), config, neverMeasured ? endedAt : startedAt, endedAt);
    }

    private void note(String message) {
        if (!quiet) {
            say(message);
        }
    }

    private void say(String message) {
        err.print(Diagnostics.oneLine(NAME + ": " + message));
    }
}
