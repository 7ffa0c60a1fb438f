package edgeloop.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The access log is renamed, is on a full disk, is a FIFO: what its users see. */
@Timeout(180)
final class LogRotationIT {
    private static final String LINE =
            "127\\.0\\.0\\.1 - - \\[[^]]+] \"GET /file HTTP/1\\.1\" 200 1 \"-\" \"-\"";

    @TempDir Path folder;
    private ServerProcess server;

    @AfterEach
    void end() {
        server.close();
    }

    private String command(String options) throws IOException {
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(root.resolve("file"), "x");
        return "exec ./myepollserver -p 0 --bind=127.0.0.1 --protocol http --root "
                + root
                + " "
                + options;
    }

    private void start(String before, String options) throws IOException {
        server = ServerProcess.launch("bash", "-c", before + command(options));
    }

    private void request(int times) throws Exception {
        try (Socket client = server.connect()) {
            for (int i = 0; i < times; i++) {
                client.getOutputStream()
                        .write("GET /file HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(ISO_8859_1));
                String answer = "";
                while (!answer.endsWith("\r\n\r\nx")) {
                    int c = client.getInputStream().read();
                    assertThat(c).isNotNegative();
                    answer += (char) c;
                }
            }
        }
    }

    private void awaitCreated(Path file) throws InterruptedException {
        while (!Files.exists(file)) {
            assertThat(server.livesFor(Duration.ofMillis(10))).isTrue();
        }
    }

    private void endsWell() throws Exception {
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all()).contains("All connections closed.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "USR1"})
    void signalOpensTheLogAnewAndEndsNothing(String signal) throws Exception {
        Path log = folder.resolve("log");
        Path rotated = folder.resolve("log.1");
        start("", "--access-log=" + log);
        try (Socket kept = server.connect()) {
            request(3);
            Files.move(log, rotated);
            request(2); // still into the old file
            server.signal(signal);
            awaitCreated(log);
            request(4);
            kept.getOutputStream()
                    .write("GET /file HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(kept.getInputStream().read()).isEqualTo('H');
        }
        endsWell();
        List<String> lines = new ArrayList<>(Files.readAllLines(rotated));
        lines.addAll(Files.readAllLines(log));
        assertThat(lines).hasSize(10).allMatch(line -> line.matches(LINE));
        assertThat(Files.readAllLines(log)).hasSizeGreaterThanOrEqualTo(5);
        assertThat(server.err().all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "USR1"})
    void signalWithoutALogIsSaidAndEndsNothing(String signal) throws Exception {
        server = ServerProcess.start();
        server.port();
        server.signal(signal);
        server.err()
                .await(
                        "myepollserver: SIG"
                                + signal
                                + " opens the access log anew, and there is none");
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
        }
        endsWell();
    }

    @Test
    void nohupKeepsSighupIgnored() throws Exception {
        Path log = folder.resolve("log");
        start("trap '' HUP; ", "--access-log=" + log);
        server.port();
        Files.move(log, folder.resolve("log.1"));
        server.signal("HUP");
        request(1);
        assertThat(log).doesNotExist();
        server.signal("USR1");
        awaitCreated(log);
        endsWell();
        assertThat(server.err().all()).isEmpty();
    }

    /** A limit on the size of files stands for the full disk. */
    @Test
    void lineThatADiskTookHalfIsEndedWhenThereIsRoomAgain() throws Exception {
        Path log = folder.resolve("log");
        start("ulimit -f 1; ", "--access-log=" + log); // KiB
        request(40);
        server.err().await("myepollserver: \\d+ lines? of the access log (is|are) lost by now: .*");
        Path first = folder.resolve("first");
        Files.copy(log, first);
        assertThat(first).hasSize(1_024);
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(0); // as logrotate's copytruncate does
        }
        request(2);
        endsWell();
        List<String> lines;
        try (Stream<String> both = Stream.of(Files.readString(first), Files.readString(log))) {
            lines = String.join("", both.toList()).lines().toList();
        }
        assertThat(lines).allMatch(line -> line.matches(LINE));
        assertThat(server.err().all().getLast())
                .isEqualTo(
                        "myepollserver: "
                                + (42 - lines.size())
                                + " lines of the access log were lost");
    }

    @Test
    void fifoThatNobodyReadsStopsNeitherTheStartNorTheEnd() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        start("", "--access-log=" + fifo);
        request(5);
        endsWell();
        assertThat(server.err().all())
                .containsExactly("myepollserver: 5 lines of the access log were lost");
    }

    @Test
    void standardOutputOnAFullDiskIsSaid() throws Exception {
        Path out = folder.resolve("out");
        server =
                ServerProcess.launch(
                        "sh", "-c", "ulimit -f 1; exec ./myepollserver -p 0 --stats > " + out);
        while (!Files.exists(out) || Files.size(out) < 512) { // a block of POSIX's ulimit
            assertThat(server.livesFor(Duration.ofMillis(50))).isTrue();
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().all())
                .containsExactly(
                        "myepollserver: cannot write to standard output: lines of it are lost");
    }
}
