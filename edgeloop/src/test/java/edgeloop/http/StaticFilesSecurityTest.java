package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.http.TestServer.Client;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** E55 E56 What must not be got out of a server of files, and what must not stop it. */
@Timeout(60)
class StaticFilesSecurityTest {
    @TempDir Path folder;
    private Path root;

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("file"), "content");
        Files.writeString(folder.resolve("secret"), "secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret",
                "/sub/../../secret",
                "/%2e%2e/secret",
                "/%2E%2E/secret",
                "/.%2e/secret",
                "/%2e./secret",
                "/..%2fsecret",
                "/%2e%2e%2fsecret",
                "/sub%2f..%2f..%2fsecret",
                "/..%5csecret",
                "/..\\secret",
                "/%5c..%5csecret",
                "/%252e%252e/secret",
                "/..%252fsecret",
                "/%c0%ae%c0%ae/secret",
                "/%c0%ae%c0%ae%c0%afsecret",
                "/..%c0%afsecret",
                "/%u002e%u002e/secret",
                "/.../secret",
                "/..;/secret",
                "/..%00/secret",
                "/../../../../../../../../etc/passwd",
                "//etc/passwd",
                "///etc/passwd",
                "/sub/./../../secret",
                "/./../secret",
                "/..",
                "/../",
                "/sub/..",
                "/..//secret",
                "/.",
                "/%",
                "/%2",
                "/%zz",
                "/file%00",
                "/file%00.html",
                "/%00",
                "/file%0a",
                "/file%0d%0aSet-Cookie:a",
                "/proc/self/environ",
                "/file/",
                "/file/../file"
            })
    @DisplayName("E56 path traversal in all its spellings")
    void nothingOutsideIsReached(String target) {
        try (Site site = new Site(root)) {
            String answer = site.get(target);
            assertThat(Site.status(answer)).isIn(400, 403, 404);
            assertThat(answer).doesNotContain("secret\n").doesNotEndWith("secret");
            assertThat(Site.content(site.get("/file"))).isEqualTo("content");
        }
    }

    @Test
    @DisplayName("E56 a symbolic link out of the root leads nowhere, one within does")
    void symlinkOutIsForbidden() throws IOException {
        Files.createSymbolicLink(root.resolve("absolute"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("relative"), Path.of("../secret"));
        Files.createSymbolicLink(root.resolve("dir"), folder);
        Files.createSymbolicLink(root.resolve("within"), Path.of("file"));
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
        try (Site site = new Site(root)) {
            assertThat(site.get("/absolute")).startsWith("HTTP/1.1 403 ");
            assertThat(site.get("/relative")).startsWith("HTTP/1.1 403 ");
            assertThat(site.get("/dir/secret")).startsWith("HTTP/1.1 403 ");
            assertThat(site.get("/loop")).startsWith("HTTP/1.1 403 ");
            assertThat(Site.content(site.get("/within"))).isEqualTo("content");
        }
    }

    @Test
    @DisplayName("E56 a file that became a link out is not served any more")
    void fileThatBecameALinkOutIsForbidden() throws IOException {
        try (Site site = new Site(root)) {
            assertThat(Site.content(site.get("/file"))).isEqualTo("content");
            Files.delete(root.resolve("file"));
            Files.createSymbolicLink(root.resolve("file"), folder.resolve("secret"));
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            String answer;
            do {
                answer = site.get("/file");
                assertThat(Site.content(answer)).isNotEqualTo("secret");
                assertThat(System.nanoTime()).isLessThan(deadline);
            } while (Site.status(answer) != 403);
        }
    }

    @Test
    @DisplayName("E56 a FIFO without a writer is refused at once, and holds up nobody")
    void fifoHoldsUpNobody() throws Exception {
        int made = new ProcessBuilder("mkfifo", root.resolve("fifo").toString()).start().waitFor();
        assumeTrue(made == 0, "no mkfifo");
        try (Site site = new Site(root)) {
            assertThat(site.get("/fifo")).startsWith("HTTP/1.1 403 ");
            assertThat(Site.content(site.get("/file"))).isEqualTo("content");
        }
    }

    @Test
    @DisplayName("E56 devices are not served")
    void devicesAreNotServed() {
        try (Site site = new Site(Path.of("/dev"))) {
            assertThat(site.get("/null")).startsWith("HTTP/1.1 403 ");
            assertThat(site.get("/zero")).startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    @DisplayName("E55 a file truncated in mid-send ends that connection, counted, and no other")
    void truncatedFileEndsItsConnectionAlone() throws Exception {
        byte[] large = new byte[64 << 20];
        Files.write(root.resolve("large"), large);
        try (Site site = new Site(root)) {
            Client other = site.server.connect();
            Client client = site.server.connect();
            client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            try (var file = new RandomAccessFile(root.resolve("large").toFile(), "rw")) {
                file.setLength(1 << 20);
            }
            assertThat(client.readToReset()).isLessThan(large.length);
            other.send("GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(other.readAnswer()).endsWith("content");
            assertThat(site.server.stats().failures()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E2 files that were served do not keep more descriptors than are allowed")
    void keptDescriptorsAreBounded() {
        try (Site site = new Site(root)) {
            for (int i = 0; i < 700; i++) {
                site.with("large" + i, "x".repeat(20_000));
            }
            Client client = site.server.connect();
            for (int i = 0; i < 700; i++) {
                client.send("GET /large" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(openFilesBelow(root)).isLessThanOrEqualTo(513);
        }
    }

    private static long openFilesBelow(Path root) {
        try (var fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(fd -> target(fd).startsWith(root.toString())).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
