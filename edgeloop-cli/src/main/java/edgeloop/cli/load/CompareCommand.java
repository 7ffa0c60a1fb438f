package edgeloop.cli.load;

import edgeloop.cli.Diagnostics;
import edgeloop.cli.LineWriter;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.report.ComparisonRows;
import edgeloop.cli.load.report.HtmlComparison;
import edgeloop.cli.load.report.OutputFiles;
import edgeloop.cli.load.result.AskedLoad;
import edgeloop.cli.load.result.Gate;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loadtest compare}. */
@Command(
        name = "compare",
        description = "Compares two runs, and says which differences are noise.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true)
final class CompareCommand implements Callable<Integer> {
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private final LineWriter out;
    private final LineWriter err;

    @Parameters(index = "0", paramLabel = "A.json", description = "Written by --json.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "B.json", description = "Written by --json.")
    private Path after = Path.of("");

    @Option(
            names = "--fail-if",
            paramLabel = "CONDITION",
            description =
                    "Exit with 3 if B is beyond this, such as 'p99>+10%%' or 'rate<-5%%' of A, and"
                            + " not by noise; or if 'p99>5ms' holds for B. May be repeated.")
    private List<String> failIf = List.of();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write a page with both runs' plots, for a browser.")
    private @Nullable Path report;

    @Spec private @Nullable CommandSpec spec;

    CompareCommand(LineWriter out, LineWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws CannotRunException, InterruptedException {
        List<Gate> gates = new ArrayList<>();
        for (String condition : failIf) {
            gates.add(parse(condition));
        }
        Results first = ResultsFile.read(before);
        Results second = ResultsFile.read(after);
        if (report != null) {
            checkReport(report);
        }
        AskedLoad asked = new AskedLoad(first);
        AskedLoad askedAfter = new AskedLoad(second);
        String why = asked.whyIncomparable(askedAfter);
        if (!why.isEmpty()) {
            throw new CannotRunException("the runs cannot be compared: " + why);
        }
        ComparisonRows compared = new ComparisonRows(first, second);
        List<Gate.Finding> findings = new ArrayList<>();
        for (Gate gate : gates) {
            findings.add(gate.find(first, second, compared.comparison()));
        }
        StringBuilder lines = new StringBuilder();
        lines.append(Text.format("A: %s: %s\n", before, asked.describe()));
        lines.append(Text.format("B: %s: %s\n\n", after, askedAfter.describe()));
        lines.append(line(new ComparisonRows.Row("", "A", "B", "change", "95% interval")));
        compared.rows().forEach(row -> lines.append(line(row)));
        verdict(lines, "A", first);
        verdict(lines, "B", second);
        compared.notes().forEach(note -> lines.append(note).append('\n'));
        out.print(lines.toString().stripTrailing());
        if (report != null) {
            boolean _ = out.awaitWritten(WRITE_TIMEOUT); // the report may be the same stream
            OutputFiles.write(
                    report, HtmlComparison.of(before.toString(), first, after.toString(), second));
        }
        return exitCode(findings, second);
    }

    private static String line(ComparisonRows.Row row) {
        return Text.format(
                                "%-13s %14s %14s %9s   %s",
                                row.figure(),
                                row.before(),
                                row.after(),
                                row.change(),
                                row.interval())
                        .stripTrailing()
                + "\n";
    }

    private static void verdict(StringBuilder lines, String name, Results run) {
        for (String why : run.client().limited()) {
            lines.append(Text.format("Client limited, %s: %s\n", name, why));
        }
        for (String why : run.requests().endedEarly()) {
            lines.append(Text.format("Ended early, %s: %s\n", name, why));
        }
    }

    private void checkReport(Path file) throws CannotRunException {
        if (OutputFiles.firstNamedTwice(List.of(before, file)) != null
                || OutputFiles.firstNamedTwice(List.of(after, file)) != null) {
            throw new ParameterException(
                    command().commandLine(), file + " is a run to be read, and not written to");
        }
        OutputFiles.check(file);
    }

    private int exitCode(List<Gate.Finding> findings, Results second) {
        int exitCode = CommandLine.ExitCode.OK;
        List<String> endedByServer = second.requests().endedByServer();
        if (!endedByServer.isEmpty() && !findings.isEmpty()) {
            say("failed, since B ended early: " + endedByServer.getFirst());
            exitCode = ConditionOptions.FAILED;
        }
        for (Gate.Finding finding : findings) {
            if (finding.holds()) {
                say("failed, since " + finding.text());
                exitCode = ConditionOptions.FAILED;
            } else if (finding.maybe()) {
                say("not failed, since it may be noise: " + finding.text());
            }
        }
        return exitCode;
    }

    private void say(String message) {
        err.print(Diagnostics.oneLine(LoadCommand.NAME + ": " + message));
    }

    private Gate parse(String condition) {
        try {
            return Gate.parse(condition);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command().commandLine(), "--fail-if " + e.getMessage(), e);
        }
    }

    private CommandSpec command() {
        if (spec == null) {
            throw new IllegalStateException("picocli fills this in");
        }
        return spec;
    }
}
