package edgeloop.cli.load.report;

import edgeloop.cli.Diagnostics;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.result.Censored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The live view's lines, for a terminal of any size: each line has a rank, and where not all have
 * room the first ones in rank stay, in their order.
 */
final class LiveScreen {
    private static final int MOST_COLUMNS = 100;

    /** In fewer columns the lines hold one figure each. */
    private static final int LEAST_WIDE_COLUMNS = 60;

    private static final int MOST_BUCKETS = 12;

    /** Fewer say nothing of a distribution. */
    private static final int LEAST_BUCKETS = 4;

    private static final int LAST = 100;

    /** By ECMA-48, 8.3.117 SGR. */
    enum Style {
        PLAIN(""),
        BOLD("1"),
        FAINT("2"),
        ERROR("1;31"),
        PROGRESS("32"),
        BAR("36");

        final String code;

        Style(String code) {
            this.code = code;
        }
    }

    private record Span(String text, Style style) {}

    /** A line of the view; a lower rank is more important. */
    private static final class Line {
        final int rank;
        final List<Span> spans = new ArrayList<>();

        Line(int rank) {
            this.rank = rank;
        }

        Line put(Style style, String text) {
            spans.add(new Span(text, style));
            return this;
        }

        Line put(String text) {
            return put(Style.PLAIN, text);
        }
    }

    private final LiveFigures figures;
    private final Terminal terminal;
    private final String target;
    private final int stages;
    private final long nowNanos;
    private final int columns;
    private final int rows;
    private final List<Line> lines = new ArrayList<>();

    private LiveScreen(
            LiveFigures figures,
            Terminal terminal,
            Terminal.Size size,
            String target,
            int stages,
            long nowNanos) {
        this.figures = figures;
        this.terminal = terminal;
        this.target = Diagnostics.oneLine(target);
        this.stages = stages;
        this.nowNanos = nowNanos;
        // The last column stays free: a character there leaves the cursor in doubt. A row stays for
        // the command line that began it all.
        this.columns = Math.clamp(size.columns() - 1, 1, MOST_COLUMNS);
        this.rows = Math.max(1, size.rows() - 1);
    }

    /**
     * What to write where the cursor is at the view's first line.
     *
     * @param stages how many there will be; 0 where nobody knows, as in a search
     * @param nowNanos on the clock that the figures are of
     */
    static List<String> lines(
            LiveFigures figures,
            Terminal terminal,
            Terminal.Size size,
            String target,
            int stages,
            long nowNanos) {
        return new LiveScreen(figures, terminal, size, target, stages, nowNanos).compose();
    }

    private List<String> compose() {
        if (figures.phase == LiveFigures.Phase.CONNECTING) {
            connecting();
        } else if (columns < LEAST_WIDE_COLUMNS) {
            narrow(plan());
        } else {
            wide(plan());
        }
        return kept().stream().map(this::write).toList();
    }

    private StagePlan plan() {
        return Objects.requireNonNull(figures.plan, "no stage is under way");
    }

    private List<Line> kept() {
        List<Line> ranked = lines.stream().sorted(Comparator.comparingInt(l -> l.rank)).toList();
        List<Line> first = ranked.subList(0, Math.min(rows, ranked.size()));
        return lines.stream().filter(first::contains).toList();
    }

    private String write(Line line) {
        StringBuilder text = new StringBuilder();
        int room = columns;
        for (Span span : line.spans) {
            int length = span.text.codePointCount(0, span.text.length());
            String shown =
                    length <= room
                            ? span.text
                            : span.text.substring(0, span.text.offsetByCodePoints(0, room));
            boolean styled = span.style != Style.PLAIN && !shown.isEmpty();
            text.append(styled ? "\u001b[" + span.style.code + "m" + shown + "\u001b[m" : shown);
            room -= Math.min(length, room);
        }
        return text.toString();
    }

