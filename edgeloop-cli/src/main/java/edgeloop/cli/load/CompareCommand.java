package edgeloop.cli.load;

import edgeloop.cli.LineWriter;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.report.HtmlComparison;
import edgeloop.cli.load.report.OutputFiles;
import edgeloop.cli.load.result.Comparison;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code loadtest compare}. */
@Command(
        name = "compare",
        description = "Compares two runs, and says which differences are noise.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true)
final class CompareCommand implements Callable<Integer> {
    private final LineWriter out;

    @Parameters(index = "0", paramLabel = "A.json", description = "Written by --json.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "B.json", description = "Written by --json.")
    private Path after = Path.of("");

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write a page with both runs' plots, for a browser.")
    private @Nullable Path report;

    CompareCommand(LineWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() throws CannotRunException {
        Results first = ResultsFile.read(before);
        Results second = ResultsFile.read(after);
        if (report != null) {
            refuseRuns(report);
        }
        Comparison comparison = new Comparison(first, second);
        if (comparison.fewestSlices() == 0) {
            throw new CannotRunException("a merged run has no course to compare");
        }
        StringBuilder lines = new StringBuilder();
        lines.append(
                Text.format(
                        "%-13s %14s %14s %9s   %s\n",
                        "", before.getFileName(), after.getFileName(), "change", "95% interval"));
        for (Comparison.Difference difference : comparison.differences()) {
            lines.append(line(difference, comparison.hasEnough())).append('\n');
        }
        if (!comparison.hasEnough()) {
            lines.append(
                    Text.format(
                            "The shorter run has %d slices of time; to tell noise, both need %d.\n",
                            comparison.fewestSlices(), Comparison.LEAST_SLICES));
        }
        if (report != null) {
            OutputFiles.write(
                    report, HtmlComparison.of(before.toString(), first, after.toString(), second));
        }
        out.print(lines.toString().stripTrailing());
        return 0;
    }

    private void refuseRuns(Path file) throws CannotRunException {
        if (OutputFiles.firstNamedTwice(List.of(before, file)) != null
                || OutputFiles.firstNamedTwice(List.of(after, file)) != null) {
            throw new CannotRunException(file + " is a run to be read, and not written to");
        }
    }

    private static String line(Comparison.Difference difference, boolean hasEnough) {
        boolean rate = difference.figure().equals("requests/sec");
        String verdict = difference.isNoise() ? "noise" : "differs";
        return Text.format(
                "%-13s %14s %14s %+8.1f%%   %s",
                difference.figure(),
                rate ? Text.rate(difference.before()) : Text.millis(difference.before() / 1e6),
                rate ? Text.rate(difference.after()) : Text.millis(difference.after() / 1e6),
                100 * difference.change(),
                hasEnough
                        ? Text.format(
                                "%+.1f%% to %+.1f%%: %s",
                                100 * difference.low(), 100 * difference.high(), verdict)
                        : "unknown");
    }
}
