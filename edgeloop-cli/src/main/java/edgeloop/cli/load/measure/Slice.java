package edgeloop.cli.load.measure;

/**
 * A stretch of a stage's time and what was measured in it.
 *
 * @param beginNanos since measuring began
 * @param endNanos since measuring began
 * @param arrived answers that came in it, whichever request they answer
 * @param response the response times of the measured requests that were answered in it
 * @param errors the requests that failed in it
 * @param inFlight requests on their way at its end
 * @param connections established at its end
 */
public record Slice(
        long beginNanos,
        long endNanos,
        long arrived,
        SparseCounts response,
        long errors,
        int inFlight,
        int connections) {

    static Slice of(Interval interval) {
        return new Slice(
                interval.beginNanos,
                interval.endNanos,
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
                arrived + next.arrived,
                response.plus(next.response),
                errors + next.errors,
                next.inFlight,
                next.connections);
    }
}
