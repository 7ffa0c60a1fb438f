package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.jspecify.annotations.Nullable;

/**
 * All outputs of one run: text, JSON, CSV, log of histograms and page. Each has the figures of the
 * others, to the digits that it shows, so that what holds for one of them holds for all.
 */
final class Outputs {
    private static final Pattern NUMBER = Pattern.compile("(> )?([\\d,]+(?:\\.(\\d+))?)(?: ms)?");
    private static final Pattern CARD =
            Pattern.compile("<div[^>]*><dt>([^<]+)</dt><dd>([^<]+)</dd>");

    private final Path json;
    private final Path csv;
    private final Path log;
    private final Path page;
    private final Runs.Outcome ran;
    private final Results results;

    private Outputs(Machine machine, Path folder, List<String> arguments) throws Exception {
        json = folder.resolve("results.json");
        csv = folder.resolve("results.csv");
        log = folder.resolve("results.hlog");
        page = folder.resolve("results.html");
        List<String> all = new ArrayList<>(List.of("-q", "--json", json.toString()));
        all.addAll(List.of("--csv", csv.toString(), "--hlog", log.toString()));
        all.addAll(List.of("--report", page.toString()));
        all.addAll(arguments);
        ran = Runs.loadtest(machine, all.toArray(String[]::new));
        results = ResultsFile.read(json);
    }

