package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * {@code ./loadtest} on a terminal of its own: one of script(1), and one of tmux(1) with a shell.
 */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT) // mostly waits
class LiveViewIT {
    private static final String ESCAPE = "\u001b";

    @TempDir private Path folder;
    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start();
    }

    @AfterEach
    void end() {
        server.close();
    }

    private static boolean isInstalled(String program) {
        return Files.isExecutable(Path.of("/usr/bin", program));
    }

    private String loadtest(String arguments) throws InterruptedException {
        return "./loadtest " + arguments + " 127.0.0.1:" + server.port();
    }

    /** All that a command writes to a terminal of 80 columns and 24 rows. */
    private String typescript(String command) throws Exception {
        assumeTrue(isInstalled("script"), "script(1) is not installed");
        Path typescript = folder.resolve("typescript");
        ProcessBuilder script =
                ServerProcess.builder(
                        "script",
                        "-qec",
                        "stty cols 80 rows 24; " + command,
                        typescript.toString());
        script.environment().put("TERM", "xterm");
        script.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = script.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        String all = Files.readString(typescript);
        // Its own lines are the first and, from the last line break on, the last.
        return all.substring(all.indexOf('\n') + 1, all.lastIndexOf("\nScript done"));
    }

    @Test
    void resultsStandAloneWhereTheViewWas() throws Exception {
        String text = typescript(loadtest("-d 2s --rate 1000"));
        assertThat(text).contains("of warm-up left", "so far", ESCAPE + "[?25l");
        VtScreen screen = new VtScreen(80, 24);
        screen.write(text);
        List<String> all = screen.all();
        assertThat(all.getFirst()).isEqualTo("Connections: 10");
        assertThat(all).contains("  Errors: 0").noneMatch(line -> line.contains("so far"));
        assertThat(screen.showsCursor()).isTrue();
    }

    @Test
    void terminalWithoutCursorGetsLines() throws Exception {
        String text = typescript("TERM=dumb " + loadtest("-d 2s --warmup 0"));
        assertThat(text).doesNotContain(ESCAPE).containsPattern("\\[#+\\.*] +\\d+% .* left\r?\n");
    }

    @Test
    void quietIsQuietOnATerminalToo() throws Exception {
        String text = typescript(loadtest("-q -d 1s --warmup 0"));
        assertThat(text).doesNotContain(ESCAPE).startsWith("Connections: 10");
    }

    @Test
    void whoWantsNoColorGetsLines() throws Exception {
        assertThat(typescript(loadtest("-d 1s --warmup 0")))
                .containsPattern(ESCAPE + "\\[[0-9;]+m");
        assertThat(typescript("NO_COLOR=1 " + loadtest("-d 2s --warmup 0")))
                .doesNotContain(ESCAPE)
                .containsPattern("\\[#+\\.*] +\\d+% .* left\r?\n");
    }

    // ---- In tmux, by hand ---------------------------------------------------------------------

    private String tmux(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("tmux", "-S", folder.resolve("tmux") + ""));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        ProcessBuilder builder = ServerProcess.builder(command.toArray(String[]::new));
        builder.environment().putAll(Map.of("TERM", "xterm", "LC_ALL", "C.UTF-8"));
        Process process = builder.redirectOutput(out.toFile()).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s", command).isZero();
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    /** Waits until the screen shows this, and answers it. */
    private String awaitScreen(String regex) throws Exception {
        Pattern wanted = Pattern.compile(regex, Pattern.MULTILINE);
        long deadline = System.nanoTime() + ServerProcess.PATIENCE.toNanos();
        String screen = "";
        while (System.nanoTime() < deadline) {
            screen = tmux("capture-pane", "-p", "-t", "main");
            if (wanted.matcher(screen).find()) {
                return screen;
            }
        }
        throw new AssertionError("no " + regex + " in\n" + screen);
    }

    private void type(String... keys) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("send-keys", "-t", "main"));
        arguments.addAll(List.of(keys));
        tmux(arguments.toArray(String[]::new));
    }

    @Test
    void shellHasTheTerminalAtEachStopAndAtTheEnd() throws Exception {
        assumeTrue(isInstalled("tmux") && isInstalled("bash"), "tmux(1) is not installed");
        tmux(
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-s",
                "main",
                "-x",
                "80",
                "-y",
                "24",
                "env PS1='$ ' bash --norc -i");
        try {
            type(loadtest("-d 60s --warmup 0 --rate 1000"), "Enter");
            assertThat(awaitScreen("^By the second █")).contains("Distribution so far");

            tmux("resize-window", "-t", "main", "-x", "20", "-y", "5");
            assertThat(awaitScreen("^p99 .* ms")).contains("/s\n", "0 errors");
            tmux("resize-window", "-t", "main", "-x", "80", "-y", "24");
            awaitScreen("^Distribution so far");

            type("C-z");
            String stopped = awaitScreen("Stopped");
            assertThat(stopped).doesNotContain("so far", "errors");
            type("fg", "Enter");
            String again = awaitScreen("^Distribution so far");
            assertThat(again).containsOnlyOnce("Answered");

            type("C-c");
            String ended = awaitScreen("^Ended early: interrupted[^$]*^\\$");
            assertThat(ended).doesNotContain("so far", "█", "░");
            assertThat(tmux("display", "-p", "-t", "main", "#{cursor_flag}#{wrap_flag}"))
                    .isEqualTo("11\n");
        } finally {
            tmux("kill-server");
        }
    }
}
