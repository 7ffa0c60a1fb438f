package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.AskedLoad;
import edgeloop.cli.load.result.Comparison;
import edgeloop.cli.load.result.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** What is said of two runs, for a text and for a page. */
public final class ComparisonRows {
    private final Results before;
    private final Results after;
    private final Comparison comparison;

    /**
     * A line of the table.
     *
     * @param interval of the change, and what it means
     */
    public record Row(String figure, String before, String after, String change, String interval) {}

    public ComparisonRows(Results before, Results after) {
        this.before = before;
        this.after = after;
        this.comparison = new Comparison(before, after);
    }

    /** What the rows are made of. */
    public Comparison comparison() {
        return comparison;
    }

    /** The table, without its head. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Comparison.Difference difference : comparison.differences()) {
            rows.add(row(difference));
        }
        rows.add(
                row(
                        "max",
                        run ->
                                TextReport.figure(
                                        run.response(), "max", run.response().maxMillis())));
        if (before.handshakes() != null || after.handshakes() != null) {
            rows.add(row("handshake mean", run -> handshake(run, "mean")));
            rows.add(row("handshake p99", run -> handshake(run, "p99")));
        }
        rows.add(row("answered", run -> Text.count(run.requests().answered())));
        rows.add(row("errors", run -> share(run, Results::errorCount)));
        rows.add(row("unsent", run -> share(run, of -> of.requests().unsent())));
        return rows;
    }

    private static String handshake(Results run, String name) {
        Results.Handshakes handshakes = run.handshakes();
        if (handshakes == null) {
            return "-";
        }
        Results.Latency time = handshakes.time();
        boolean isMean = name.equals("mean");
        return TextReport.figure(
                time, name, isMean ? time.meanMillis() : time.percentileMillis(name));
    }

    private Row row(String name, Function<Results, String> figure) {
        return new Row(name, figure.apply(before), figure.apply(after), "", "");
    }

    private Row row(Comparison.Difference difference) {
        boolean finite = Double.isFinite(difference.change());
        String interval = "no figure";
        if (finite) {
            interval = comparison.hasEnough() ? Comparison.interval(difference) : "unknown";
        }
        return new Row(
                difference.figure(),
                figure(difference.figure(), difference.before(), before),
                figure(difference.figure(), difference.after(), after),
                finite ? Text.format("%+.1f%%", 100 * difference.change()) : "-",
                interval);
    }

    private static String figure(String name, double figure, Results run) {
        if (name.equals("requests/sec")) {
            return Text.rate(figure);
        }
        Results.Latency response = run.response();
        boolean isMean = name.equals("mean");
        return Double.isInfinite(figure)
                ? TextReport.figure(
                        response,
                        name,
                        isMean ? response.meanMillis() : response.percentileMillis(name))
                : Text.millis(figure / 1e6);
    }

    private static String share(Results run, ToLongFunction<Results> counter) {
        long count = counter.applyAsLong(run);
        double scheduled = Math.max(1, run.requests().scheduled());
        return Text.count(count) + (count == 0 ? "" : " (" + Text.percent(count / scheduled) + ")");
    }

    /** What makes the figures of the two less comparable than they seem, line by line. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        for (String difference : new AskedLoad(before).differences(new AskedLoad(after))) {
            notes.add("Not the same load: " + difference);
        }
        if (before.timeline().isEmpty() || after.timeline().isEmpty()) {
            notes.add("A merged run has no course, which is needed to tell noise.");
        } else if (!comparison.hasEnough()) {
            notes.add(
                    Text.format(
                            "The shorter run, or step, has %d slices of time; to tell noise, each"
                                    + " needs %d.",
                            comparison.fewestSlices(), Comparison.LEAST_SLICES));
        }
        return notes;
    }
}