    /** Runs against this server. */
    static Outputs run(
            Path folder, FaultyServer.Protocol protocol, FaultyServer server, String... options)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        String address = "127.0.0.1:" + server.port();
        arguments.add(protocol == FaultyServer.Protocol.HTTP ? "http://" + address + "/" : address);
        return run(folder, arguments);
    }

    /** Runs {@code loadtest}, and makes sure that all of its outputs say the same. */
    static Outputs run(Path folder, List<String> arguments) throws Exception {
        return run(Machine.OWN, folder, arguments);
    }

    /** The same on another machine. */
    static Outputs run(Machine machine, Path folder, List<String> arguments) throws Exception {
        Outputs outputs = new Outputs(machine, folder, arguments);
        outputs.assertLatency(outputs.results.response());
        Results.Latency service = outputs.results.service();
        if (service != null) {
            outputs.assertLatency(service);
        }
        outputs.assertText();
        outputs.assertCsv();
        if (outputs.results.search() == null) { // whose log has all trials
            outputs.assertLog();
        }
        outputs.assertPage();
        return outputs;
    }

    Results results() {
        return results;
    }

    Runs.Outcome ran() {
        return ran;
    }

    Path json() {
        return json;
    }

    Path log() {
        return log;
    }

    /** All files. */
    List<Path> files() {
        return List.of(json, csv, log, page);
    }

    // ---- JSON ---------------------------------------------------------------------------------

    /** Its figures are those of its histograms, the unanswered after all others. */
    private void assertLatency(Results.Latency latency) {
        Histogram answered = Latencies.decode(latency.histogram());
        Histogram unanswered = unanswered(latency);
        assertThat(answered.getTotalCount()).isEqualTo(latency.count());
        assertThat(unanswered.getTotalCount()).isEqualTo(latency.unanswered());
        if (latency.total() == 0) {
            return;
        }
        double silentShare = results.silentShare(); // 0 where there is a service time
        latency.percentilesMillis()
                .forEach(
                        (name, millis) -> {
                            double percentile = Double.parseDouble(name.substring(1));
                            assertPercentile(latency, silentShare, name, percentile, millis);
                        });
        assertPercentile(latency, silentShare, "max", 100, latency.maxMillis());
        double sum = answered.getMean() * latency.count();
        sum += unanswered.getMean() * latency.unanswered();
        double mean = sum / latency.total() / 1e6;
        assertThat(latency.meanMillis()).isCloseTo(mean, within(0.001 * mean + 1e-6));
        assertThat(latency.isAtLeast("mean"))
                .isEqualTo(
                        latency.unanswered() > 0.01 * latency.total()
                                || latency.count() == 0
                                || silentShare > 0.01);
    }

    private static void assertPercentile(
            Results.Latency latency,
            double silentShare,
            String name,
            double percentile,
            double millis) {
        long rank = (long) Math.ceil(percentile / 100 * latency.total() - 1e-6);
        boolean known = rank <= latency.count() && percentile <= 100 * (1 - silentShare);
        assertThat(latency.isAtLeast(name)).as("%s at least", name).isEqualTo(!known);
        if (known) {
            assertThat(millis)
                    .as("%s", name)
                    .isCloseTo(
                            nth(Latencies.decode(latency.histogram()), rank) / 1e6,
                            within(0.001 * millis + 1e-6));
        }
    }

    /** Counted by hand, bucket by bucket. */
    private static double nth(Histogram histogram, long rank) {
        long seen = 0;
        for (var bucket : histogram.recordedValues()) {
            seen += bucket.getCountAtValueIteratedTo();
            if (seen >= rank) {
                return bucket.getValueIteratedTo();
            }
        }
        throw new IllegalArgumentException("fewer than " + rank);
    }

    private static Histogram unanswered(Results.Latency latency) {
        String encoded = latency.unansweredHistogram();
        return encoded == null ? Interval.newHistogram() : Latencies.decode(encoded);
    }

    // ---- Text ---------------------------------------------------------------------------------

    private void assertText() {
        Results.Requests requests = results.requests();
        Results.Latency response = results.response();
        Results.Latency service = results.service();
        assertThat(ran.out())
                .contains("Connections: " + results.config().connections() + "\n")
                .contains("Requests: " + requests.scheduled() + "\n")
                .contains("Concurrency: " + results.config().concurrency() + "\n")
                .contains("  Errors: " + results.errorCount() + "\n");
        assertShows(line("  Total time: (.*) seconds"), results.totalSeconds(), false);
        assertShows(line("  Requests/sec: (.*)"), results.requestsPerSecond(), false);
        assertShows(line("  Avg latency: (.*)"), response, "mean");
        assertShows(line("  P99 latency: (.*)"), response, "p99");
        List<String> names = new ArrayList<>(response.percentilesMillis().keySet());
        names.addAll(List.of("mean", "max"));
        for (String name : names) {
            String[] row = line("  " + Pattern.quote(name) + " +(\\S.*)").split(" {2,}", -1);
            assertThat(row).hasSize(service == null ? 1 : 2);
            assertShows(row[0], response, name);
            if (service != null) {
                assertShows(row[1], service, name);
            }
        }
        assertThat(ran.out())
                .contains(
                        "Books: %,d scheduled = %,d answered + %,d failed + %,d unsent + %,d in flight"
                                .formatted(
                                        requests.scheduled(),
                                        requests.answered(),
                                        requests.errorCount(),
                                        requests.unsent(),
                                        requests.inFlight()));
        requests.errors()
                .forEach(
                        (cause, n) ->
                                assertThat(ran.out()).contains("Errors, " + cause + ": " + n));
    }

    /** The one line that is like this, of which what is in parentheses. */
    private String line(String regex) {
        Matcher line = Pattern.compile("^" + regex + "$", Pattern.MULTILINE).matcher(ran.out());
        assertThat(line.find()).as("%s in %s", regex, ran).isTrue();
        return line.group(1);
    }

    private static void assertShows(String shown, Results.Latency latency, String name) {
        if (latency.total() == 0) {
            assertThat(shown).isEqualTo("-");
        } else {
            assertShows(shown, millis(latency, name), latency.isAtLeast(name));
        }
    }

    private static double millis(Results.Latency latency, String name) {
        return switch (name) {
            case "mean" -> latency.meanMillis();
            case "max" -> latency.maxMillis();
            default -> latency.percentileMillis(name);
        };
    }

    /** The figure to the last digit that is shown. */
    private static void assertShows(String shown, double figure, boolean atLeast) {
        Matcher number = NUMBER.matcher(shown);
        assertThat(number.matches()).as("%s", shown).isTrue();
        String decimals = Objects.requireNonNullElse(number.group(3), "");
        assertThat(Double.parseDouble(number.group(2).replace(",", "")))
                .as("%s", shown)
                .isCloseTo(figure, within(0.501 * Math.pow(10, -decimals.length())));
        assertThat(number.group(1) != null).as("%s", shown).isEqualTo(atLeast);
    }

    // ---- The others ---------------------------------------------------------------------------

    private void assertCsv() throws Exception {
        List<String> lines = Files.readAllLines(csv);
        List<String> names = List.of(lines.getFirst().split(",", -1));
        assertThat(lines).hasSize(results.timeline().size() + 1);
        for (int i = 0; i < results.timeline().size(); i++) {
            Results.TimelineSlice slice = results.timeline().get(i);
            Map<String, String> fields = new HashMap<>();
            String[] values = lines.get(i + 1).split(",", -1);
            for (int column = 0; column < values.length; column++) {
                fields.put(names.get(column), values[column]);
            }
            double seconds = slice.endSeconds() - slice.beginSeconds();
            assertField(fields, "begin_s", slice.beginSeconds());
            assertField(fields, "end_s", slice.endSeconds());
            assertField(fields, "answered", slice.answered());
            assertField(fields, "errors", slice.errors());
            assertField(fields, "in_flight", slice.inFlight());
            assertField(fields, "connections", slice.connections());
            if (seconds > 0) {
                assertField(fields, "requests_per_s", slice.answered() / seconds);
            }
            assertField(fields, "p50_ms", slice.p50Millis());
            assertField(fields, "p99_ms", slice.p99Millis());
            assertField(fields, "max_ms", slice.maxMillis());
            Histogram times = Latencies.decode(slice.histogram());
            assertThat(times.getTotalCount()).isEqualTo(slice.samples());
            assertThat(slice.maxMillis())
                    .isEqualTo(slice.samples() == 0 ? null : times.getMaxValue() / 1e6);
        }
        if (results.search() == null) {
            assertThat(results.timeline().stream().mapToLong(Results.TimelineSlice::samples).sum())
                    .isEqualTo(results.requests().answered());
        }
    }

    private static void assertField(
            Map<String, String> fields, String name, @Nullable Number figure) {
        String shown = Objects.requireNonNull(fields.get(name), name);
        if (figure == null) {
            assertThat(shown).as("%s", name).isEmpty();
        } else {
            assertShows(shown, figure.doubleValue(), false);
        }
    }

    private void assertLog() throws Exception {
        Histogram answered = Interval.newHistogram();
        Histogram unanswered = Interval.newHistogram();
        try (HistogramLogReader reader = new HistogramLogReader(log.toFile())) {
            while (reader.hasNext()) {
                Histogram interval = (Histogram) reader.nextIntervalHistogram();
                ("unanswered".equals(interval.getTag()) ? unanswered : answered).add(interval);
            }
        }
        assertThat(answered).isEqualTo(Latencies.decode(results.response().histogram()));
        assertThat(unanswered).isEqualTo(unanswered(results.response()));
    }

    private void assertPage() throws Exception {
        String html = Files.readString(page);
        Map<String, String> cards = new HashMap<>();
        Matcher card = CARD.matcher(html);
        while (card.find()) {
            cards.put(card.group(1), card.group(2).replace("&gt;", ">"));
        }
        Results.Latency response = results.response();
        assertShows(card(cards, "Requests/sec"), results.requestsPerSecond(), false);
        assertShows(card(cards, "Average"), response, "mean");
        assertShows(card(cards, "p50"), response, "p50");
        assertShows(card(cards, "p99"), response, "p99");
        assertShows(card(cards, "p99.9"), response, "p99.9");
        assertShows(card(cards, "Maximum"), response, "max");
        assertShows(card(cards, "Errors"), (double) results.errorCount(), false);
        assertShows(card(cards, "Unsent"), (double) results.requests().unsent(), false);
        assertThat(html)
                .contains(
                        ran.out()
                                .strip()
                                .replace("&", "&amp;")
                                .replace("<", "&lt;")
                                .replace(">", "&gt;")
                                .replace("\"", "&quot;"));
    }

    private static String card(Map<String, String> cards, String name) {
        return Objects.requireNonNull(cards.get(name), name);
    }
}
