package edgeloop.cli.load;

import edgeloop.cli.LineWriter;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.report.OutputFiles;
import edgeloop.cli.load.report.TextReport;
import edgeloop.cli.load.result.AskedLoad;
import edgeloop.cli.load.result.Merge;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code loadtest merge}. */
@Command(
        name = "merge",
        description = "Adds runs up that loaded a server at the same time.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true)
final class MergeCommand implements Callable<Integer> {
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private final LineWriter out;

    @Parameters(paramLabel = "RUN.json", arity = "2..*", description = "Written by --json.")
    private List<Path> files = List.of();

    @Spec private @Nullable CommandSpec spec;

    @Mixin private OutputOptions outputs = new OutputOptions();

    MergeCommand(LineWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() throws CannotRunException, InterruptedException {
        outputs.refuseCourse();
        List<Results> runs = new ArrayList<>();
        for (Path file : files) {
            runs.add(ResultsFile.read(file));
        }
        refuseTwice(files, " is given twice, and would count twice");
        outputs.check(null);
        List<Path> all = new ArrayList<>(files);
        all.addAll(outputs.files());
        refuseTwice(all, " is a run to be read, and not written to");
        List<String> names = files.stream().map(Path::toString).toList();
        Results merged = Merge.of(names, runs);
        StringBuilder lines = new StringBuilder(TextReport.of(merged)).append("\n");
        for (int i = 0; i < runs.size(); i++) {
            lines.append(line("Of " + names.get(i), runs.get(i)));
        }
        lines.append(line("In all", merged));
        lines.append(Text.format("Began within %s of each other", Text.millis(spread(runs))));
        out.print(lines.toString());
        boolean _ = out.awaitWritten(WRITE_TIMEOUT); // one of the outputs may be the same stream
        outputs.write(merged, null);
        return 0;
    }

    private static double spread(List<Results> runs) {
        List<Instant> begins = runs.stream().map(run -> Instant.parse(run.startedAt())).toList();
        Duration spread = Duration.between(Collections.min(begins), Collections.max(begins));
        return spread.toNanos() / 1e6;
    }

    private static String line(String name, Results run) {
        String shard = run.config().shard();
        return Text.format(
                "%s%s: %s requests/sec; %s\n",
                name,
                shard == null ? "" : ", shard " + shard,
                Text.count(run.requestsPerSecond()),
                new AskedLoad(run).describe());
    }

    private void refuseTwice(List<Path> named, String why) throws CannotRunException {
        Path twice = OutputFiles.firstNamedTwice(named);
        if (twice != null && spec != null) {
            throw new ParameterException(spec.commandLine(), twice + why);
        }
    }
}
