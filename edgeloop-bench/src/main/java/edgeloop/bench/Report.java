package edgeloop.bench;

import edgeloop.bench.Plan.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Prints what was measured: Markdown tables that are aligned for a terminal too, and JSON with
 * every single value. A dash is what doesn't apply or failed.
 */
final class Report {
    private static final String NOTHING = "–";
    private static final String PACED_TITLE =
            "At " + Math.round(100 * Measurer.PACE) + " % of what the floor serves: ";

    /** A column of a table. */
    private interface Column {
        String title();

        Optional<String> cell(Samples samples, String server, @Nullable Row row);

        /** The metric itself, with its quartiles. */
        static Column of(Metric metric) {
            return new Value(metric);
        }

        /** Its ratio to the floor's, with its quartiles. */
        static Column ratioOf(Metric metric) {
            return new Ratio(metric, ServerCatalog.FLOOR, "floor", Spread::of);
        }

        /** Its ratio to another server's, with the interval in which the true median is. */
        static Column against(String base, Metric metric) {
            return new Ratio(metric, base, base + " (95 %)", Spread::confident);
        }
    }

    private record Value(Metric metric) implements Column {
        @Override
        public String title() {
            return metric.title();
        }

        @Override
        public Optional<String> cell(Samples samples, String server, @Nullable Row row) {
            return samples.spread(server, row, metric).map(s -> s.format(metric::format));
        }
    }

    private record Ratio(
            Metric metric,
            String base,
            String baseTitle,
            Function<List<Double>, Optional<Spread>> spread)
            implements Column {
        @Override
        public String title() {
            return metric.title().split("[ /]", 2)[0] + " × " + baseTitle;
        }

        @Override
        public Optional<String> cell(Samples samples, String server, @Nullable Row row) {
            return spread.apply(samples.ratios(server, base, row, metric))
                    .map(s -> s.format(v -> String.format(Locale.ROOT, "%.2f", v)));
        }
    }

    private static final List<Column> LOAD_COLUMNS =
            List.of(
                    Column.of(Metric.REQUESTS_PER_SECOND),
                    Column.of(Metric.USER_MICROS),
                    Column.of(Metric.SYSTEM_MICROS),
                    Column.of(Metric.CPU_MICROS),
                    Column.ratioOf(Metric.CPU_MICROS),
                    Column.of(Metric.RESIDENT_MIB));

    private static final List<Column> RING_COLUMNS =
            List.of(
                    Column.of(Metric.REQUESTS_PER_SECOND),
                    Column.of(Metric.CPU_MICROS),
                    Column.against(ServerCatalog.FLOOR, Metric.CPU_MICROS),
                    Column.against(ServerCatalog.RING_FLOOR, Metric.CPU_MICROS),
                    Column.of(Metric.RESIDENT_MIB));

    private static final List<Column> PACED_COLUMNS =
            List.of(
                    Column.of(Metric.PACED_RATE),
                    Column.of(Metric.PACED_CPU_MICROS),
                    Column.against(ServerCatalog.FLOOR, Metric.PACED_CPU_MICROS),
                    Column.against(ServerCatalog.RING_FLOOR, Metric.PACED_CPU_MICROS));

    private static final List<Column> SIZE_COLUMNS =
            List.of(
                    Column.of(Metric.REQUESTS_PER_SECOND),
                    Column.of(Metric.CPU_MICROS),
                    Column.against(ServerCatalog.FLOOR, Metric.CPU_MICROS),
                    Column.against(ServerCatalog.EDGELOOP, Metric.CPU_MICROS));

    private static final List<Column> CROWD_COLUMNS =
            List.of(
                    Column.of(Metric.REQUESTS_PER_SECOND),
                    Column.of(Metric.CPU_MICROS),
                    Column.ratioOf(Metric.CPU_MICROS),
                    Column.of(Metric.RESIDENT_MIB));

    private static final List<Column> LATENCY_COLUMNS =
            List.of(
                    Column.of(Metric.LATENCY_P50_MICROS),
                    Column.of(Metric.LATENCY_P99_MICROS),
                    Column.ratioOf(Metric.LATENCY_P99_MICROS),
                    Column.of(Metric.LATENCY_P999_MICROS),
                    Column.of(Metric.CLIENT_LAG_P99_MICROS));

    private static final List<Column> PROCESS_COLUMNS =
            List.of(
                    Column.of(Metric.ALLOCATED_BYTES),
                    Column.of(Metric.IDLE_CONNECTION_BYTES),
                    Column.of(Metric.IDLE_WAKEUPS),
                    Column.of(Metric.FIRST_ANSWER_MILLIS));

