package edgeloop.cli.load.report;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes the response times of every interval in HdrHistogram's interval log format, which its
 * tools read; values in nanoseconds. What requests without an answer had waited has lines of its
 * own, with a tag. A device or a FIFO is sent them as they come, a file appears with all of them at
 * the end.
 */
public final class HistogramLog implements RunObserver, AutoCloseable {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final String UNANSWERED = "unanswered";

    private final Path file;
    private final Destination destination;
    private final InstantSource clock;

    /** Null where they are written as they come. */
    private final @Nullable Spool spool;

    private final Sink sink;
    private final PrintStream stream;
    private final HistogramLogWriter writer;

    /** When the present stage began, by the wall clock, as the format wants it. */
    private double stageBeginMillis;

    /** Whether the last interval was after its stage's window. */
    private boolean isAfterWindow;

    private final double logBeginMillis;

    private HistogramLog(Path file, Destination destination, InstantSource clock)
            throws IOException {
        this.file = file;
        this.clock = clock;
        this.destination = destination;
        boolean named = destination.kind() == Destination.Kind.FILE;
        this.spool = named ? Spool.in(destination.folder()) : null;
        this.sink = new Sink(spool == null ? destination.open() : spool.stream());
        this.stream = new PrintStream(sink, false, StandardCharsets.UTF_8);
        this.writer = new HistogramLogWriter(stream);
        this.logBeginMillis = clock.millis();
        writer.outputComment("[loadtest: response times in nanoseconds, maxima in milliseconds]");
        writer.outputLogFormatVersion();
        writer.outputStartTime((long) logBeginMillis);
        writer.setBaseTime((long) logBeginMillis);
        writer.outputLegend();
    }

    /**
     * Opens the log.
     *
     * @param clock tells the time of day
     * @throws CannotRunException if the file cannot be written
     */
    public static HistogramLog open(Path file, InstantSource clock) throws CannotRunException {
        try {
            return new HistogramLog(file, Destination.of(file), clock);
        } catch (IOException e) {
            throw OutputFiles.cannotWrite(file, e);
        }
    }

    @Override
    public void stageBegan(StagePlan plan) {
        stageBeginMillis = clock.millis() + plan.unmeasuredNanos() / NANOS_PER_MILLI;
    }

    /**
     * What comes after the window has no tag, since tools leave out what has one, and its times are
     * the longest ones.
     */
    private void noteWindowEnd(Interval interval, double beginMillis) {
        if (interval.afterWindow && !isAfterWindow) {
            writer.outputComment(
                    Text.format(
                            "[after the window, from %.3f: answers that were waited for]",
                            beginMillis / 1e3));
        }
        isAfterWindow = interval.afterWindow;
    }

    @Override
    public void intervalEnded(StagePlan plan, Interval interval) {
        double begin = stageBeginMillis - logBeginMillis + interval.beginNanos / NANOS_PER_MILLI;
        double end = stageBeginMillis - logBeginMillis + interval.endNanos / NANOS_PER_MILLI;
        noteWindowEnd(interval, begin);
        write(begin, end, interval.response);
        if (interval.unanswered.getTotalCount() > 0) {
            interval.unanswered.setTag(UNANSWERED); // until it is reset
            write(begin, end, interval.unanswered);
        }
    }

    private void write(double beginMillis, double endMillis, Histogram histogram) {
        writer.outputIntervalHistogram(
                beginMillis / 1e3, endMillis / 1e3, histogram, NANOS_PER_MILLI);
    }

    /**
     * Has the file appear. Without this, there is none.
     *
     * @throws CannotRunException if something could not be written
     */
    public void finish() throws CannotRunException {
        stream.flush();
        try {
            if (sink.failure != null) {
                throw sink.failure;
            }
            if (spool != null) {
                OutputFiles.write(destination, spool::copyTo);
            }
        } catch (IOException e) {
            throw OutputFiles.cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        stream.close();
    }

    /** Keeps why writing failed, which a {@link PrintStream} does not tell. */
    private static final class Sink extends OutputStream {
        private final OutputStream target;
        private @Nullable IOException failure;

        Sink(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b});
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                target.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
