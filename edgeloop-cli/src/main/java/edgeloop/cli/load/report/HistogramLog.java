package edgeloop.cli.load.report;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.message.CannotRunException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes the response times of every interval as they come, in HdrHistogram's interval log format,
 * which its tools read; values in nanoseconds.
 */
public final class HistogramLog implements RunObserver, AutoCloseable {
    private static final double NANOS_PER_MILLI = 1e6;

    private final PrintStream stream;
    private final HistogramLogWriter writer;

    /** When the present stage began, by the wall clock, as the format wants it. */
    private double stageBeginMillis;

    private final double logBeginMillis;

    private HistogramLog(PrintStream stream) {
        this.stream = stream;
        this.writer = new HistogramLogWriter(stream);
        this.logBeginMillis = System.currentTimeMillis();
        writer.outputComment("[loadtest: response times in nanoseconds, maxima in milliseconds]");
        writer.outputLogFormatVersion();
        writer.outputStartTime((long) logBeginMillis);
        writer.setBaseTime((long) logBeginMillis);
        writer.outputLegend();
    }

    /**
     * Opens the log.
     *
     * @throws CannotRunException if the file cannot be written
     */
    public static HistogramLog open(Path file) throws CannotRunException {
        try {
            return new HistogramLog(
                    new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw OutputFiles.cannotWrite(file, e);
        }
    }

    @Override
    public void stageBegan(StagePlan plan) {
        stageBeginMillis = System.currentTimeMillis() + plan.unmeasuredNanos() / NANOS_PER_MILLI;
    }

    @Override
    public void intervalEnded(StagePlan plan, Interval interval) {
        Histogram histogram = interval.response;
        double begin = stageBeginMillis - logBeginMillis + interval.beginNanos / NANOS_PER_MILLI;
        double end = stageBeginMillis - logBeginMillis + interval.endNanos / NANOS_PER_MILLI;
        writer.outputIntervalHistogram(begin / 1e3, end / 1e3, histogram, NANOS_PER_MILLI);
    }

    @Override
    public void close() {
        stream.close();
    }
}
