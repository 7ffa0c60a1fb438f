package edgeloop.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What {@code loadtest} costs beside the C load client: both load the C floor in turn, closed loop,
 * with the same requests, and their own CPU time per request is compared. Where {@code loadtest}
 * goes by a ring, so does a third one, which measures nothing: the least that a client there can
 * cost.
 */
@Command(
        name = "bench-loadtest",
        sortOptions = false,
        description = "Measures loadtest's own CPU per request beside the C load client's.")
public final class ClientComparison implements Callable<Integer> {
    private static final long EXTRA_SECONDS = 90;
    private static final Pattern NUMBER = Pattern.compile("\"(\\w+)\": *([-+.\\deE]+)");

    @Option(
            names = "--connections",
            split = ",",
            paramLabel = "N",
            defaultValue = "100,10000",
            description = "Loads. Default: ${DEFAULT-VALUE}")
    private List<Integer> connections = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often all is repeated. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "8",
            description =
                    "Measured part of each run; as long a warm-up comes before it."
                            + " Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "What loadtest is to go by, its own --engine. Default: not said.")
    private @Nullable String engine;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Spec private @Nullable CommandSpec spec;

    private ClientComparison() {}

    public static void main(String[] args) {
        var command = new CommandLine(new ClientComparison());
        command.setParameterExceptionHandler(
                (e, arguments) -> {
                    System.err.println("bench-loadtest: " + e.getMessage());
                    return CommandLine.ExitCode.USAGE;
                });
        command.setExecutionExceptionHandler(
                (e, line, result) -> {
                    if (e instanceof BenchException) {
                        System.err.println("bench-loadtest: " + e.getMessage());
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    throw e;
                });
        System.exit(command.execute(args));
    }

    /**
     * A turn of both clients; CPU is in microseconds per request.
     *
     * @param c of the C client
     * @param ring of the C client that goes by a ring and measures nothing; NaN where nobody asked
     * @param loadtest of all of loadtest's threads
     * @param thread of loadtest's thread that sends and receives
     * @param allocated bytes per request, by that thread
     */
    private record Turn(double c, double ring, double loadtest, double thread, double allocated) {
        double ratio() {
            return loadtest / c;
        }

        double ringRatio() {
            return ring / c;
        }
    }

    @Override
    public Integer call() throws BenchException, IOException, InterruptedException {
        if (rounds < 1 || seconds < 1 || connections.stream().anyMatch(n -> n < 1)) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--connections, --rounds and --seconds must be at least 1");
        }
        Path root = Path.of(System.getProperty("edgeloop.root", ".")).toAbsolutePath();
        CPrograms programs = CPrograms.compile(root.resolve("edgeloop-bench"));
        Cpus cpus = Cpus.choose();
        Map<String, String> machine = Machine.describe();
        System.out.println(
                machine.entrySet().stream()
                        .map(fact -> fact.getKey() + ": " + fact.getValue())
                        .collect(Collectors.joining("; ")));
        System.out.println(cpus.describe());
        System.out.printf(
                "%nCPU in us per request, median of %d rounds (quartiles)%n%n"
                        + "| connections | C client | loadtest | its reactor's thread | ratio |"
                        + " bytes allocated per request |%s%n|---|---|---|---|---|---|%s%n",
                rounds,
                isOnRing() ? " least on a ring | its ratio |" : "",
                isOnRing() ? "---|---|" : "");
        ServerSpec floor =
                new ServerCatalog(root, programs)
                        .all().stream()
                                .filter(server -> server.name().equals(ServerCatalog.FLOOR))
                                .findFirst()
                                .orElseThrow();
        for (int n : connections) {
            var turns = new ArrayList<Turn>();
            for (int round = 1; round <= rounds; round++) {
                System.err.printf("%d connections, round %d of %d%n", n, round, rounds);
                turns.add(turn(n, floor, root, programs, cpus));
            }
            print(n, turns);
        }
        return CommandLine.ExitCode.OK;
    }

