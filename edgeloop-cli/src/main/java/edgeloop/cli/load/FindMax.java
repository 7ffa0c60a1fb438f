package edgeloop.cli.load;

import edgeloop.cli.load.engine.LoadSession;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.report.TextReport;
import edgeloop.cli.load.result.Censored;
import edgeloop.cli.load.result.Criterion;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.Verdict;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the highest rate at which a condition holds: doubles the rate until it does not, then
 * halves the gap until that is small.
 */
final class FindMax {
    /** The search ends when the lowest rate that failed is this close to the best one. */
    private static final double GAP = 1.05;

    private static final int MOST_TRIALS = 40;

    /** What chance does to a rate that is reached, with room for forty trials. */
    private static final double SIGMAS = 3.5;

    /** A rate that is not reached does not hold, however fast the answers are. */
    private static final double LEAST_REACHED = 0.98;

    /** Rates have so many digits that matter: closer ones are one rate. */
    private static final MathContext DIGITS = new MathContext(3);

    /** Below this a trial would take a minute to see a few requests. */
    private static final double LOWEST_RATE = 0.1;

    private final LoadSession session;
    private final StagePlan plan;
    private final Criterion criterion;
    private final Consumer<String> log;
    private final List<StageRecord> trials = new ArrayList<>();
    private @Nullable StageRecord best;
    private @Nullable StageRecord worst;

    /**
     * @param plan of each trial; its rate is that of the first
     * @param log told of each trial
     */
    FindMax(LoadSession session, StagePlan plan, Criterion criterion, Consumer<String> log) {
        this.session = session;
        this.plan = plan;
        this.criterion = criterion;
        this.log = log;
    }

    /** Searches, and answers the record of the best rate; of the lowest one tried if none held. */
    StageRecord search() throws InterruptedException {
        double held = 0;
        double failed = Double.POSITIVE_INFINITY;
        double rate = plan.rate();
        String endedEarly = null;
        boolean known = false;
        while (trials.size() < MOST_TRIALS && failed > held * GAP && endedEarly == null && !known) {
            StageRecord trial = session.run(plan.withRate(rate));
            trials.add(trial);
            endedEarly = trial.outcome().endedEarly();
            boolean holds = holds(trial);
            log.accept(describe(trial, holds));
            if (holds) {
                held = rate;
                best = trial;
            } else if (endedEarly == null) { // else it says nothing of the rate
                failed = rate;
                worst = trial;
            }
            rate = next(held, failed);
            known = rate == held || rate == failed || rate < LOWEST_RATE;
        }
        return best != null ? best : trials.getLast();
    }

    private static double next(double held, double failed) {
        if (failed == Double.POSITIVE_INFINITY) {
            return held * 2;
        }
        double between = held == 0 ? failed / 2 : (held + failed) / 2;
        return new BigDecimal(between).round(DIGITS).doubleValue();
    }

    private boolean holds(StageRecord trial) {
        StageOutcome outcome = trial.outcome();
        return outcome.endedEarly() == null
                && outcome.errorCount() + outcome.unsent() == 0
                && isReached(trial)
                && criterion.holds(Criterion.Figures.of(trial));
    }

    /** At low rates a single answer on either side of the window's end is not a lower rate. */
    private static boolean isReached(StageRecord trial) {
        StageOutcome outcome = trial.outcome();
        double due = outcome.plan().rate() * outcome.windowNanos() / 1e9;
        double spread = 1;
        if (outcome.plan().poisson()) {
            // What was due, and not what is on average. How many are on their way varies too: at
            // either end of the window by the square root of that, by Little's law.
            due = outcome.scheduled();
            double seconds = trial.responseSumNanos / 1e9 / Math.max(1, outcome.answered());
            spread += SIGMAS * Math.sqrt(2 * outcome.plan().rate() * seconds);
        }
        return outcome.arrivedInWindow() >= LEAST_REACHED * due - spread;
    }

    private String describe(StageRecord trial, boolean holds) {
        return Text.format(
                "%s/s: %s (%s/s answered, p99 %s)",
                Text.rate(trial.outcome().plan().rate()),
                verdict(trial, holds),
                Text.rate(trial.outcome().requestsPerSecond()),
                TextReport.millis(new Censored(trial.response, trial.unanswered), 99));
    }

    private static String verdict(StageRecord trial, boolean holds) {
        String endedEarly = trial.outcome().endedEarly();
        return holds ? "holds" : endedEarly == null ? "does not hold" : endedEarly;
    }

    List<StageRecord> trials() {
        return trials;
    }

    Results.Search result() {
        return new Results.Search(
                criterion.text(),
                best == null ? 0 : best.outcome().plan().rate(),
                worst == null ? null : worst.outcome().plan().rate(),
                worst == null ? List.of() : Verdict.of(worst));
    }
}
