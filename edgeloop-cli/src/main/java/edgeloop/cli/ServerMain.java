package edgeloop.cli;

import edgeloop.Server;
import java.time.Duration;

/** Entry point of {@code myepollserver}. */
final class ServerMain {
    /** How long a stream that takes nothing may hold up the end. */
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(1);

    private ServerMain() {}

    public static void main(String[] args) throws InterruptedException {
        // While this thread reads the options.
        Thread.ofPlatform().name("prepare").daemon().start(Server::prepare);
        LineWriter out = LineWriter.start("stdout", System.out);
        LineWriter err = LineWriter.start("stderr", System.err);
        StderrLoggers.printWith(err);
        Thread.setDefaultUncaughtExceptionHandler(
                (_, e) -> err.print(Diagnostics.unexpected(ServerCommand.NAME, e)));
        int exitCode = ServerCommand.commandLine(out, err).execute(args);
        if (!out.awaitWritten(WRITE_TIMEOUT)) {
            err.print(
                    ServerCommand.NAME
                            + ": standard output takes nothing: the last lines are lost");
        } else if (out.hasFailed()) {
            err.print(
                    ServerCommand.NAME + ": cannot write to standard output: lines of it are lost");
        }
        boolean _ = err.awaitWritten(WRITE_TIMEOUT); // else there is nobody to tell
        System.exit(exitCode);
    }
}
