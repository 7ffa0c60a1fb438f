package edgeloop.cli.load;

import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.report.CsvReport;
import edgeloop.cli.load.report.HistogramLog;
import edgeloop.cli.load.report.HtmlReport;
import edgeloop.cli.load.report.OutputFiles;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The files that results can be written to. */
final class OutputOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the results as JSON; docs/LOADTEST.md describes it.")
    private @Nullable Path json;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Write the course of the run as a table.")
    private @Nullable Path csv;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write a page with plots, for a browser.")
    private @Nullable Path report;

    /**
     * Makes sure, before a run, that the files can be written, each for itself.
     *
     * @param log another file, of the same run
     * @throws CannotRunException if one cannot
     */
    void check(@Nullable Path log) throws CannotRunException {
        List<Path> files = new ArrayList<>(files());
        ifGiven(log, files::add);
        for (Path file : files) {
            OutputFiles.check(file);
        }
        Path twice = OutputFiles.firstNamedTwice(files);
        if (twice != null && command != null) {
            throw new ParameterException(command.commandLine(), "two of the outputs name " + twice);
        }
    }

    /** Those that were asked for. */
    List<Path> files() {
        return Stream.of(json, csv, report).<Path>mapMulti(OutputOptions::ifGiven).toList();
    }

    private static void ifGiven(@Nullable Path file, Consumer<Path> files) {
        if (file != null) {
            files.accept(file);
        }
    }

    /**
     * Writes what was asked for. A file that cannot be written does not keep the others away.
     *
     * @param log of the same run, to be finished
     * @throws CannotRunException if one could not be written
     */
    void write(Results results, @Nullable HistogramLog log) throws CannotRunException {
        List<String> failures = new ArrayList<>();
        attempt(json, file -> OutputFiles.write(file, ResultsFile.toJson(results)), failures);
        attempt(csv, file -> OutputFiles.write(file, CsvReport.of(results)), failures);
        attempt(report, file -> OutputFiles.write(file, HtmlReport.of(results)), failures);
        attempt(log, HistogramLog::finish, failures);
        if (!failures.isEmpty()) {
            throw new CannotRunException(String.join("; ", failures));
        }
    }

    private interface Step<T> {
        void run(T output) throws CannotRunException;
    }

    private static <T> void attempt(@Nullable T output, Step<T> step, List<String> failures) {
        if (output != null) {
            try {
                step.run(output);
            } catch (CannotRunException e) {
                failures.add(e.getMessage());
            }
        }
    }

    /** Refuses what only a run has that was not added up of several. */
    void refuseCourse() {
        if (csv != null && command != null) {
            throw new ParameterException(
                    command.commandLine(),
                    "--csv is the course of one run; of several it is not known");
        }
    }
}
