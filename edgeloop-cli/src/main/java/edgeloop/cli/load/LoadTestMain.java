package edgeloop.cli.load;

import edgeloop.cli.Diagnostics;
import edgeloop.cli.LineWriter;
import edgeloop.cli.StderrLoggers;
import java.time.Duration;
import picocli.CommandLine;

/** Entry point of {@code loadtest}. */
public final class LoadTestMain {
    /** How long a stream that takes nothing may hold up the end. */
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private LoadTestMain() {}

    public static void main(String[] args) throws InterruptedException {
        // Java puts IPv4 first by itself, whatever the machine's order is (RFC 6724). It reads this
        // when the first address is made.
        System.setProperty("java.net.preferIPv6Addresses", "system");
        LineWriter out = LineWriter.start("stdout", System.out);
        LineWriter err = LineWriter.start("stderr", System.err);
        StderrLoggers.printWith(err);
        Thread.setDefaultUncaughtExceptionHandler(
                (_, e) -> err.print(Diagnostics.unexpected(LoadCommand.NAME, e)));
        int exitCode = LoadCommand.commandLine(out, err, Machine.OWN).execute(args);
        if (!out.awaitWritten(WRITE_TIMEOUT) || out.hasFailed()) {
            err.print(
                    LoadCommand.NAME
                            + ": cannot write to standard output: what it printed is lost");
            exitCode = CommandLine.ExitCode.SOFTWARE;
        }
        boolean _ = err.awaitWritten(WRITE_TIMEOUT); // else there is nobody to tell
        System.exit(exitCode);
    }
}
