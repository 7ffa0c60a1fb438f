package edgeloop.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./myepollserver --protocol http} as its users have it. */
@Timeout(180)
final class HttpIT {
    @TempDir Path folder;
    private ServerProcess server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private Path root() throws IOException {
        return Files.createDirectories(folder.resolve("root"));
    }

    private void start(String... options) throws IOException {
        String[] all =
                Stream.concat(
                                Stream.of("--protocol", "http", "--root", root().toString()),
                                Stream.of(options))
                        .toArray(String[]::new);
        server = ServerProcess.start(all);
    }

    private String exchange(String request) throws Exception {
        try (Socket client = server.connect()) {
            client.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    @Test
    void filesAreServedLoggedAndCounted() throws Exception {
        Files.writeString(root().resolve("index.html"), "hello");
        Path log = folder.resolve("access.log");
        start("--access-log=" + log, "--stats", "--bind=127.0.0.1");
        String end = "Host: a\r\nUser-Agent: \u009b[31m\"x\r\nConnection: close\r\n\r\n";
        assertThat(exchange("GET / HTTP/1.1\r\n" + end)).endsWith("\r\n\r\nhello");
        assertThat(exchange("GET /absent HTTP/1.1\r\n" + end)).startsWith("HTTP/1.1 404 ");
        server.out().await("\\[..:..:..] Statuses: \\d+ 2xx, 0 3xx, \\d+ 4xx, 0 5xx");
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: 2 requests served, 0 errors");
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .matches(
                        "127\\.0\\.0\\.1 - - \\[../.../....:..:..:.. \\+0000] \"GET / HTTP/1\\.1\""
                                + " 200 5 \"-\" \"\\\\x9B\\[31m\\\\x22x\"");
        assertThat(lines.get(1)).contains("\"GET /absent HTTP/1.1\" 404 ");
    }

    @Test
    void idleTimeoutBoundsTheTimeBetweenRequests() throws Exception {
        Files.writeString(root().resolve("file"), "x");
        start("--idle-timeout", "100ms");
        try (Socket client = server.connect()) {
            client.getOutputStream()
                    .write("GET /file HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(new String(client.getInputStream().readAllBytes(), ISO_8859_1))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n\r\nx");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--protocol http, 2, '--protocol http needs --root DIR, the files to serve; see --help'",
        "--protocol http --root=, 2, '--root is empty: give it the directory of the files to serve; see --help'",
        "--protocol http --root / --access-log=, 2, '--access-log is empty: give it a file, or no ''=''; see --help'",
        "--root /, 2, --root is an option of --protocol http; see --help",
        "--listing, 2, --listing is an option of --protocol http; see --help",
        "--dotfiles, 2, --dotfiles is an option of --protocol http; see --help",
        "--access-log=x, 2, --access-log is an option of --protocol http; see --help",
        "--protocol http --root / --idle-bytes 9, 2, --idle-bytes is an option of --protocol echo; see --help",
        "--protocol smtp, 2, '--protocol must be echo or http, not ''smtp''; see --help'",
        "--protocol http --root /nonexistent, 1, --root /nonexistent is not there",
        "--protocol http --root /dev/null, 1, --root /dev/null is not a directory"
    })
    void badOptionIsOneLine(String options, int exitCode, String line) throws Exception {
        server = ServerProcess.start(options.split(" ", -1));
        assertThat(server.awaitExit()).isEqualTo(exitCode);
        assertThat(server.err().all()).containsExactly("myepollserver: " + line);
        assertThat(server.out().all()).isEmpty();
    }

    /** The page says in its own text what the browser made of it. */
    @Test
    void browserShowsAPageWithImagesAndScripts() throws Exception {
        Path chromium = Path.of("/usr/bin/chromium");
        assumeTrue(Files.isExecutable(chromium), "no chromium");
        makePage();
        Path log = folder.resolve("access.log");
        start("--bind=127.0.0.1", "--access-log=" + log);
        String dom = browse(chromium, "http://127.0.0.1:" + server.port() + "/");
        assertThat(dom).contains("images 8 of 8, script ok, style ok, data 42, errors 0");
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> !line.contains("/favicon.ico"))
                .hasSize(12)
                .allMatch(line -> line.contains("\" 200 "));
    }

    private void makePage() throws IOException {
        var images = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            String shape = "<rect width='9' height='9' fill='red'/>".repeat(1 + i * 1000);
            Files.writeString(
                    root().resolve("image" + i + ".svg"),
                    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
                            + shape
                            + "</svg>");
            images.append("<img src='image").append(i).append(".svg'>");
        }
        Files.writeString(root().resolve("style.css"), "#result { color: rgb(1, 2, 3) }");
        Files.writeString(root().resolve("data.json"), "{\"value\": 42}");
        Files.writeString(
                root().resolve("page.mjs"),
                """
                export async function report(errors) {
                    const images = [...document.images];
                    const shown = images.filter(i => i.complete && i.naturalWidth === 9).length;
                    const result = document.getElementById("result");
                    const style = getComputedStyle(result).color === "rgb(1, 2, 3)";
                    const data = await (await fetch("data.json")).json();
                    result.textContent = `images ${shown} of ${images.length}, script ok, `
                        + `style ${style ? "ok" : "missing"}, data ${data.value}, `
                        + `errors ${errors.length}`;
                }
                """);
        Files.writeString(
                root().resolve("index.html"),
                """
                <!DOCTYPE html><meta charset=utf-8><title>page</title>
                <link rel=stylesheet href=style.css>
                <script>
                    const errors = [];
                    addEventListener("error", e => errors.push(e), true);
                </script>
                <p id=result>nothing</p>
                IMAGES
                <script type=module>
                    import { report } from "./page.mjs";
                    if (document.readyState === "complete") report(errors);
                    else addEventListener("load", () => report(errors));
                </script>
                """
                        .replace("IMAGES", images));
    }

    private String browse(Path chromium, String url) throws Exception {
        Path output = folder.resolve("dom");
        List<String> command =
                Stream.concat(
                                Stream.of(chromium.toString()),
                                Arrays.stream(
                                        ("--headless --no-sandbox --disable-gpu --disable-quic"
                                                        + " --no-first-run"
                                                        + " --disable-background-networking"
                                                        + " --disable-component-update"
                                                        + " --disable-sync"
                                                        + " --virtual-time-budget=20000 --dump-dom")
                                                .split(" ", -1)))
                        .toList();
        var all = new ArrayList<>(command);
        all.add("--user-data-dir=" + folder.resolve("profile"));
        all.add(url);
        Process browser =
                new ProcessBuilder(all)
                        .redirectOutput(output.toFile())
                        .redirectError(new File("/dev/null"))
                        .start();
        try {
            assertThat(browser.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            browser.destroyForcibly();
        }
        return Files.readString(output, UTF_8);
    }
}
