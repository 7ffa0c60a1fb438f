package edgeloop.cli.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.LineWriter;
import edgeloop.cli.VtScreen;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.StagePlan;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a terminal shows while the live view is drawn on it, and what is left when it is gone. */
@Timeout(60)
class LiveViewTest {
    private static final long SECOND = 1_000_000_000;
    private static final StagePlan PLAN =
            new StagePlan(1000, false, 1, 0, 5 * SECOND, 10 * SECOND, 0);

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final LineWriter writer =
            LineWriter.start("test", new PrintStream(written, true, StandardCharsets.UTF_8));
    private Terminal.Size size = new Terminal.Size(80, 24);
    private VtScreen screen = new VtScreen(80, 24);
    private boolean foreground = true;
    private long now;
    private LiveView view = view(true, 1);

    private LiveView view(boolean blocks, int stages) {
        Terminal terminal = new Terminal(blocks, () -> size, () -> foreground);
        return new LiveView(terminal, writer, () -> now, "localhost:8080", stages);
    }

    private void sized(int columns, int rows) {
        size = new Terminal.Size(columns, rows);
        screen = new VtScreen(columns, rows);
    }

    /** What has been written since the last call, which the screen is given as well. */
    private String show() throws InterruptedException {
        assertThat(writer.awaitWritten(Duration.ofSeconds(30))).isTrue();
        String text = written.toString(StandardCharsets.UTF_8);
        written.reset();
        screen.write(text);
        return text;
    }

    private List<String> redraw() throws InterruptedException {
        view.redraw();
        show();
        return screen.rows();
    }

    /** A quarter of a second of the stage, in which so many requests take 1, 2, 3 … ms. */
    private void interval(int nth, int answers, int errors) {
        Interval interval = new Interval();
        interval.beginNanos = (nth - 1) * SECOND / 4;
        interval.endNanos = nth * SECOND / 4;
        for (int i = 1; i <= answers; i++) {
            interval.answered(i * 1_000_000L);
        }
        interval.arrived = answers;
        interval.errors = errors;
        for (int i = 0; i < errors; i++) {
            interval.unanswered(2 * SECOND);
        }
        interval.inFlight = 7;
        interval.connections = 100;
        now = PLAN.unmeasuredNanos() + interval.endNanos;
        view.intervalEnded(PLAN, interval);
    }

    private void begin() {
        now = 0;
        view.connecting(100);
        view.connected();
        view.stageBegan(PLAN);
    }

    @Test
    void allFiguresOfARunAreOnOneScreen() throws Exception {
        begin();
        for (int i = 1; i <= 20; i++) {
            interval(i, 250, i == 20 ? 3 : 0);
        }
        List<String> rows = redraw();
        assertThat(rows).hasSizeLessThanOrEqualTo(23);
        assertThat(rows.getFirst()).isEqualTo("localhost:8080");
        assertThat(rows.get(1)).matches("█+░+  50%  5 s left");
        assertThat(rows)
                .contains("Requests/sec  1,000       so far 1,000       offered 1,000")
                .contains("Answered      5,000       errors 3 (3 in the last second)")
                .contains("Connections   100         in flight 7")
                .contains("By the second █████")
                .anyMatch(row -> row.matches("p50 +12[56]\\.\\d+ ms +12[56]\\.\\d+ ms"))
                .anyMatch(row -> row.matches("p99 +24[78]\\.\\d+ ms +24[78]\\.\\d+ ms"))
                .anyMatch(row -> row.matches("max +> [12],\\d+\\.\\d+ ms +> [12],\\d+\\.\\d+ ms"))
                .contains("Distribution so far")
                .anyMatch(row -> row.matches("  up to +250\\.\\d+ ms █+ +\\d+\\.\\d+%"));
    }

    @Test
    void lastSecondsDifferFromTheRunSoFar() throws Exception {
        begin();
        interval(1, 1, 0);
        for (int i = 2; i <= 30; i++) {
            interval(i, i <= 10 ? 250 : 0, 0);
        }
        List<String> rows = redraw();
        assertThat(rows)
                .anyMatch(row -> row.matches("Requests/sec  0 +so far 300 +offered 1,000"))
                .anyMatch(row -> row.matches("p50 +- +12\\d\\.\\d+ ms"));
    }

    @Test
    void warmUpAndConnectingAreSaid() throws Exception {
        view.connecting(10_000);
        now = SECOND;
        assertThat(redraw()).containsExactly("localhost:8080", "connecting 10,000, 1.0 s");
        view.connected();
        show();
        assertThat(screen.rows()).isEmpty();
        view.stageBegan(PLAN);
        now += 2 * SECOND;
        assertThat(redraw().get(1)).matches("█+░+  40%  3 s of warm-up left");
    }

    @ParameterizedTest
    @CsvSource({
        "2,'localhost:8080   step 1 of 2, 1,000/s'",
        "0,'localhost:8080   trial 1, 1,000/s'"
    })
    void stageIsNamedAmongSeveral(int stages, String head) throws Exception {
        view = view(true, stages);
        begin();
        assertThat(redraw().getFirst()).isEqualTo(head);
    }

