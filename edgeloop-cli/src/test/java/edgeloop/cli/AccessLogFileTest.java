package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.http.AccessLogEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the lines of an access log: written, or counted. */
@Timeout(60)
final class AccessLogFileTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path folder;
    private final CapturedOutput err = new CapturedOutput();
    private int entries;

    private AccessLogFile open(Path file) throws IOException {
        return AccessLogFile.open(file.toString(), err.writer());
    }

    private Path fifo() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        return fifo;
    }

    private void log(AccessLogFile log, int lines) {
        for (int i = 0; i < lines; i++) {
            String request = "GET /" + entries++ + " HTTP/1.1";
            log.onAnswered(
                    new AccessLogEntry(null, Instant.EPOCH, request, 200, 5, null, "x".repeat(50)));
        }
    }

    /** The numbers of whole lines. */
    private static List<Integer> numbers(List<String> lines) {
        List<Integer> numbers = new ArrayList<>();
        for (String line : lines) {
            assertThat(line)
                    .matches(
                            "- - - \\[01/Jan/1970:00:00:00 \\+0000] \"GET /\\d+ HTTP/1\\.1\" 200 5"
                                    + " \"-\" \"x{50}\"");
            numbers.add(Integer.parseInt(line.replaceAll(".*GET /(\\d+).*", "$1")));
        }
        return numbers;
    }

    private static List<Integer> upTo(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    @Test
    void lineThatComesWhileFilesAreRenamedIsInOneOfThem() throws Exception {
        Path file = folder.resolve("log");
        AccessLogFile log = open(file);
        for (int i = 0; i < 50; i++) {
            log(log, 200);
            Files.move(file, folder.resolve("log." + i));
            log(log, 200);
            log.reopen();
            while (!Files.exists(file)) {
                Thread.onSpinWait(); // though no line comes
            }
        }
        log.finish(err.writer(), PATIENCE);
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            found.addAll(numbers(Files.readAllLines(folder.resolve("log." + i))));
        }
        found.addAll(numbers(Files.readAllLines(file)));
        assertThat(found).isEqualTo(upTo(20_000));
        assertThat(err.text()).isEmpty();
    }

    @Test
    void oldFileIsUsedWhereTheNewOneCannotBeOpened() throws Exception {
        Path logs = Files.createDirectory(folder.resolve("logs"));
        AccessLogFile log = open(logs.resolve("log"));
        log(log, 1);
        Path moved = folder.resolve("moved");
        Files.move(logs, moved);
        log.reopen();
        log(log, 9);
        log.finish(err.writer(), PATIENCE);
        assertThat(numbers(Files.readAllLines(moved.resolve("log")))).isEqualTo(upTo(10));
        assertThat(err.text())
                .isEqualTo(
                        "myepollserver: cannot open the access log anew, so the old file is used: "
                                + logs.resolve("log")
                                + " (No such file or directory)\n");
    }

    @Test
    void whatAFullDeviceRefusesIsSaidAtOnceAndCountedAtTheEnd() throws Exception {
        AccessLogFile log = open(Path.of("/dev/full"));
        log(log, 1);
        String first =
                "myepollserver: 1 line of the access log is lost by now: No space left on device\n";
        while (!err.text().equals(first)) {
            Thread.onSpinWait();
        }
        log(log, 20);
        // Also where no other line is lost after those of one second.
        String rest =
                "myepollserver: 21 lines of the access log are lost by now: No space left on device\n";
        while (!err.text().endsWith(rest)) {
            Thread.onSpinWait();
        }
        log.finish(err.writer(), PATIENCE);
        assertThat(err.text())
                .startsWith(first)
                .endsWith("\nmyepollserver: 21 lines of the access log were lost\n");
    }

    @Test
    void fifoWithoutAReaderHoldsUpNobodyAndWhatIsTooMuchIsCounted() throws Exception {
        Path fifo = fifo();
        AccessLogFile log = open(fifo);
        log(log, 20_000);
        assertThat(err.text())
                .startsWith(
                        "myepollserver: 1 line of the access log is lost by now: they come faster"
                                + " than they are written\n");
        log.finish(err.writer(), Duration.ofMillis(1));
        assertThat(err.text())
                .endsWith("\nmyepollserver: 20000 lines of the access log were lost\n");
        try (BufferedReader reader = Files.newBufferedReader(fifo, US_ASCII)) {
            for (int i = 0; i < 7_000; i++) { // 1 MiB of them waited
                assertThat(reader.readLine()).contains("GET /" + i + " ");
            }
            takeTheRest(reader, log);
        }
    }

    /** Or the log would open the file anew, when the reader has gone, where a folder is deleted. */
    private void takeTheRest(BufferedReader reader, AccessLogFile log) throws Exception {
        var written =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                log.finish(err.writer(), PATIENCE);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        while (!written.isDone()) {
            if (reader.ready()) {
                String _ = reader.readLine();
            } else {
                Thread.onSpinWait();
            }
        }
        written.get();
    }

    @Test
    void nextReaderOfAFifoHasTheLinesThatTheLastOneDidNotTake() throws Exception {
        Path fifo = fifo();
        AccessLogFile log = open(fifo);
        log(log, 1);
        try (BufferedReader reader = Files.newBufferedReader(fifo, US_ASCII)) {
            assertThat(numbers(List.of(reader.readLine()))).containsExactly(0);
        }
        log(log, 3);
        try (BufferedReader reader = Files.newBufferedReader(fifo, US_ASCII)) {
            assertThat(numbers(List.of(reader.readLine(), reader.readLine(), reader.readLine())))
                    .containsExactly(1, 2, 3);
        }
        log.finish(err.writer(), PATIENCE);
        assertThat(err.text()).isEmpty();
    }

    @Test
    void fileThatCannotBeOpenedIsToldAtOnce() {
        assertThatThrownBy(() -> open(folder.resolve("absent").resolve("log")))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("absent/log (No such file or directory)");
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(" (Is a directory)");
    }
}