    private final Plan plan;
    private final List<String> servers;
    private final Samples samples;

    Report(Plan plan, List<String> servers, Samples samples) {
        this.plan = plan;
        this.servers = servers;
        this.samples = samples;
    }

    String tables() {
        var out = new StringBuilder();
        boolean rings = plan.has(Part.RING);
        for (Row row : plan.rows()) {
            out.append(table("Full load: " + row, row, rings ? RING_COLUMNS : LOAD_COLUMNS));
        }
        for (Row row : plan.rows()) {
            out.append(table(PACED_TITLE + row, row, PACED_COLUMNS));
        }
        if (rings) {
            for (Row row : Measurer.SIZES) {
                out.append(table("Full load: " + row, row, SIZE_COLUMNS));
            }
        }
        for (int connections : Measurer.CROWDS) {
            Row row = Row.crowd(connections, Measurer.TALKING);
            out.append(crowdTable("A crowd: " + row, row));
        }
        for (Row row : plan.rows()) {
            String title =
                    String.format(
                            Locale.ROOT, "%,d requests/s offered: %s", plan.latencyRate(), row);
            out.append(table(title, row, LATENCY_COLUMNS));
        }
        out.append(table("The process", null, PROCESS_COLUMNS));
        return out.toString();
    }

    /** Of all servers that were tried, which are others than those of the rest. */
    private String crowdTable(String title, Row row) {
        List<String> tried =
                samples.all().stream()
                        .filter(sample -> row.equals(sample.row()))
                        .map(Samples.Sample::server)
                        .distinct()
                        .toList();
        return table(title, row, CROWD_COLUMNS, tried);
    }

    private String table(String title, @Nullable Row row, List<Column> columns) {
        return table(title, row, columns, servers);
    }

    /** Empty if nothing of it was measured. */
    private String table(String title, @Nullable Row row, List<Column> columns, List<String> rows) {
        var lines = new ArrayList<List<String>>();
        for (String server : rows) {
            List<Optional<String>> cells =
                    columns.stream().map(c -> c.cell(samples, server, row)).toList();
            if (cells.stream().anyMatch(Optional::isPresent)) {
                var line = new ArrayList<String>(List.of(server));
                cells.forEach(cell -> line.add(cell.orElse(NOTHING)));
                lines.add(line);
            }
        }
        if (lines.isEmpty()) {
            return "";
        }
        var header = new ArrayList<String>(List.of("server"));
        columns.forEach(column -> header.add(column.title()));
        lines.addFirst(header);
        return "\n" + title + "\n\n" + aligned(lines);
    }

    private static String aligned(List<List<String>> lines) {
        int[] widths =
                IntStream.range(0, lines.getFirst().size())
                        .map(i -> lines.stream().mapToInt(l -> l.get(i).length()).max().orElse(0))
                        .toArray();
        var out = new StringBuilder();
        out.append(aligned(lines.getFirst(), widths)).append(ruler(widths));
        lines.stream().skip(1).forEach(line -> out.append(aligned(line, widths)));
        return out.toString();
    }

    /** Names to the left, figures to the right. */
    private static String aligned(List<String> line, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(
                        i -> {
                            String pad = " ".repeat(widths[i] - line.get(i).length());
                            return i == 0 ? line.get(i) + pad : pad + line.get(i);
                        })
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String ruler(int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(i -> i == 0 ? "-".repeat(widths[i] + 2) : "-".repeat(widths[i] + 1) + ":")
                .collect(Collectors.joining("|", "|", "|\n"));
    }

    String json(Map<String, String> machine) {
        var document = new LinkedHashMap<String, Object>();
        document.put("machine", machine);
        document.put("parts", plan.parts().stream().map(Part::key).sorted().toList());
        document.put("rounds", plan.rounds());
        document.put("slices", plan.slices());
        document.put("seconds", plan.seconds());
        document.put("latency_rate", plan.latencyRate());
        document.put("idle_connections", plan.idleConnections());
        document.put("commands", samples.commands());
        document.put("failures", samples.failures());
        document.put("samples", samples.all().stream().map(Report::sample).toList());
        return Json.write(document) + "\n";
    }

    private static Map<String, Object> sample(Samples.Sample sample) {
        var object = new LinkedHashMap<String, Object>();
        object.put("round", sample.round());
        object.put("slice", sample.slice());
        object.put("server", sample.server());
        Row row = sample.row();
        if (row != null) {
            object.put("connections", row.connections());
            object.put("size", row.size());
            object.put("depth", row.depth());
            object.put("talking", row.talking());
        }
        sample.values().forEach((m, value) -> object.put(m.key(), value));
        return object;
    }
}
