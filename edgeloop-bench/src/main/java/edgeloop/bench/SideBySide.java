package edgeloop.bench;

import edgeloop.bench.Plan.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Loads every server in turn, A B C A B C …, so that a machine that grows slower during the hour
 * does so for all of them, and prints medians over all turns and ratios to the C floor of the same
 * turn.
 */
@Command(
        name = "bench",
        sortOptions = false,
        description = "Measures Edgeloop and its peers under the same load, side by side.")
public final class SideBySide implements Callable<Integer> {
    private static final int EXIT_FAILED = 1;
    private static final double BUSY_MACHINE = 0.5;
    private static final int QUICK_WARMUP_REQUESTS = 50_000;

    /** A server needs a few descriptors beside its connections. */
    private static final int SPARE_DESCRIPTORS = 1_000;

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "C[:SIZE[:DEPTH]]",
            converter = RowConverter.class,
            description =
                    "Loads: connections, bytes per request (64), requests under way on each (1)."
                            + " Default: ${DEFAULT-VALUE}",
            defaultValue = "50,1000,10000")
    private List<Row> rows = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "How often all is repeated, each time with new processes."
                            + " Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--slices",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "How often the servers take turns at each row of a round: ratios are between"
                            + " neighbours. Default: ${DEFAULT-VALUE}")
    private int slices;

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Only these. Default: all that are installed, without those that serve files.")
    private List<String> servers = List.of();

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description =
                    "Only these of: ${COMPLETION-CANDIDATES}. Default: all but modes and ring,"
                            + " which have servers of their own.")
    private Set<Part> parts = Part.ALL;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description =
                    "Measured part of each row of a round, all slices together."
                            + " Default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(
            names = "--warmup",
            paramLabel = "REQUESTS",
            defaultValue = "300000",
            description =
                    "What a server with a JIT compiler gets before its first row."
                            + " Default: ${DEFAULT-VALUE}")
    private long warmupRequests;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "50000",
            description = "Requests/s offered for latencies. Default: ${DEFAULT-VALUE}")
    private long latencyRate;

    @Option(
            names = "--idle-connections",
            paramLabel = "N",
            defaultValue = "18000",
            description =
                    "Open when memory and wakeups are measured, if the descriptor limit allows."
                            + " Default: ${DEFAULT-VALUE}")
    private int idleConnections;

    @Option(
            names = "--idle-seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "For how long wakeups are counted. Default: ${DEFAULT-VALUE}")
    private double idleSeconds;

    @Option(
            names = "--quick",
            description = "A look: one round of a second each, at 50 and 1,000 connections.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write every value there.")
    private @Nullable Path json;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Spec private @Nullable CommandSpec spec;

    private SideBySide() {}

    public static void main(String[] args) {
        var command = new CommandLine(new SideBySide());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setParameterExceptionHandler(
                (e, arguments) -> {
                    System.err.println("bench: " + e.getMessage());
                    return CommandLine.ExitCode.USAGE;
                });
        command.setExecutionExceptionHandler(
                (e, line, result) -> {
                    if (e instanceof BenchException) {
                        System.err.println("bench: " + e.getMessage());
                        return EXIT_FAILED;
                    }
                    if (Children.areEnding()) {
                        return EXIT_FAILED;
                    }
                    throw e;
                });
        System.exit(command.execute(args));
    }

    @Override
    public Integer call() throws BenchException, IOException, InterruptedException {
        Path root = Path.of(System.getProperty("edgeloop.root", ".")).toAbsolutePath();
        Plan plan = plan();
        CPrograms programs = CPrograms.compile(root.resolve("edgeloop-bench"));
        ServerCatalog catalog = new ServerCatalog(root, programs);
        boolean modes = plan.has(Part.MODES);
        boolean rings = plan.has(Part.RING);
        List<ServerSpec> specs =
                chosen(modes ? catalog.modes() : rings ? catalog.rings() : catalog.all());
        Map<String, String> machine = Machine.describe();
        Cpus cpus = Cpus.choose();
        sayWhereAndHow(machine, cpus);

        var samples = new Samples();
        var measurer =
                new Measurer(plan, cpus, new LoadClient(programs.loadClient(), cpus.client()));
        for (int round = 1; round <= plan.rounds(); round++) {
            System.err.printf("Round %d of %d%n", round, plan.rounds());
            measurer.measure(specs, round, samples);
            if (modes) {
                measurer.measureCrowds(catalog.crowds(), round, samples);
            }
            if (rings) {
                measurer.measureSizes(sizes(catalog, specs), round, samples);
            }
        }
        return report(new Report(plan, names(specs), samples), samples, machine);
    }

    private ParameterException bad(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }

    private Plan plan() {
        if (rounds < 1 || slices < 1 || !(seconds > 0) || !(idleSeconds > 0) || latencyRate < 1) {
            throw bad(
                    "--rounds, --slices, --seconds, --idle-seconds and --rate must be more than 0");
        }
        if (warmupRequests < 0) {
            throw bad("--warmup must not be negative");
        }
        if (idleConnections <= Measurer.FEW_IDLE_CONNECTIONS) {
            throw bad("--idle-connections must be more than " + Measurer.FEW_IDLE_CONNECTIONS);
        }
        if (parts.containsAll(Set.of(Part.MODES, Part.RING))) {
            throw bad("modes and ring have servers of their own: one at a time");
        }
        int mostIdle = ProcessFiles.descriptorLimit() - SPARE_DESCRIPTORS;
        int idle = Math.min(idleConnections, mostIdle);
        return quick
                ? new Plan(
                        List.of(
                                new Row(50, Row.DEFAULT_SIZE, 1),
                                new Row(1000, Row.DEFAULT_SIZE, 1)),
                        1,
                        1,
                        1,
                        QUICK_WARMUP_REQUESTS,
                        latencyRate,
                        idle,
                        idleSeconds,
                        Set.of(Part.CPU, Part.START))
                : new Plan(
                        rows,
                        rounds,
                        slices,
                        seconds,
                        warmupRequests,
                        latencyRate,
                        idle,
                        idleSeconds,
                        parts);
    }

    /** The floor is always among them: ratios need it. */
    private List<ServerSpec> chosen(List<ServerSpec> all) {
        var unknown = new LinkedHashSet<>(servers);
        unknown.removeAll(names(all));
        if (!unknown.isEmpty()) {
            throw bad(
                    "no server "
                            + String.join(", ", unknown)
                            + "; there are "
                            + String.join(", ", names(all)));
        }
        var chosen = new ArrayList<ServerSpec>();
        for (ServerSpec spec : all) {
            boolean wanted =
                    (servers.isEmpty() && !spec.protocol().isFile())
                            || servers.contains(spec.name())
                            || spec.name().equals(ServerCatalog.FLOOR);
            if (wanted && Executables.find(spec.executable()).isPresent()) {
                chosen.add(spec);
            } else if (wanted) {
                System.err.println("Left out, not installed: " + spec.executable());
            }
        }
        return chosen;
    }

    private static List<ServerSpec> sizes(ServerCatalog catalog, List<ServerSpec> chosen) {
        List<String> names = names(chosen);
        return catalog.sizes().stream().filter(spec -> names.contains(spec.name())).toList();
    }

    private static List<String> names(List<ServerSpec> specs) {
        return specs.stream().map(ServerSpec::name).toList();
    }

    private static void sayWhereAndHow(Map<String, String> machine, Cpus cpus) throws IOException {
        System.out.println(
                machine.entrySet().stream()
                        .map(fact -> fact.getKey() + ": " + fact.getValue())
                        .collect(Collectors.joining("; ")));
        System.out.println(cpus.describe());
        double load = Machine.loadAverage();
        if (load > BUSY_MACHINE) {
            System.err.printf(
                    Locale.ROOT,
                    "Other work is running here (load average %.2f): figures will be noisy%n",
                    load);
        }
    }

    private int report(Report report, Samples samples, Map<String, String> machine)
            throws IOException {
        System.out.print(report.tables());
        System.out.println();
        samples.commands()
                .forEach(
                        (name, command) ->
                                System.out.println(name + ": " + String.join(" ", command)));
        if (json != null) {
            Files.writeString(json, report.json(machine));
        }
        if (samples.failures().isEmpty()) {
            return CommandLine.ExitCode.OK;
        }
        System.out.println("\nNot measured:");
        samples.failures().forEach(failure -> System.out.println("  " + failure));
        return EXIT_FAILED;
    }

    /** So that a bad row is one line on the console. */
    private static final class RowConverter implements CommandLine.ITypeConverter<Row> {
        @Override
        public Row convert(String text) {
            try {
                return Row.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(
                        "'" + text + "' is no row, write connections[:size[:depth]]");
            }
        }
    }
}
