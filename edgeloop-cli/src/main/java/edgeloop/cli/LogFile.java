package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The file of an access log, which lines are appended to. What can't be written is lost and
 * counted, but no line is written in part: where a disk was full in the middle of one, its rest
 * comes before the next line.
 *
 * <p>A FIFO is opened by the first to write: that waits until somebody reads it, and again when
 * that reader has gone, fifo(7).
 */
final class LogFile implements LineWriter.Sink {
    /** {@code PIPE_BUF}: so much a pipe takes whole or not at all, pipe(7). */
    private static final int CHUNK = 4_096;

    private final String name;
    private final boolean special;
    private final LineWriter err;
    private final LostLines unwritten;
    private final AtomicLong written = new AtomicLong();
    private @Nullable FileChannel channel;

    /** What is still to come of a line that was written in part, or null. */
    private @Nullable ByteBuffer rest;

    private LogFile(String name, boolean special, LineWriter err) {
        this.name = name;
        this.special = special;
        this.err = err;
        this.unwritten = new LostLines(err);
    }

    /**
     * Opens the file for appending; one that is no regular file, so that it may be waited for, is
     * left for {@link #reopen}.
     *
     * @param err hears of what is lost
     * @throws IOException if it can't be
     */
    static LogFile open(String name, LineWriter err) throws IOException {
        File file = new File(name);
        boolean special = file.exists() && !file.isFile() && !file.isDirectory();
        LogFile log = new LogFile(name, special, err);
        if (!special) {
            log.channel = log.openChannel();
        } else if (!file.canWrite()) {
            throw new IOException(name + " (Permission denied)");
        }
        return log;
    }

    /** Whether it is still to be opened, on a thread that can wait for it. */
    boolean isSpecial() {
        return special;
    }

    /** How many lines were written; any thread may ask. */
    long written() {
        return written.get();
    }

    @SuppressWarnings("resource") // the channel is its
    private FileChannel openChannel() throws IOException {
        return new FileOutputStream(name, true).getChannel();
    }

    @Override
    public void reopen() {
        FileChannel old = channel;
        try {
            FileChannel opened = openChannel();
            if (old != null) {
                leave(old);
            }
            channel = opened;
        } catch (IOException e) {
            err.print(
                    Diagnostics.oneLine(
                            ServerCommand.NAME
                                    + ": cannot open the access log"
                                    + (old == null ? ": " : " anew, so the old file is used: ")
                                    + e.getMessage()));
        }
    }

    /** Closes {@code old}, after the rest of a line that it has begun. */
    private void leave(FileChannel old) {
        try (old) {
            writeRest(old);
        } catch (IOException e) {
            // What is said of it is what was not written.
        }
        if (rest != null) {
            rest = null;
            unwritten.add(1, "the file was full when it was closed");
        }
    }

    @Override
    public boolean write(String lines) {
        byte[] bytes = lines.getBytes(US_ASCII);
        boolean all = true;
        for (int begin = 0; begin < bytes.length; ) {
            int end = endOfChunk(bytes, begin);
            all &= append(ByteBuffer.wrap(bytes, begin, end - begin).slice());
            begin = end;
        }
        return all;
    }

    /** Behind the last line that ends within a chunk from {@code begin} on; one line at least. */
    private static int endOfChunk(byte[] bytes, int begin) {
        int end = Math.min(bytes.length, begin + CHUNK);
        while (end > begin && bytes[end - 1] != '\n') {
            end--;
        }
        if (end == begin) {
            while (bytes[end] != '\n') {
                end++;
            }
            end++;
        }
        return end;
    }

    /** Writes whole lines. Answers whether it could write all. */
    private boolean append(ByteBuffer lines) {
        try {
            try {
                writeAll(lines);
            } catch (IOException e) {
                if (!special) {
                    throw e;
                }
                // Who read a FIFO has gone. What it had of these lines, the next one gets too.
                close();
                writeAll(lines.rewind());
            }
        } catch (IOException e) {
            lost(lines, String.valueOf(e.getMessage()));
            return false;
        }
        written.addAndGet(count(lines, 0, lines.limit()));
        return true;
    }

    private void writeAll(ByteBuffer lines) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open = openChannel();
            channel = open;
        }
        writeRest(open);
        while (lines.hasRemaining()) {
            int _ = open.write(lines);
        }
    }

    private void writeRest(FileChannel open) throws IOException {
        ByteBuffer line = rest;
        if (line != null) {
            while (line.hasRemaining()) {
                int _ = open.write(line);
            }
            rest = null;
            written.incrementAndGet();
        }
    }

    private void close() {
        FileChannel open = channel;
        if (open != null) {
            channel = null;
            leave(open);
        }
    }

    /** Counts what was not written of {@code lines}, and keeps the rest of one that was cut. */
    private void lost(ByteBuffer lines, String cause) {
        if (special) {
            close();
            unwritten.add(count(lines, 0, lines.limit()), cause);
            return;
        }
        int done = lines.position();
        written.addAndGet(count(lines, 0, done));
        int begin = done;
        if (done > 0 && lines.get(done - 1) != '\n') {
            while (lines.get(begin++) != '\n') {}
            rest = lines.slice(done, begin - done);
        }
        int lost = count(lines, begin, lines.limit());
        if (lost > 0) {
            unwritten.add(lost, cause);
        }
    }

    private static int count(ByteBuffer lines, int begin, int end) {
        int count = 0;
        for (int i = begin; i < end; i++) {
            count += lines.get(i) == '\n' ? 1 : 0;
        }
        return count;
    }
}
