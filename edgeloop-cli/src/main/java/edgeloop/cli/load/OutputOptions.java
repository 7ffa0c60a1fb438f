package edgeloop.cli.load;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that results can be written to. */
final class OutputOptions {
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
     * Makes sure, before a run, that the files can be written.
     *
     * @throws CannotRunException if one cannot
     */
    void check() throws CannotRunException {
        for (Path file : new @Nullable Path[] {json, csv, report}) {
            if (file != null) {
                OutputFiles.check(file);
            }
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