    @Test
    @DisplayName("The screen below and above is as it was, and the cursor is back, at the end")
    void nothingIsLeftBehind() throws Exception {
        for (int i = 1; i <= 20; i++) {
            screen.write("before " + i + "\r\n");
        }
        begin();
        for (int i = 1; i <= 12; i++) {
            interval(i, 50, 1);
            redraw();
            assertThat(screen.showsCursor()).isFalse();
            assertThat(screen.cursorColumn()).isZero();
        }
        view.close();
        view.redraw();
        show();
        assertThat(screen.showsCursor()).isTrue();
        assertThat(screen.wraps()).isTrue();
        screen.write("Connections: 100\r\n");
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            expected.add("before " + i);
        }
        expected.add("Connections: 100");
        assertThat(screen.all()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"20,5", "1,1", "40,10", "80,5", "60,12", "200,60", "79,24"})
    void eachSizeHasRoomForTheView(int columns, int rows) throws Exception {
        sized(columns, rows);
        screen.write("$ loadtest\r\n");
        begin();
        interval(1, 250, 0);
        redraw();
        interval(2, 250, 0);
        redraw();
        if (rows > 1) {
            assertThat(screen.all().getFirst())
                    .isEqualTo("$ loadtest".substring(0, Math.min(10, columns)));
            assertThat(screen.all()).hasSizeLessThanOrEqualTo(rows);
        }
        view.close();
        show();
        assertThat(screen.all().stream().filter(line -> line.contains("250"))).isEmpty();
    }

    @Test
    void tinyTerminalShowsWhatMattersMost() throws Exception {
        sized(20, 5);
        begin();
        interval(1, 250, 0);
        interval(2, 250, 2);
        assertThat(redraw())
                .containsExactly("  5%  10 s left", "1,000/s", "p99 249.037 ms", "2 errors");
    }

    @Test
    void resizedTerminalIsMeasuredAndDrawnAnew() throws Exception {
        begin();
        interval(1, 250, 0);
        redraw();
        size = new Terminal.Size(30, 24);
        screen.resize(30);
        assertThat(redraw().get(1)).startsWith("█"); // nobody has said so yet
        view.resized();
        assertThat(redraw()).contains("1,000/s", "p99 248.119 ms").noneMatch(r -> r.contains("█"));
        assertThat(screen.cursorRow()).isZero();
    }

    @Test
    void errorsAreRed() throws Exception {
        begin();
        interval(1, 250, 1);
        view.redraw();
        assertThat(show()).contains("\u001b[1;31m1\u001b[m");
    }

    @Test
    void asciiTerminalGetsAsciiAlone() throws Exception {
        view = view(false, 1);
        begin();
        for (int i = 1; i <= 8; i++) {
            interval(i, 250, 0);
        }
        view.redraw();
        assertThat(show().chars()).allMatch(c -> c < 128);
        assertThat(screen.rows().get(1)).matches("#+\\.+ +20%  8 s left");
    }

    @Test
    void targetCannotCommandTheTerminal() throws Exception {
        Terminal terminal = new Terminal(true, () -> size, () -> true);
        view = new LiveView(terminal, writer, () -> now, "x\u001b[2Jy\n", 1);
        begin();
        assertThat(redraw().getFirst()).isEqualTo("x?[2Jy?");
    }

    @Test
    void whatBelongsToAnotherProgramIsNotDrawnOn() throws Exception {
        begin();
        foreground = false;
        assertThat(redraw()).isEmpty();
        foreground = true;
        assertThat(redraw()).isNotEmpty();
        foreground = false;
        view.redraw();
        view.close();
        assertThat(show()).isEmpty();
    }

    @Test
    void suspensionLeavesTheTerminalToTheShell() throws Exception {
        begin();
        redraw();
        view.suspend(
                () -> {
                    try {
                        show();
                        assertThat(screen.rows()).isEmpty();
                        assertThat(screen.showsCursor()).isTrue();
                        view.redraw();
                        assertThat(show()).isEmpty();
                        screen.write("[1]+ Stopped\r\n");
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
        List<String> rows = redraw();
        assertThat(rows.getFirst()).isEqualTo("[1]+ Stopped");
        assertThat(rows.get(1)).isEqualTo("localhost:8080");
        assertThat(screen.showsCursor()).isFalse();
    }

    @Test
    @DisplayName(
            "E64 a terminal that takes nothing has one drawing to catch up with, and the erasure")
    void stuckTerminalHoldsNothingUp() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        OutputStream stuck =
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        try {
                            free.await();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        written.write(bytes, offset, length);
                    }
                };
        LineWriter behind =
                LineWriter.start("stuck", new PrintStream(stuck, true, StandardCharsets.UTF_8));
        Terminal terminal = new Terminal(true, () -> size, () -> true);
        view = new LiveView(terminal, behind, () -> now, "localhost:8080", 1);
        begin();
        for (int i = 1; i <= 100; i++) {
            interval(i, 250, 0);
            view.redraw();
        }
        view.close();
        assertThat(behind.awaitWritten(Duration.ofMillis(20))).isFalse();
        free.countDown();
        assertThat(behind.awaitWritten(Duration.ofSeconds(30))).isTrue();
        String text = written.toString(StandardCharsets.UTF_8);
        assertThat(text.split("localhost:8080", -1)).hasSize(2);
        screen.write(text);
        assertThat(screen.rows()).isEmpty();
        assertThat(screen.showsCursor()).isTrue();
    }
}
