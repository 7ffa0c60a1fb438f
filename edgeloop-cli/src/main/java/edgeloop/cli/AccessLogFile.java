package edgeloop.cli;

import edgeloop.http.AccessLog;
import edgeloop.http.AccessLogEntry;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes the access log, from a thread of its own: a disk that is slow, or full, or a FIFO that
 * nobody reads does not stop the server. What cannot be written in time is left out and counted.
 */
final class AccessLogFile implements AccessLog {
    /** Stands for stderr, where a file is to be named. */
    static final String STDERR = "-";

    private final LineWriter writer;

    /** Null where the lines go to stderr. */
    private final @Nullable LogFile file;

    private final LostLines dropped;
    private long taken;

    private AccessLogFile(LineWriter writer, @Nullable LogFile file, LineWriter err) {
        this.writer = writer;
        this.file = file;
        this.dropped = new LostLines(err);
    }

    /**
     * Opens the log.
     *
     * @param name a file to append to; {@link #STDERR} for {@code err}
     * @param err hears of what is lost
     * @throws IOException if it can't be
     */
    static AccessLogFile open(String name, LineWriter err) throws IOException {
        if (name.equals(STDERR)) {
            return new AccessLogFile(err, null, err);
        }
        LogFile file = LogFile.open(name, err);
        LineWriter writer = LineWriter.start("access log", file);
        if (file.isSpecial()) {
            writer.reopen();
        }
        return new AccessLogFile(writer, file, err);
    }

    @Override
    public void onAnswered(AccessLogEntry entry) {
        if (writer.offer(entry.toCombinedFormat())) {
            taken++;
        } else {
            dropped.add(1, "they come faster than they are written");
        }
    }

    /**
     * Begins to open the file anew, and returns: for when another program has renamed it. Where
     * that fails the old one is used further, and stderr says so. Any thread may call this.
     */
    void reopen() {
        if (file != null) {
            writer.reopen();
        }
    }

    /** Waits until all is written, and says how much was not. To be called when no more comes. */
    void finish(LineWriter err, Duration timeout) throws InterruptedException {
        boolean _ = writer.awaitWritten(timeout); // what is not, is lost
        long lost = dropped.count() + (file == null ? 0 : taken - file.written());
        if (lost > 0) {
            err.print(ServerCommand.NAME + ": " + lost + " lines of the access log were lost");
        }
    }
}
