package edgeloop.cli.load;

import edgeloop.cli.LineWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code loadtest merge}. */
@Command(
        name = "merge",
        description = "Adds runs up that loaded a server at the same time.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true)
final class MergeCommand implements Callable<Integer> {
    private final LineWriter out;

    @Parameters(paramLabel = "RUN.json", arity = "2..*", description = "Written by --json.")
    private List<Path> files = List.of();

    @Mixin private OutputOptions outputs = new OutputOptions();

    MergeCommand(LineWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() throws CannotRunException {
        List<Results> runs = new ArrayList<>();
        for (Path file : files) {
            runs.add(ResultsFile.read(file));
        }
        outputs.check();
        Results merged = Merge.of(runs);
        out.print(TextReport.of(merged));
        outputs.write(merged);
        return 0;
    }
}
