package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import edgeloop.http.AccessLog;
import edgeloop.http.AccessLogEntry;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;

/**
 * Writes the access log, from a thread of its own: a disk that is slow, or full, does not stop the
 * server. What cannot be written in time is left out and counted.
 */
final class AccessLogFile implements AccessLog {
    /** Stands for stderr, where a file is to be named. */
    static final String STDERR = "-";

    private final LineWriter writer;
    private long dropped;

    private AccessLogFile(LineWriter writer) {
        this.writer = writer;
    }

    /**
     * Opens the log.
     *
     * @param file is appended to; {@link #STDERR} for {@code err}
     * @throws IOException if it can't be
     */
    @SuppressWarnings("resource") // open until the program ends
    static AccessLogFile open(String file, LineWriter err) throws IOException {
        if (file.equals(STDERR)) {
            return new AccessLogFile(err);
        }
        var stream = new PrintStream(new FileOutputStream(file, true), false, US_ASCII);
        return new AccessLogFile(LineWriter.start("access log", stream));
    }

    @Override
    public void onAnswered(AccessLogEntry entry) {
        if (!writer.offer(entry.toCombinedFormat())) {
            dropped++;
        }
    }

    /** Waits until all is written. To be called when no more comes. */
    void finish(LineWriter err, Duration timeout) throws InterruptedException {
        boolean written = writer.awaitWritten(timeout);
        if (writer != err && (!written || writer.hasFailed())) {
            err.print(ServerCommand.NAME + ": lines of the access log could not be written");
        }
        if (dropped > 0) {
            err.print(
                    ServerCommand.NAME
                            + ": "
                            + dropped
                            + " lines of the access log were dropped: they came faster than they"
                            + " could be written");
        }
    }
}
