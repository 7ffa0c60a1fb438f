package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Results;
import org.jspecify.annotations.Nullable;

/** The course of a run as a table, RFC 4180: a line for each slice of its time. */
public final class CsvReport {
    private CsvReport() {}

    public static String of(Results results) {
        StringBuilder table =
                new StringBuilder(
                        "begin_s,end_s,answered,errors,requests_per_s,in_flight,connections,"
                                + "p50_ms,p99_ms,max_ms,after_window\r\n");
        for (Results.TimelineSlice slice : results.timeline()) {
            double seconds = Math.max(1e-9, slice.endSeconds() - slice.beginSeconds());
            table.append(
                    Text.format(
                            "%.3f,%.3f,%d,%d,%.1f,%d,%d,%s,%s,%s,%d\r\n",
                            slice.beginSeconds(),
                            slice.endSeconds(),
                            slice.answered(),
                            slice.errors(),
                            slice.answered() / seconds,
                            slice.inFlight(),
                            slice.connections(),
                            figure(slice.p50Millis()),
                            figure(slice.p99Millis()),
                            figure(slice.maxMillis()),
                            slice.afterWindow() ? 1 : 0));
        }
        return table.toString();
    }

    /** Nothing where no measured request was answered, since 0 would be a time. */
    private static String figure(@Nullable Double millis) {
        return millis == null ? "" : Text.format("%.6f", millis);
    }
}