    private Turn turn(int n, ServerSpec floor, Path root, CPrograms programs, Cpus cpus)
            throws BenchException, IOException, InterruptedException {
        try (RunningServer server = RunningServer.start(floor, cpus.server())) {
            var span = LoadClient.Span.ofSeconds(seconds);
            LoadClient.Result c =
                    new LoadClient(programs.loadClient(), cpus.client())
                            .run(
                                    server,
                                    new LoadClient.Load(
                                            new Row(n, Row.DEFAULT_SIZE, 1), span, span, 0));
            double cSeconds = c.get("client_user_seconds") + c.get("client_system_seconds");
            double ring = isOnRing() ? ringClient(n, server, programs, cpus) : Double.NaN;
            LoadClient.Result own = loadtest(n, server, root, cpus);
            double requests = own.get("requestsPerSecond") * own.get("totalSeconds");
            return new Turn(
                    cSeconds * 1e6 / c.get("requests"),
                    ring,
                    own.get("processCpuSeconds") * 1e6 / requests,
                    own.get("threadCpuSeconds") * 1e6 / requests,
                    own.get("allocatedBytesPerRequest"));
        }
    }

    private boolean isOnRing() {
        return "io_uring".equals(engine);
    }

    /** The CPU of the C client on a ring, in microseconds per request. */
    private double ringClient(int n, RunningServer server, CPrograms programs, Cpus cpus)
            throws BenchException, IOException, InterruptedException {
        List<String> command =
                List.of(
                        programs.ringClient().toString(),
                        String.valueOf(server.port()),
                        String.valueOf(n),
                        String.valueOf(seconds));
        Process process = Children.start(new ProcessBuilder(Cpus.pinned(cpus.client(), command)));
        try {
            if (!process.waitFor(2L * seconds + EXTRA_SECONDS, TimeUnit.SECONDS)) {
                throw new BenchException("ring_client did not end");
            }
            LoadClient.Result result = LoadClient.parse(process);
            return result.get("cpu_seconds") * 1e6 / result.get("requests");
        } finally {
            Children.stop(process);
        }
    }

    /** What loadtest wrote of itself; of a name that occurs more than once, the first. */
    private LoadClient.Result loadtest(int n, RunningServer server, Path root, Cpus cpus)
            throws BenchException, IOException, InterruptedException {
        Path folder = Children.makeFolder();
        Path json = folder.resolve("run.json");
        var command = new ArrayList<String>();
        command.addAll(
                List.of(
                        root.resolve("loadtest").toString(),
                        "--quiet",
                        "--connections=" + n,
                        "--size=" + Row.DEFAULT_SIZE,
                        "--duration=" + seconds,
                        "--warmup=" + seconds,
                        "--json=" + json,
                        "--fail-if=errors>0"));
        if (engine != null) {
            command.add("--engine=" + engine);
        }
        command.add("127.0.0.1:" + server.port());
        Process process =
                Children.start(
                        new ProcessBuilder(Cpus.pinned(cpus.client(), command))
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
        try {
            if (!process.waitFor(2L * seconds + EXTRA_SECONDS, TimeUnit.SECONDS)
                    || process.exitValue() != 0) {
                String message =
                        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                throw new BenchException("loadtest failed: " + message.strip());
            }
            Matcher numbers = NUMBER.matcher(Files.readString(json));
            return new LoadClient.Result(
                    numbers.results()
                            .collect(
                                    Collectors.toMap(
                                            m -> m.group(1),
                                            m -> Double.valueOf(m.group(2)),
                                            (first, _) -> first)));
        } finally {
            Children.stop(process);
            Children.removeFolder(folder);
        }
    }

    private interface Figure {
        double of(Turn turn);
    }

    private void print(int connections, List<Turn> turns) {
        System.out.printf(
                "| %d | %s | %s | %s | %s | %s |%s%n",
                connections,
                format("%.2f", turns, Turn::c),
                format("%.2f", turns, Turn::loadtest),
                format("%.2f", turns, Turn::thread),
                format("%.2f", turns, Turn::ratio),
                format("%.1f", turns, Turn::allocated),
                isOnRing()
                        ? " %s | %s |"
                                .formatted(
                                        format("%.2f", turns, Turn::ring),
                                        format("%.2f", turns, Turn::ringRatio))
                        : "");
    }

    private static String format(String number, List<Turn> turns, Figure figure) {
        return Spread.of(turns.stream().map(figure::of).toList())
                .orElseThrow()
                .format(value -> String.format(Locale.ROOT, number, value));
    }
}
