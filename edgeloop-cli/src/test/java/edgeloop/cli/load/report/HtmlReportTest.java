package edgeloop.cli.load.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.cli.load.FaultyServer;
import edgeloop.cli.load.Runs;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of {@code --report}, in a real browser where one is installed. */
class HtmlReportTest {
    private static final int BROWSER_SECONDS = 120;

    @TempDir private Path folder;

    private Path report() throws Exception {
        Path page = folder.resolve("report.html");
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Outcome run =
                    Runs.loadtest(
                            "-q",
                            "--rate",
                            "2000",
                            "-d",
                            "2s",
                            "--report",
                            page.toString(),
                            "localhost:" + server.port());
            assertThat(run.exitCode()).isZero();
        }
        return page;
    }

    @Test
    void thePageNeedsNothingFromElsewhere() throws Exception {
        String page = Files.readString(report());
        assertThat(page).doesNotContainPattern("@\\w+@|(src|href)=|url\\(|@import");
        assertThat(page).contains("P99 latency").contains("<svg").contains("service");
    }

    private String page(String... arguments) throws Exception {
        Path page = folder.resolve("page.html");
        List<String> all = new ArrayList<>(List.of("-q", "--report", page.toString()));
        all.addAll(List.of(arguments));
        Runs.loadtest(all.toArray(String[]::new));
        return Files.readString(page);
    }

    /** Where both are the same, a line of the p99's width would leave nothing of the maximum. */
    @Test
    void maximumIsDrawnOverThePercentile() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            String page = page("-d", "1s", "--warmup", "0", "localhost:" + server.port());
            assertThat(page).containsSubsequence("\"line p50\"", "\"line p99\"", "\"line max\"");
        }
    }

    @Test
    void cleanRunHasCardsWithoutErrors() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            String page = page("-d", "1s", "--warmup", "0", "localhost:" + server.port());
            assertThat(page)
                    .contains("<dt>Errors</dt><dd>0</dd>", "<dt>Unsent</dt><dd>0</dd>")
                    .doesNotContain("class=\"bad\"", "class=\"band pause\"", "no answers from");
        }
    }

    @Test
    void silenceIsMarkedAndCounted() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String page =
                    page(
                            "-c",
                            "2",
                            "--rate",
                            "50",
                            "-d",
                            "1s",
                            "--warmup",
                            "0",
                            "--timeout",
                            "400ms",
                            "127.0.0.1:" + silent.getLocalPort());
            assertThat(page)
                    .containsPattern("class=\"bad\"><dt>Errors</dt><dd>\\d+</dd>")
                    .containsPattern("<dd class=\"detail\">.*timeout \\d")
                    .containsPattern("class=\"bad\"><dt>Unsent</dt><dd>\\d+</dd>")
                    .containsPattern("no answers from 0\\.00 to \\d")
                    .contains("\"line errors\"", "\"line offered\"")
                    .doesNotContain("Latency by percentile");
        }
    }

    @Test
    void stepsAreATableAndAPlot() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            String page =
                    page(
                            "--rate",
                            "200,400",
                            "-d",
                            "1s",
                            "--warmup",
                            "0",
                            "localhost:" + server.port());
            assertThat(page)
                    .contains("<h2>Steps</h2>", "<th>unsent</th>", "aria-label=\"Latency by rate\"")
                    .containsPattern("<tr><td>200</td><td>(199|200)</td>")
                    .containsPattern("<tr><td>400</td><td>(399|400)</td>");
            assertThat(page.split("class=\"dot p99\"", -1)).hasSize(3);
        }
    }

    @Test
    void twoRunsStandOnOnePage() throws Exception {
        Path before = folder.resolve("before.json");
        Path after = folder.resolve("a&b@body@.json");
        Path page = folder.resolve("both.html");
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            for (Path json : List.of(before, after)) {
                Runs.loadtest(
                        "-q",
                        "-d",
                        "1s",
                        "--warmup",
                        "0",
                        "--json",
                        json.toString(),
                        "localhost:" + server.port());
            }
        }
        Runs.Outcome compared =
                Runs.loadtest(
                        "compare",
                        before.toString(),
                        after.toString(),
                        "--report",
                        page.toString());
        assertThat(compared.exitCode()).isZero();
        assertThat(compared.out()).contains("requests/sec");
        String html = Files.readString(page);
        assertThat(html)
                .contains("a&amp;b&#64;body&#64;.json", "95% interval", "line a max", "line b max")
                .contains("<td>p99.9</td>", "<td>errors</td>", "<td>unsent</td>", "<td>max</td>")
                .doesNotContainPattern("@\\w+@|(src|href)=|url\\(|@import");
        assertThat(html.split("<svg ", -1)).hasSize(5);
        assertThat(html.split("<pre>", -1)).hasSize(3);

        Runs.Outcome over =
                Runs.loadtest(
                        "compare",
                        before.toString(),
                        after.toString(),
                        "--report",
                        before.toString());
        assertThat(over.exitCode()).isEqualTo(2);
        assertThat(over.err()).contains("before.json is a run to be read, and not written to");
    }

    @Test
    void aBrowserShowsThePlots() throws Exception {
        String browser =
                Stream.of(
                                "/usr/bin/chromium",
                                "/usr/bin/chromium-browser",
                                "/usr/bin/google-chrome")
                        .filter(file -> Files.isExecutable(Path.of(file)))
                        .findFirst()
                        .orElse(null);
        assumeTrue(browser != null, "no Chromium is installed");
        Path page = report();
        String dom = run(browser, "--dump-dom", page.toUri().toString());
        assertThat(dom.split("<svg ", -1)).hasSize(5); // four plots
        assertThat(dom).contains("<path").contains("<rect");

        Path picture = folder.resolve("page.png");
        run(browser, "--window-size=1000,1900", "--screenshot=" + picture, page.toUri().toString());
        // An empty page of this size takes some 10 kB.
        assertThat(Files.size(picture)).isGreaterThan(40_000);
    }

    private String run(String browser, String... arguments) throws Exception {
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        browser,
                                        "--headless",
                                        "--no-sandbox",
                                        "--disable-gpu",
                                        // What a browser asks of the network by itself.
                                        "--no-first-run",
                                        "--disable-background-networking",
                                        "--disable-component-update",
                                        "--disable-sync",
                                        "--user-data-dir=" + folder.resolve("profile")),
                                Stream.of(arguments))
                        .toList();
        Path out = folder.resolve("out.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(BROWSER_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the browser does not end");
        }
        assertThat(process.exitValue()).isZero();
        return Files.readString(out);
    }
}
