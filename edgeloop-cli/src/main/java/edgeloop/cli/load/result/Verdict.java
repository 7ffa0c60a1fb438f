package edgeloop.cli.load.result;

import edgeloop.cli.load.measure.ResourceUsage;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.message.Text;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Whether a stage's figures are the server's or the tester's. Every sign of the latter is a line
 * that says what was seen.
 */
public final class Verdict {
    /** A thread this busy has no time left; what it measures includes the wait for itself. */
    private static final double MOST_BUSY = 0.9;

    /** A thread that waits this much for a CPU shares the machine with too much. */
    private static final double MOST_WAITING = 0.1;

    /** Below this, being late means nothing for a latency over a network. */
    private static final double LEAST_LAG_MILLIS = 1;

    private static final double MOST_LAG_OF_P99 = 0.1;
    private static final double MOST_COLLECTING = 0.01;

    /** In less time than this, how busy a thread was says nothing of it. */
    private static final double LEAST_NANOS = 250e6;

    /** So that 1 in 100 is more than one or two of them. */
    private static final long LEAST_SAMPLES = 500;

    private Verdict() {}

    public static List<String> of(StageRecord stage) {
        ResourceUsage usage = stage.outcome().usage();
        List<String> limited = new ArrayList<>();
        double nanos = usage.atNanos();
        if (nanos < LEAST_NANOS) {
            return limited;
        }
        double busy = usage.busiestCpuNanos() / nanos;
        if (busy >= MOST_BUSY) {
            limited.add("its thread was busy " + Text.percent(busy) + " of the time");
        }
        double waiting = usage.threadWaitNanos() / nanos;
        if (waiting >= MOST_WAITING) {
            limited.add("its thread waited for a CPU " + Text.percent(waiting) + " of the time");
        }
        double collecting = usage.collectionMillis() * 1e6 / nanos;
        if (collecting >= MOST_COLLECTING) {
            limited.add(
                    "the garbage collector held it up "
                            + Text.percent(collecting)
                            + " of the time");
        }
        addLag(limited, stage.sendLag, stage.response);
        return limited;
    }

    private static void addLag(List<String> limited, Histogram sendLag, Histogram response) {
        double lag = Latencies.percentileMillis(sendLag, 99);
        double p99 = Latencies.percentileMillis(response, 99);
        boolean enough = sendLag.getTotalCount() >= LEAST_SAMPLES;
        if (enough && lag >= LEAST_LAG_MILLIS && lag >= MOST_LAG_OF_P99 * p99) {
            limited.add(
                    "1 request in 100 was sent "
                            + Text.millis(lag)
                            + " late or more, with a p99 of "
                            + Text.millis(p99));
        }
    }
}
