package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import java.util.List;
import java.util.function.DoubleFunction;

/** A plot with two axes, as SVG to stand in an HTML page. */
final class SvgPlot {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 300;
    private static final int LEFT = 74;
    private static final int RIGHT = 16;
    private static final int TOP = 12;
    private static final int BOTTOM = 44;

    private final Axis x;
    private final Axis y;
    private final StringBuilder svg = new StringBuilder();

    /**
     * An axis from {@code low} to {@code high}.
     *
     * @param logarithmic then both ends are above 0
     * @param label what is on it, with its unit
     * @param name writes a tick's value
     */
    record Axis(
            double low,
            double high,
            boolean logarithmic,
            String label,
            List<Double> ticks,
            DoubleFunction<String> name) {

        /** Where {@code value} is, from 0 at the low end to 1 at the high end. */
        double place(double value) {
            double bounded = Math.clamp(value, low, high);
            return logarithmic
                    ? Math.log(bounded / low) / Math.log(high / low)
                    : (bounded - low) / (high - low);
        }
    }

    /** A point in the axes' units; y may be not a number where there is nothing to show. */
    record Point(double x, double y) {}

    SvgPlot(String title, Axis x, Axis y) {
        this.x = x;
        this.y = y;
        svg.append(
                Text.format(
                        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                        WIDTH, HEIGHT, title));
        for (double tick : x.ticks()) {
            gridLine(column(tick), TOP, column(tick), HEIGHT - BOTTOM);
            label(column(tick), HEIGHT - BOTTOM + 17, "middle", x.name().apply(tick));
        }
        for (double tick : y.ticks()) {
            gridLine(LEFT, row(tick), WIDTH - RIGHT, row(tick));
            label(LEFT - 8, row(tick) + 4, "end", y.name().apply(tick));
        }
        label((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", x.label());
        svg.append(
                Text.format(
                        "<text transform=\"translate(14 %d) rotate(-90)\""
                                + " text-anchor=\"middle\">%s</text>\n",
                        (TOP + HEIGHT - BOTTOM) / 2, y.label()));
    }

    private double column(double value) {
        return LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
    }

    private double row(double value) {
        return HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
    }

    private void gridLine(double x1, double y1, double x2, double y2) {
        svg.append(
                Text.format(
                        "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                        x1, y1, x2, y2));
    }

    private void label(double atX, double atY, String anchor, String text) {
        svg.append(
                Text.format(
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
                        atX, atY, anchor, text));
    }

    /**
     * Joins points by a line, which ends where y is not a number and begins anew behind that.
     *
     * @param series its class in the page's style sheet, and its name in the legend
     */
    SvgPlot line(String series, List<Point> points) {
        svg.append("<path class=\"line ").append(series).append("\" d=\"");
        boolean drawing = false;
        for (Point point : points) {
            if (Double.isNaN(point.y())) {
                drawing = false;
                continue;
            }
            String place = Text.format("%.1f %.1f", column(point.x()), row(point.y()));
            // A line to itself, so that a point alone is seen.
            svg.append(drawing ? "L" + place : "M" + place + "L" + place);
            drawing = true;
        }
        svg.append("\"/>\n");
        return this;
    }

    /** A circle at each point. */
    SvgPlot dots(String series, List<Point> points) {
        for (Point point : points) {
            svg.append(
                    Text.format(
                            "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n",
                            series, column(point.x()), row(point.y())));
        }
        return this;
    }

    /** Shades all between two values of x; {@code hint} shows under the pointer. */
    SvgPlot band(String series, double from, double to, String hint) {
        double left = column(from);
        svg.append(
                Text.format(
                        "<rect class=\"band %s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\""
                                + " height=\"%d\"><title>%s</title></rect>\n",
                        series, left, TOP, column(to) - left, HEIGHT - BOTTOM - TOP, hint));
        return this;
    }

    /** A bar from the bottom, between two values of x; {@code hint} shows under the pointer. */
    SvgPlot bar(double from, double to, double value, String hint) {
        double left = column(from);
        double top = row(value);
        svg.append(
                Text.format(
                        "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
                                + "<title>%s</title></rect>\n",
                        left,
                        top,
                        Math.max(0.5, column(to) - left - 1),
                        Math.max(0, HEIGHT - BOTTOM - top),
                        hint));
        return this;
    }

    String finish() {
        return svg.append("</svg>\n").toString();
    }
}
