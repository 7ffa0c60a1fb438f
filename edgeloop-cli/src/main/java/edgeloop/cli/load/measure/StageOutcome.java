package edgeloop.cli.load.measure;

import java.util.Map;
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
 * @param windowNanos from the begin of measuring to the end of sending; where a number of requests
 *     was asked for, from the first of them sent to the last answer
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
        long windowNanos,
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

    public boolean balances() {
        return scheduled == answered + errorCount() + unsent + inFlight;
    }

    public double requestsPerSecond() {
        return windowNanos == 0 ? 0 : arrivedInWindow * 1e9 / windowNanos;
    }
}
