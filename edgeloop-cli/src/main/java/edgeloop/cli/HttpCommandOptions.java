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
import picocli.CommandLine.Option;

/** The options of {@code --protocol http}. */
final class HttpCommandOptions {
    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Directory of the files to serve, with --protocol http.")
    private @Nullable Path root;

    @Option(
            names = "--listing",
            description = "List the names in directories that have no index.html.")
    private boolean listing;

    @Option(
            names = "--access-log",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = AccessLogFile.STDERR,
            description =
                    "Log each answer in the combined format, appended to FILE (without one: to"
                            + " stderr).")
    private @Nullable String accessLog;

    /** What is wrong with these options for {@code protocol}, or null. */
    @Nullable String problem(Protocol protocol) {
        if (protocol == Protocol.HTTP) {
            return root == null ? "--protocol http needs --root DIR, the files to serve" : null;
        }
        String given =
                root != null
                        ? "--root"
                        : listing ? "--listing" : accessLog != null ? "--access-log" : null;
        return given == null ? null : given + " is an option of --protocol http";
    }

    /** Opens the access log, if one is wanted. */
    @Nullable AccessLogFile openAccessLog(LineWriter err) throws IOException {
        return accessLog == null ? null : AccessLogFile.open(accessLog, err);
    }

    /**
     * What serves the files.
     *
     * @param idleTimeout how long a connection may wait for its next request; zero for the default
     * @throws NoSuchFileException if the root is not there
     * @throws NotDirectoryException if it is no directory
     */
    Http open(Duration idleTimeout, @Nullable AccessLogFile log)
            throws NoSuchFileException, NotDirectoryException {
        Path directory = root;
        if (directory == null) {
            throw new IllegalStateException("problem() was not asked");
        }
        HttpOptions options = HttpOptions.defaults();
        if (!idleTimeout.isZero()) {
            options = options.withKeepAliveTimeout(idleTimeout);
        }
        Http http = Http.serve(options, StaticFiles.of(directory).withListing(listing));
        return log == null ? http : http.withAccessLog(log);
    }
}
