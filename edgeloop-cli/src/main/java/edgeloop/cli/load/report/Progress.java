package edgeloop.cli.load.report;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Latencies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Says how far a run is: on a terminal in one line that is written again and again, else in a line
 * every second.
 */
public final class Progress implements RunObserver {
    private static final int BAR_WIDTH = 20;
    private static final long PLAIN_LINE_NANOS = 1_000_000_000;

    private final boolean terminal;
    private final Consumer<String> text;
    private final Histogram recent = Interval.newHistogram();
    private long answered;
    private long errors;
    private long recentBeginNanos;

    /**
     * @param terminal whether a line can be written again
     * @param text takes what is to be printed, line ends included
     */
    public Progress(boolean terminal, Consumer<String> text) {
        this.terminal = terminal;
        this.text = text;
    }

    /** Whether standard error is a terminal: Java's Console tells of the other streams only. */
    public static boolean stderrIsTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void connecting(int connections) {
        if (terminal) {
            print("connecting " + Text.count(connections));
        }
    }

    @Override
    public void connected() {
        erase();
    }

    @Override
    public void stageBegan(StagePlan plan) {
        answered = 0;
        errors = 0;
        recentBeginNanos = 0;
        recent.reset();
        if (plan.unmeasuredNanos() > 0) {
            print(Text.format("warming up for %.1f s", plan.unmeasuredNanos() / 1e9));
        }
    }

    @Override
    public void intervalEnded(StagePlan plan, Interval interval) {
        recent.add(interval.response);
        answered += interval.response.getTotalCount();
        errors += interval.errors;
        long nanos = interval.endNanos - recentBeginNanos;
        if (nanos > 0 && (terminal || nanos >= PLAIN_LINE_NANOS)) {
            print(line(plan, interval.endNanos, nanos));
            recent.reset();
            recentBeginNanos = interval.endNanos;
        }
    }

    private String line(StagePlan plan, long atNanos, long nanos) {
        double done =
                plan.requests() > 0
                        ? (double) answered / plan.requests()
                        : (double) atNanos / plan.measureNanos();
        done = Math.clamp(done, 0.0, 1.0);
        int bars = (int) (done * BAR_WIDTH);
        double secondsLeft = done == 0 ? 0 : atNanos / 1e9 / done * (1 - done);
        return Text.format(
                "[%s%s] %3.0f%%  %s/s  p99 %s  %s errors  %.0f s left",
                "#".repeat(bars),
                ".".repeat(BAR_WIDTH - bars),
                100 * done,
                Text.rate(recent.getTotalCount() * 1e9 / nanos),
                Text.millis(Latencies.percentileMillis(recent, 99)),
                Text.count(errors),
                Math.ceil(secondsLeft));
    }

    private void print(String line) {
        // ECMA-48: CSI K erases to the end of the line.
        text.accept(terminal ? "\r" + line + "\u001b[K" : line + "\n");
    }

    @Override
    public void stageEnded(StageOutcome outcome) {
        erase();
    }

    private void erase() {
        if (terminal) {
            text.accept("\r\u001b[K");
        }
    }
}
