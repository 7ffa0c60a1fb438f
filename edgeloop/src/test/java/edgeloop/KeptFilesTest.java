package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.Http;
import edgeloop.http.StaticFiles;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server of files keeps open, and what it makes of a call that fails for one of them. */
class KeptFilesTest {
    private static final int LARGE = 100_000;

    @TempDir Path folder;
    private Path root;

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectories(folder.resolve("v1"));
        Files.write(root.resolve("large"), new byte[LARGE]);
        Files.writeString(root.resolve("small"), "one");
    }

    private static TurnedServer serve(Path root) {
        try {
            return new TurnedServer(Http.serve(StaticFiles.of(root)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StaticFiles listed(Path root) throws IOException {
        return StaticFiles.of(root).withListing(true);
    }

    /** The whole answer on a connection of its own. */
    private static String get(TurnedServer server, String target) {
        Peer peer = server.peer();
        peer.send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        server.turnUntil(
                () -> {
                    peer.receive(1 << 20);
                    return peer.isEnded();
                });
        peer.close();
        server.turn(2);
        return peer.wasReset() ? "reset" : peer.text();
    }

    private static void passSteps(TurnedServer server, Duration time) {
        for (long millis = 0; millis < time.toMillis(); millis += 100) {
            server.kernel.passTime(Duration.ofMillis(100));
            server.turn();
        }
        server.turn();
    }

    @Test
    @DisplayName("E74 a file that became shorter is promised at its length, not at what is kept")
    void shorterFileIsPromisedAtItsLength() throws Exception {
        try (TurnedServer server = serve(root)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            assertThat(get(server, "/large")).contains("Content-Length: 100000\r\n");
            try (var file = new RandomAccessFile(root.resolve("large").toFile(), "rw")) {
                file.setLength(50_000);
            }
            String answer = get(server, "/large");
            assertThat(answer).contains("Content-Length: 50000\r\n");
            assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).hasSize(50_000);
            assertThat(server.stats().failures()).isZero();
        }
    }

    @Test
    @DisplayName("E74 what goes out of memory costs no call for that, what does not costs one")
    void lengthIsAskedForWhereItMatters() {
        try (TurnedServer server = serve(root)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            get(server, "/large");
            get(server, "/small");
            server.kernel.forgetCounts();
            get(server, "/small");
            assertThat(server.kernel.count(Call.STATUS)).isZero();
            get(server, "/large");
            assertThat(server.kernel.count(Call.STATUS)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E74 a file that nobody asks for any more is closed within 2 s, deleted or not")
    void fileThatNobodyAsksForIsClosed() throws Exception {
        try (TurnedServer server = serve(root)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            get(server, "/large");
            assertThat(server.kernelConnections()).isEqualTo(2); // the directory, the file
            Files.delete(root.resolve("large"));
            passSteps(server, Duration.ofSeconds(2));
            assertThat(server.kernelConnections()).isEqualTo(1);
            assertThat(get(server, "/large")).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    @DisplayName("E74 a server at rest sleeps without end once nothing is kept open")
    void idleServerSleeps() {
        try (TurnedServer server = serve(root)) {
            get(server, "/large");
            passSteps(server, Duration.ofSeconds(3));
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            server.turn(3);
            assertThat(server.kernel.lastWaitMillis()).isEqualTo(-1);
            assertThat(server.kernel.count(Call.ARM_TIMERFD)).isZero();
        }
    }

    @Test
    @DisplayName("E74 E7 many files are closed in bounded steps")
    void filesAreClosedInSteps() throws Exception {
        for (int i = 0; i < 100; i++) {
            Files.write(root.resolve("large" + i), new byte[20_000]);
        }
        try (TurnedServer server = serve(root)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            for (int i = 0; i < 100; i++) {
                get(server, "/large" + i);
            }
            assertThat(server.kernelConnections()).isEqualTo(101);
            server.kernel.passTime(Duration.ofMillis(1500));
            for (int left = 101, i = 0; left > 1; left = server.kernelConnections(), i++) {
                assertThat(i).isLessThan(100);
                server.kernel.passTime(Duration.ofMillis(1));
                server.turn();
                assertThat(left - server.kernelConnections()).isLessThanOrEqualTo(16);
            }
        }
    }

    @Test
    @DisplayName("E74 a root that is a link is followed where it was switched to, within 2 s")
    void switchedRootIsSeen() throws Exception {
        Path other = Files.createDirectories(folder.resolve("v2"));
        Files.writeString(other.resolve("small"), "two");
        Path current = Files.createSymbolicLink(folder.resolve("current"), Path.of("v1"));
        try (TurnedServer server = serve(current)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            assertThat(get(server, "/small")).endsWith("one");
            Files.delete(current);
            server.kernel.passTime(Duration.ofSeconds(2));
            assertThat(get(server, "/small")).startsWith("HTTP/1.1 404 ");
            Files.createSymbolicLink(current, Path.of("v2"));
            assertThat(get(server, "/small")).endsWith("two");
            assertThat(server.kernelConnections()).isEqualTo(1); // the old one is closed
        }
    }

    @Test
    @DisplayName("E74 a root that became a link to itself is 404, as one that is not there")
    void rootThatLeadsNowhereIsNotFound() throws Exception {
        Path current = Files.createSymbolicLink(folder.resolve("current"), Path.of("v1"));
        try (TurnedServer server = serve(current)) {
            server.kernel.stopClock(server.kernel.nanoTime());
            assertThat(get(server, "/small")).endsWith("one");
            Files.delete(current);
            Files.createSymbolicLink(current, Path.of("current"));
            server.kernel.passTime(Duration.ofSeconds(2));
            assertThat(get(server, "/small")).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    @DisplayName("E74 a listing has the names of one root, though that is switched meanwhile")
    void listingIsOfOneRoot() throws Exception {
        Path other = Files.createDirectories(folder.resolve("v2"));
        for (int i = 0; i < 1_000; i++) {
            Files.createFile(root.resolve("old" + i));
            Files.createFile(other.resolve("new" + i));
        }
        Path current = Files.createSymbolicLink(folder.resolve("current"), Path.of("v1"));
        try (TurnedServer server = new TurnedServer(Http.serve(listed(current)))) {
            server.kernel.stopClock(server.kernel.nanoTime());
            Peer peer = server.accepted();
            peer.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            server.turn(2);
            server.kernel.passTime(Duration.ofMillis(1));
            server.turn();
            Files.delete(current);
            Files.createSymbolicLink(current, Path.of("v2"));
            server.kernel.passTime(Duration.ofSeconds(2));
            assertThat(get(server, "/absent")).startsWith("HTTP/1.1 404 ");
            server.turnUntil(
                    () -> {
                        server.kernel.passTime(Duration.ofMillis(1));
                        peer.receive(1 << 20);
                        return peer.isEnded();
                    });
            assertThat(peer.text()).contains("./new0\"", "./new999\"").doesNotContain("./old");
        }
    }

    @Test
    @DisplayName("E75 EPERM for one file is 403 for that file, and links are followed as before")
    void refusedFileIsForbiddenAlone() throws Exception {
        Files.createSymbolicLink(root.resolve("link"), Path.of("small"));
        try (TurnedServer server = serve(root)) {
            get(server, "/small");
            server.kernel.answerNext(Call.OPEN_BENEATH, -Errno.EPERM);
            assertThat(get(server, "/large")).startsWith("HTTP/1.1 403 ");
            assertThat(get(server, "/link")).endsWith("one");
            assertThat(server.problems).isEmpty();
        }
    }

    @Test
    @DisplayName("E75 a file that somebody has a lease on is 503, to be asked for again")
    void leasedFileIsBusy() {
        try (TurnedServer server = serve(root)) {
            get(server, "/large");
            server.kernel.answerAlways(Call.OPEN_BENEATH, -Errno.EAGAIN);
            assertThat(get(server, "/small"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nRetry-After: 1\r\n");
            server.kernel.answerByKernel(Call.OPEN_BENEATH);
            assertThat(get(server, "/small")).endsWith("one");
        }
    }

    @Test
    @DisplayName("E75 calls that a signal interrupts are made again")
    void interruptedCallsAreRepeated() {
        try (TurnedServer server = serve(root)) {
            for (Call call :
                    new Call[] {Call.OPEN_AT, Call.OPEN_BENEATH, Call.STATUS, Call.READ_FILE}) {
                for (int i = 0; i < 8; i++) {
                    server.kernel.answerNext(call, -Errno.EINTR);
                }
            }
            assertThat(get(server, "/small")).endsWith("one");
            assertThat(get(server, "/large")).contains("Content-Length: 100000\r\n");
        }
    }
}
