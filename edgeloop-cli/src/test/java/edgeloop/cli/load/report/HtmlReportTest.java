package edgeloop.cli.load.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.cli.load.FaultyServer;
import edgeloop.cli.load.Runs;
import java.nio.file.Files;
import java.nio.file.Path;
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
