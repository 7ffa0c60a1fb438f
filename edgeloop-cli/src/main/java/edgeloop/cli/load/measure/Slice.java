package edgeloop.cli.load.measure;

/**
 * A stretch of a stage's time and what was measured in it.
 *
 * @param beginNanos since the stage's window began
 * @param endNanos since the stage's window began
 * @param afterWindow whether the window was over, and what was still on its way was waited for
 * @param arrived answers that came in it, whichever request they answer
 * @param response the response times of the measured requests that were answered in it
 * @param errors the requests that failed in it
 * @param inFlight requests on their way at its end
 * @param connections established at its end
 */
public record Slice(
        long beginNanos,
        long endNanos,
        boolean afterWindow,
        long arrived,
        SparseCounts response,
        long errors,
        int inFlight,
        int connections) {

    static Slice of(Interval interval) {
        return new Slice(
                interval.beginNanos,
                interval.endNanos,
                interval.afterWindow,
                interval.arrived,
                SparseCounts.of(interval.response),
                interval.errors,
                interval.inFlight,
                interval.connections);
    }

    /** This and the slice that follows it as one. */
    Slice with(Slice next) {
        return new Slice(
                beginNanos,
                next.endNanos,
                afterWindow,
                arrived + next.arrived,
                response.plus(next.response),
                errors + next.errors,
                next.inFlight,
                next.connections);
    }

    /** Whether it has no length, and nothing was in it. */
    boolean isEmpty() {
        return endNanos == beginNanos && arrived + response.size() + errors == 0;
    }

    /** The same, known to be after the window. */
    Slice afterwards() {
        return new Slice(
                beginNanos, endNanos, true, arrived, response, errors, inFlight, connections);
    }

    /** What of it was before {@code atNanos}, after which nothing came. */
    Slice until(long atNanos) {
        return new Slice(
                beginNanos, atNanos, afterWindow, arrived, response, errors, inFlight, connections);
    }

    /** And the rest. */
    Slice emptyFrom(long atNanos) {
        return new Slice(atNanos, endNanos, true, 0, SparseCounts.NONE, 0, inFlight, connections);
    }
}
