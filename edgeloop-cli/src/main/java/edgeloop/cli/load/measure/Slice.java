package edgeloop.cli.load.measure;

/**
 * A stretch of a stage's time and what was measured in it.
 *
 * @param beginNanos since measuring began
 * @param endNanos since measuring began
 * @param response the response times of what was answered in it
 * @param errors the requests that failed in it
 * @param inFlight requests on their way at its end
 * @param connections established at its end
 */
public record Slice(
        long beginNanos,
        long endNanos,
        SparseCounts response,
        long errors,
        int inFlight,
        int connections) {

    static Slice of(Interval interval) {
        return new Slice(
                interval.beginNanos,
                interval.endNanos,
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
                response.plus(next.response),
                errors + next.errors,
                next.inFlight,
                next.connections);
    }
}