    private Line line(int rank) {
        Line line = new Line(rank);
        lines.add(line);
        return line;
    }

    // ---- What is shown ------------------------------------------------------------------------

    private void connecting() {
        double seconds = (nowNanos - figures.beganNanos) / 1e9;
        line(2).put(Style.BOLD, target);
        line(1).put(Text.format("connecting %s, %.1f s", Text.count(figures.connections), seconds));
    }

    private void wide(StagePlan plan) {
        line(7).put(Style.BOLD, target).put(Style.FAINT, stageName(plan));
        progress(plan);
        if (warmupLeftNanos(plan) > 0) {
            return; // nothing is known before the first measured answers
        }
        line(LAST);
        rates(plan);
        line(4).put("Connections   ")
                .put(Style.BOLD, Text.format("%-12s", Text.count(figures.connections)))
                .put("in flight ")
                .put(Text.count(figures.inFlight));
        course();
        line(LAST);
        latencies();
        distribution();
    }

    private void narrow(StagePlan plan) {
        line(10).put(Style.BOLD, target);
        double done = done(plan);
        line(1).put(Text.format("%3.0f%%  %s", 100 * done, timeLeft(plan, done)));
        if (warmupLeftNanos(plan) > 0) {
            return;
        }
        line(2).put(Style.BOLD, Text.rate(figures.rateNow()) + "/s");
        Censored soFar = figures.soFar();
        line(5).put("p50 " + TextReport.millis(soFar, 50));
        line(3).put("p99 " + TextReport.millis(soFar, 99));
        line(6).put("max " + TextReport.millis(soFar, 100));
        line(7).put("in flight " + Text.count(figures.inFlight));
        line(4).put(
                        figures.errors > 0 ? Style.ERROR : Style.PLAIN,
                        Text.count(figures.errors) + " errors");
    }

    private String stageName(StagePlan plan) {
        if (stages == 1) {
            return "";
        }
        return Text.format(
                "   %s, %s/s",
                stages == 0 ? "trial " + figures.stage : "step " + figures.stage + " of " + stages,
                Text.rate(plan.rate()));
    }

    private void progress(StagePlan plan) {
        double done = done(plan);
        String left = Text.format(" %3.0f%%  %-22s", 100 * done, timeLeft(plan, done));
        int width = columns - left.length();
        line(1).put(Style.PROGRESS, bar(done, width)).put(Style.FAINT, rest(done, width)).put(left);
    }

    private void rates(StagePlan plan) {
        Line rates =
                line(2).put("Requests/sec  ")
                        .put(Style.BOLD, Text.format("%-12s", Text.rate(figures.rateNow())))
                        .put("so far ")
                        .put(Text.format("%-12s", Text.rate(figures.rateSoFar())));
        if (plan.isOpenLoop()) {
            rates.put("offered ").put(Text.rate(plan.rate()));
        }
        Line counts =
                line(3).put("Answered      ")
                        .put(Style.BOLD, Text.format("%-12s", Text.count(figures.answered())))
                        .put("errors ")
                        .put(
                                figures.errors > 0 ? Style.ERROR : Style.PLAIN,
                                Text.count(figures.errors));
        if (figures.errors > 0) {
            counts.put(Text.format(" (%s in the last second)", Text.count(figures.errorsNow())));
        }
    }

    /** The rate of each second so far, the newest at the right. */
    private void course() {
        List<Double> course = figures.course();
        double most = course.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        if (most == 0) {
            return;
        }
        String levels = terminal.blocks() ? " ▁▂▃▄▅▆▇█" : "_.:-=+*#@";
        int room = Math.max(0, columns - 14);
        StringBuilder marks = new StringBuilder();
        for (double rate : course.subList(Math.max(0, course.size() - room), course.size())) {
            marks.append(levels.charAt((int) Math.ceil(rate / most * (levels.length() - 1))));
        }
        line(12).put("By the second ").put(Style.BAR, marks.toString());
    }

