package edgeloop.cli.load.result;

import org.HdrHistogram.Histogram;

/**
 * Times of which some are known to be no shorter than so much: those of requests that got no
 * answer. Such a request counts as slower than all that were answered. A figure that falls among
 * these is not known; what is known is that it is at least so much.
 *
 * <p>Leaving them out instead would have a server that answers every second request look as fast as
 * one that answers all.
 */
public final class Censored {
    /** A mean stands for all, as long as no more than this part is unanswered. */
    static final double MOST_UNANSWERED = 0.01;

    private final Histogram answered;
    private final Histogram unanswered;
    private final Histogram all;
    private final double silentShare;

    public Censored(Histogram answered, Histogram unanswered) {
        this(answered, unanswered, 0);
    }

    /**
     * @param silentShare the part of the time in which nobody was answered, {@link
     *     Results#silentShare}: percentiles above the rest of it are not known
     */
    Censored(Histogram answered, Histogram unanswered, double silentShare) {
        this.silentShare = silentShare;
        this.answered = answered;
        this.unanswered = unanswered;
        this.all = unanswered.getTotalCount() == 0 ? answered : answered.copy();
        if (unanswered.getTotalCount() > 0) {
            all.add(unanswered);
        }
    }

    public long total() {
        return all.getTotalCount();
    }

    /** Whether the figure is among those of the answered requests. */
    public boolean isKnown(double percentile) {
        return total() > 0
                && wasAsked(percentile, silentShare)
                && rank(percentile) <= answered.getTotalCount();
    }

    /** Whether a percentile is below those who would have asked in vain, had anybody asked. */
    static boolean wasAsked(double percentile, double silentShare) {
        return percentile <= 100 * (1 - silentShare);
    }

    boolean isMeanKnown() {
        return isMeanKnown(answered.getTotalCount(), unanswered.getTotalCount(), silentShare);
    }

    static boolean isMeanKnown(long answered, long unanswered, double silentShare) {
        return answered > 0
                && unanswered <= MOST_UNANSWERED * (answered + unanswered)
                && silentShare <= MOST_UNANSWERED;
    }

    /** The percentile where it is known, or what it is at least; 0 if there is none. */
    public double atLeastNanos(double percentile) {
        if (total() == 0) {
            return 0;
        }
        if (unanswered.getTotalCount() == 0) {
            return answered.getValueAtPercentile(percentile);
        }
        if (isKnown(percentile)) {
            double among = 100.0 * rank(percentile) / answered.getTotalCount();
            return answered.getValueAtPercentile(among);
        }
        // One without an answer counts as slower than all that were answered.
        return Math.max(
                answered.getTotalCount() == 0 ? 0 : answered.getMaxValue(),
                all.lowestEquivalentValue(all.getValueAtPercentile(percentile)));
    }

    private long rank(double percentile) {
        return rank(percentile, total());
    }

    /** Which of all times, from 1 and in their order, a percentile is. */
    static long rank(double percentile, long total) {
        return Math.max(1, (long) Math.ceil(percentile / 100 * total - 1e-6));
    }
}
