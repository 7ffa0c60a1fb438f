package edgeloop.cli.load;

import edgeloop.cli.LineWriter;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Comparison;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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

    CompareCommand(LineWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() throws CannotRunException {
        Comparison comparison = new Comparison(ResultsFile.read(before), ResultsFile.read(after));
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
        out.print(lines.toString().stripTrailing());
        return 0;
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