    private void latencies() {
        Censored recent = figures.recent();
        Censored soFar = figures.soFar();
        line(8).put(Style.FAINT, Text.format("%-10s%18s%18s", "Latency", "last 5 s", "so far"));
        latency(9, "p50", 50, recent, soFar);
        latency(12, "p90", 90, recent, soFar);
        latency(5, "p99", 99, recent, soFar);
        latency(11, "p99.9", 99.9, recent, soFar);
        latency(10, "max", 100, recent, soFar);
    }

    private void latency(
            int rank, String name, double percentile, Censored recent, Censored soFar) {
        line(rank)
                .put(Text.format("%-10s", name))
                .put(Style.BOLD, Text.format("%18s", TextReport.millis(recent, percentile)))
                .put(Text.format("%18s", TextReport.millis(soFar, percentile)));
    }

    /** What room is left is the histogram's. */
    private void distribution() {
        int buckets = Math.min(MOST_BUCKETS, rows - lines.size() - 2);
        if (figures.answered() == 0 || buckets < LEAST_BUCKETS) {
            return;
        }
        LogBuckets distribution = LogBuckets.of(figures.response, buckets);
        long total = figures.soFar().total();
        line(LAST);
        line(LAST).put(Style.FAINT, "Distribution so far");
        for (int i = 0; i < distribution.size(); i++) {
            int width = columns - 35;
            double ofFullest = (double) distribution.count(i) / distribution.fullest();
            line(LAST)
                    .put(Text.format("  up to %14s ", Text.millis(distribution.beginMillis(i + 1))))
                    .put(Style.BAR, bar(ofFullest, width))
                    .put(" ".repeat(width - length(ofFullest, width)))
                    .put(Text.format(" %6.2f%%", 100.0 * distribution.count(i) / total));
        }
    }

    private static int length(double part, int width) {
        return (int) Math.ceil(Math.clamp(part, 0, 1) * width);
    }

    private String bar(double part, int width) {
        return (terminal.blocks() ? "█" : "#").repeat(length(part, width));
    }

    private String rest(double part, int width) {
        return (terminal.blocks() ? "░" : ".").repeat(width - length(part, width));
    }

    // ---- How far it is ------------------------------------------------------------------------

    private long elapsedNanos() {
        return nowNanos - figures.beganNanos;
    }

    private long warmupLeftNanos(StagePlan plan) {
        return figures.measuredNanos > 0 ? 0 : plan.unmeasuredNanos() - elapsedNanos();
    }

    /** From 0 to 1, of the warm-up and then of what is measured. */
    private double done(StagePlan plan) {
        double done;
        if (warmupLeftNanos(plan) > 0) {
            done = (double) elapsedNanos() / plan.unmeasuredNanos();
        } else if (plan.requests() > 0) {
            done = (double) (figures.answered() + figures.errors) / plan.requests();
        } else {
            done = (double) measuringNanos(plan) / plan.measureNanos();
        }
        return Math.clamp(done, 0.0, 1.0);
    }

    private long measuringNanos(StagePlan plan) {
        return Math.max(0, elapsedNanos() - plan.unmeasuredNanos());
    }

    private String timeLeft(StagePlan plan, double done) {
        long warmup = warmupLeftNanos(plan);
        if (warmup > 0) {
            return seconds(warmup) + " of warm-up left";
        }
        if (plan.requests() == 0) {
            return done < 1
                    ? seconds(plan.measureNanos() - measuringNanos(plan)) + " left"
                    : "late answers";
        }
        return done == 0
                ? ""
                : seconds((long) (measuringNanos(plan) / done * (1 - done))) + " left";
    }

    private static String seconds(long nanos) {
        long seconds = Math.ceilDiv(nanos, 1_000_000_000L);
        return seconds < 120
                ? seconds + " s"
                : Text.format("%d:%02d min", seconds / 60, seconds % 60);
    }
}
