package edgeloop.cli;

import edgeloop.http.Http;
import edgeloop.http.HttpOptions;
import edgeloop.http.StaticFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code --protocol http}. */
final class HttpCommandOptions {
    private final OptionSpec root =
            OptionSpec.builder("--root")
                    .type(Path.class)
                    .paramLabel("DIR")
                    .description("Directory of the files to serve, with --protocol http.")
                    .build();

    private final OptionSpec listing =
            Options.flag("--listing")
                    .description("List the names in directories that have no index.html.")
                    .build();

    private final OptionSpec dotfiles =
            Options.flag("--dotfiles")
                    .description(
                            "Serve files and directories whose names begin with a dot, too"
                                    + " (.well-known always is).")
                    .build();

    private final OptionSpec accessLog =
            OptionSpec.builder("--access-log")
                    .type(String.class)
                    .paramLabel("FILE")
                    .arity("0..1")
                    .fallbackValue(AccessLogFile.STDERR)
                    .description(
                            "Log each answer in the combined format, appended to FILE (without one:"
                                    + " to stderr).")
                    .build();

    void addTo(CommandSpec spec) {
        spec.addOption(root).addOption(listing).addOption(dotfiles).addOption(accessLog);
    }

    /** What is wrong with these options for {@code protocol}, or null. */
    @Nullable String problem(Protocol protocol) {
        if (protocol == Protocol.HTTP) {
            return httpProblem();
        }
        String given =
                root.getValue() != null
                        ? "--root"
                        : listing.<Boolean>getValue()
                                ? "--listing"
                                : dotfiles.<Boolean>getValue()
                                        ? "--dotfiles"
                                        : accessLog.getValue() != null ? "--access-log" : null;
        return given == null ? null : given + " is an option of --protocol http";
    }

    private @Nullable String httpProblem() {
        Path directory = root.getValue();
        if (directory == null) {
            return "--protocol http needs --root DIR, the files to serve";
        }
        // A variable that is not set leaves these; an empty path is the present directory to Java.
        if (directory.toString().isEmpty()) {
            return "--root is empty: give it the directory of the files to serve";
        }
        String log = accessLog.getValue();
        return log != null && log.isEmpty()
                ? "--access-log is empty: give it a file, or no '='"
                : null;
    }

    /** Opens the access log, if one is wanted. */
    @Nullable AccessLogFile openAccessLog(LineWriter err) throws IOException {
        String file = accessLog.getValue();
        return file == null ? null : AccessLogFile.open(file, err);
    }

    /**
     * What bounds requests.
     *
     * @param idleTimeout how long a connection may wait for its next request; zero for the default
     * @param minOutputRate in bytes per second; null for the default
     */
    static HttpOptions limits(Duration idleTimeout, @Nullable Integer minOutputRate) {
        HttpOptions options = HttpOptions.defaults();
        if (!idleTimeout.isZero()) {
            options = options.withKeepAliveTimeout(idleTimeout);
        }
        return minOutputRate == null ? options : options.withMinOutputRate(minOutputRate);
    }

    /**
     * What serves the files.
     *
     * @param limits those of {@link #limits}
     * @throws NoSuchFileException if the root is not there
     * @throws NotDirectoryException if it is no directory
     */
    Http open(HttpOptions limits, @Nullable AccessLogFile log)
            throws NoSuchFileException, NotDirectoryException {
        Path directory = root.getValue();
        if (directory == null) {
            throw new IllegalStateException("problem() was not asked");
        }
        Http http =
                Http.serve(
                        limits,
                        StaticFiles.of(directory)
                                .withListing(listing.getValue())
                                .withDotfiles(dotfiles.getValue()));
        return log == null ? http : http.withAccessLog(log);
    }
}
