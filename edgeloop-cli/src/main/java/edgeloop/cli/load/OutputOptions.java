package edgeloop.cli.load;

import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.report.CsvReport;
import edgeloop.cli.load.report.HtmlReport;
import edgeloop.cli.load.report.OutputFiles;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Path;
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
     * @throws CannotRunException if one cannot
     */
    void check() throws CannotRunException {
        List<Path> files = files();
        for (Path file : files) {
            OutputFiles.check(file);
        }
        Path twice = OutputFiles.firstNamedTwice(files);
        if (twice != null && command != null) {
            throw new ParameterException(
                    command.commandLine(), "two of --json, --csv and --report name " + twice);
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

    void write(Results results) throws CannotRunException {
        if (json != null) {
            OutputFiles.write(json, ResultsFile.toJson(results));
        }
        if (csv != null) {
            OutputFiles.write(csv, CsvReport.of(results));
        }
        if (report != null) {
            OutputFiles.write(report, HtmlReport.of(results));
        }
    }
}
