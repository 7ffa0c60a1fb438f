package edgeloop.bench;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import edgeloop.bench.Plan.Part;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jspecify.annotations.Nullable;

/**
 * Draws what {@link SideBySide} wrote as JSON: a bar for the median of each server at each number
 * of connections, of the loads of 64 bytes and one request at a time; and of crowds.
 */
final class Plots {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 640;
    private static final Color[] SHADES = {
        new Color(0x9e, 0xc5, 0xe8), new Color(0x3d, 0x85, 0xc6), new Color(0x1c, 0x45, 0x87)
    };

    /** The part of the JSON that is drawn; Gson fills it in. */
    record Document(@Nullable List<String> parts, List<Map<String, Object>> samples) {
        /** Files of earlier versions do not say. */
        boolean has(Part part) {
            return parts != null && parts.contains(part.key());
        }
    }

    private Plots() {}

    /**
     * {@code FILE.json DIRECTORY}: reads the one, writes {@code cpu.png} into the other, or of a
     * run of rings {@code ring.png}, or of a run of modes {@code modes.png}, {@code crowd-cpu.png}
     * and {@code crowd-memory.png}.
     */
    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("usage: plot FILE.json DIRECTORY");
            System.exit(2);
        }
        try {
            Document document = parse(Files.readString(Path.of(args[0])));
            Path folder = Path.of(args[1]);
            boolean hasCrowds = document.samples().stream().anyMatch(Plots::isCrowd);
            save(
                    chart(
                            "CPU of the server's process per echo, µs",
                            medians(document, Metric.CPU_MICROS, Plots::isPlain)),
                    folder.resolve(
                            document.has(Part.RING)
                                    ? "ring.png"
                                    : hasCrowds ? "modes.png" : "cpu.png"));
            if (hasCrowds) {
                save(
                        logarithmic(
                                chart(
                                        "Ten connections of many talk: CPU per echo, µs",
                                        medians(document, Metric.CPU_MICROS, Plots::isCrowd))),
                        folder.resolve("crowd-cpu.png"));
                save(
                        logarithmic(
                                chart(
                                        "Ten connections of many talk: resident memory, MiB",
                                        medians(document, Metric.RESIDENT_MIB, Plots::isCrowd))),
                        folder.resolve("crowd-memory.png"));
            }
        } catch (IOException | JsonParseException e) {
            System.err.println("plot: cannot do it: " + e);
            System.exit(1);
        }
    }

    static Document parse(String json) {
        return new Gson().fromJson(json, Document.class);
    }

    private static void save(JFreeChart chart, Path path) throws IOException {
        File file = path.toFile();
        ChartUtils.saveChartAsPNG(file, chart, WIDTH, HEIGHT);
        System.out.println(file);
    }

    /** Each line of the grid is ten times the one before. */
    private static JFreeChart logarithmic(JFreeChart chart) {
        LogAxis axis = new LogAxis();
        axis.setRange(1, 1_000);
        axis.setTickUnit(new NumberTickUnit(1)); // of the exponent
        axis.setNumberFormatOverride(new DecimalFormat("#,##0"));
        chart.getCategoryPlot().setRangeAxis(axis);
        return chart;
    }

    private static JFreeChart chart(String title, DefaultCategoryDataset medians) {
        JFreeChart chart =
                ChartFactory.createBarChart(
                        title, null, null, medians, PlotOrientation.HORIZONTAL, true, false, false);
        chart.setBackgroundPaint(Color.WHITE);
        CategoryPlot plot = chart.getCategoryPlot();
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlineStroke(new BasicStroke(0.5f));
        plot.setOutlineVisible(false);
        var bars = (BarRenderer) plot.getRenderer();
        bars.setBarPainter(new StandardBarPainter());
        bars.setShadowVisible(false);
        bars.setItemMargin(0.05);
        for (int i = 0; i < medians.getRowCount(); i++) {
            bars.setSeriesPaint(i, SHADES[Math.min(i, SHADES.length - 1)]);
        }
        return chart;
    }

    /** A series for each number of connections, in it each server, in the order of the run. */
    static DefaultCategoryDataset medians(
            Document document, Metric metric, Predicate<Map<String, Object>> loads) {
        var servers = new ArrayList<String>();
        var values = new TreeMap<Integer, Map<String, List<Double>>>();
        for (Map<String, Object> sample : document.samples()) {
            if (!(sample.get(metric.key()) instanceof Double value) || !loads.test(sample)) {
                continue;
            }
            String server = (String) sample.get("server");
            if (!servers.contains(server)) {
                servers.add(server);
            }
            values.computeIfAbsent(number(sample, "connections"), _ -> new TreeMap<>())
                    .computeIfAbsent(server, _ -> new ArrayList<>())
                    .add(value);
        }
        var dataset = new DefaultCategoryDataset();
        values.forEach(
                (connections, byServer) -> {
                    String series = String.format(Locale.ROOT, "%,d connections", connections);
                    for (String server : servers) {
                        Spread.of(byServer.getOrDefault(server, List.of()))
                                .ifPresent(
                                        spread ->
                                                dataset.addValue(spread.median(), series, server));
                    }
                });
        return dataset;
    }

    static boolean isPlain(Map<String, Object> sample) {
        return number(sample, "size") == Row.DEFAULT_SIZE
                && number(sample, "depth") == 1
                && !isCrowd(sample);
    }

    /** Whether some of the connections are silent. */
    static boolean isCrowd(Map<String, Object> sample) {
        int talking = number(sample, "talking"); // files of earlier versions do not say
        return talking > 0 && talking < number(sample, "connections");
    }

    private static int number(Map<String, Object> sample, String key) {
        return sample.get(key) instanceof Double value ? value.intValue() : 0;
    }
}
