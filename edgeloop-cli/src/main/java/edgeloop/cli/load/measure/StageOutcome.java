package edgeloop.cli.load.measure;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a stage ended. The books: {@code scheduled} = {@code answered} + the errors + {@code unsent}
 * + {@code inFlight}, each of which is counted by itself.
 *
 * @param plan what was to be done
 * @param scheduled the measured requests that were to be sent
 * @param answered those answered as expected
 * @param arrivedInWindow answers as expected that came before sending ended, also to requests of
 *     ramp and warm-up
 * @param errors the others, by cause
 * @param statuses answers, right and wrong, by class of HTTP status: 2xx and so on
 * @param unsent those that were due and never sent
 * @param inFlight those without an answer at the end
 * @param unmeasured requests answered in ramp and warm-up
 * @param unmeasuredErrors requests of ramp and warm-up that failed
 * @param windowBeginNanos when measuring began, on the stage's clock; where a number of requests
 *     was asked for, when the first of them was sent
 * @param windowEndNanos when sending ended, or the last answer came
 * @param usage what the tester used in that time
 * @param endedEarly why the stage ended before its plan was done, or null
 */
public record StageOutcome(
        StagePlan plan,
        long scheduled,
        long answered,
        long arrivedInWindow,
        Map<String, Long> errors,
        Map<String, Long> statuses,
        long unsent,
        long inFlight,
        long unmeasured,
        long unmeasuredErrors,
        long windowBeginNanos,
        long windowEndNanos,
        ResourceUsage usage,
        @Nullable String endedEarly) {

    /** The reason of an end that says nothing of the server. */
    public static final String INTERRUPTED = "interrupted";

    /** Whether the server is why the plan was not done. */
    public boolean endedByServer() {
        return endedEarly != null && !endedEarly.equals(INTERRUPTED);
    }

    public long errorCount() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * The outcome of several threads, each of which has done its part.
     *
     * @param plan what all of them were to do
     */
    public static StageOutcome together(StagePlan plan, List<StageOutcome> parts) {
        return new StageOutcome(
                plan,
                sum(parts, StageOutcome::scheduled),
                sum(parts, StageOutcome::answered),
                sum(parts, StageOutcome::arrivedInWindow),
                sums(parts, StageOutcome::errors),
                sums(parts, StageOutcome::statuses),
                sum(parts, StageOutcome::unsent),
                sum(parts, StageOutcome::inFlight),
                sum(parts, StageOutcome::unmeasured),
                sum(parts, StageOutcome::unmeasuredErrors),
                parts.stream().mapToLong(StageOutcome::windowBeginNanos).min().orElse(0),
                parts.stream().mapToLong(StageOutcome::windowEndNanos).max().orElse(0),
                parts.stream()
                        .map(StageOutcome::usage)
                        .reduce(ResourceUsage::besides)
                        .orElse(ResourceUsage.NONE),
                parts.stream()
                        .map(StageOutcome::endedEarly)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null));
    }

    private static long sum(List<StageOutcome> parts, ToLongFunction<StageOutcome> figure) {
        return parts.stream().mapToLong(figure).sum();
    }

    private static Map<String, Long> sums(
            List<StageOutcome> parts, Function<StageOutcome, Map<String, Long>> figures) {
        return ConnectionCounts.sums(parts.stream().map(figures).toList());
    }

    public boolean balances() {
        return scheduled == answered + errorCount() + unsent + inFlight;
    }

    /** How long the window was. */
    public long windowNanos() {
        return Math.max(0, windowEndNanos - windowBeginNanos);
    }

    public double requestsPerSecond() {
        return windowNanos() == 0 ? 0 : arrivedInWindow * 1e9 / windowNanos();
    }
}
