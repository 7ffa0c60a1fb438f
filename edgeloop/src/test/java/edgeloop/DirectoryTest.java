package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.sys.Errno;
import edgeloop.sys.FileStatus;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** E56 What a directory gives out, and that nothing else can be reached through it. */
class DirectoryTest {
    @TempDir Path folder;
    private final TurnedServer server = TurnedServer.echo();
    private Path root;
    private Directory directory;

    @BeforeEach
    void makeFiles() throws Exception {
        root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectories(root.resolve("sub/inner"));
        Files.writeString(root.resolve("file"), "content");
        Files.writeString(root.resolve("sub/file"), "below");
        Files.writeString(folder.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("out"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("up"), Path.of("../secret"));
        Files.createSymbolicLink(root.resolve("outside"), folder);
        Files.createSymbolicLink(root.resolve("within"), Path.of("sub/file"));
        Files.createSymbolicLink(root.resolve("absolute"), root.resolve("sub/file"));
        Files.createSymbolicLink(root.resolve("current"), root.resolve("sub"));
        Files.createSymbolicLink(root.resolve("itself"), root);
        Files.createSymbolicLink(root.resolve("slash"), Path.of("current"));
        Files.createSymbolicLink(root.resolve("sneaky"), Path.of(root + "/sub/../../secret"));
        Files.createSymbolicLink(root.resolve("sibling"), Path.of(root + "2/secret"));
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
        Files.createSymbolicLink(root.resolve("dangling"), root.resolve("absent"));
        directory = Directory.open(server.reactor, root);
    }

    @AfterEach
    void end() {
        server.close();
    }

    private FileHandle open(String path) throws SyscallException {
        return directory.open(path.getBytes(UTF_8));
    }

    private String errnoOf(String path) {
        try (FileHandle file = open(path)) {
            return file.isDirectory() ? "directory" : "file";
        } catch (SyscallException e) {
            return e.errnoName();
        }
    }

    private void withoutOpenat2(int errno) throws SyscallException {
        server.kernel.answerAlways(Call.OPEN_BENEATH, -errno);
        directory = Directory.open(server.reactor, root);
    }

    @ParameterizedTest
    @CsvSource({
        "file, file",
        "sub, directory",
        "sub/, directory",
        "'', directory",
        "sub/file, file",
        "sub/../file, file",
        "within, file",
        "absent, ENOENT",
        "file/below, ENOTDIR",
        "../secret, EXDEV",
        "sub/../../secret, EXDEV",
        "/etc/passwd, EXDEV",
        "out, EXDEV",
        "up, EXDEV",
        "outside/secret, EXDEV",
        "absolute, file",
        "current, directory",
        "current/, directory",
        "current/file, file",
        "current/../file, file",
        "slash/file, file",
        "itself/itself/current/file, file",
        "itself/current/../../secret, EXDEV",
        "itself/out, EXDEV",
        "absolute/, ENOTDIR",
        "current/file/, ENOTDIR",
        "sneaky, EXDEV",
        "sibling, EXDEV",
        "loop, ELOOP",
        "dangling, ENOENT",
        "itself/absent, ENOENT"
    })
    @DisplayName("E56 only what is beneath is opened")
    void onlyWhatIsBeneathIsOpened(String path, String outcome) {
        assertThat(errnoOf(path)).isEqualTo(outcome);
    }

    @Test
    @DisplayName(
            "E56 an absolute link is followed by the given path of the root and by its real one")
    void rootHasTwoPaths() throws Exception {
        Path alias = Files.createSymbolicLink(folder.resolve("alias"), Path.of("root"));
        Files.createSymbolicLink(root.resolve("byAlias"), alias.resolve("sub/file"));
        int before = server.kernel.openDescriptors().size();
        assertThat(errnoOf("byAlias")).isEqualTo("EXDEV");
        directory = Directory.open(server.reactor, alias);
        assertThat(errnoOf("byAlias")).isEqualTo("file");
        assertThat(errnoOf("absolute")).isEqualTo("file");
        assertThat(server.kernel.openDescriptors()).hasSize(before + 1);
    }

    @Test
    @DisplayName("E56 links that are switched while they are followed never lead out")
    void switchedLinksNeverLeadOut() throws Exception {
        Path[] targets = {
            root.resolve("sub"), folder, Path.of(".."), Path.of("sub"), root.resolve("sub/inner")
        };
        Files.writeString(folder.resolve("file"), "secret");
        Files.writeString(root.resolve("sub/inner/file"), "inner");
        AtomicBoolean over = new AtomicBoolean();
        Thread switching =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 0; !over.get(); i++) {
                                        relink(root.resolve("racing"), targets[i % targets.length]);
                                    }
                                });
        Set<String> found = new TreeSet<>();
        try {
            for (int i = 0; i < 25_000; i++) {
                found.add(contentOf("racing/file"));
            }
        } finally {
            over.set(true);
            switching.join();
        }
        assertThat(found).contains("below", "EXDEV").doesNotContain("secret");
    }

    private static void relink(Path link, Path target) {
        try {
            Path next = link.resolveSibling("next");
            Files.deleteIfExists(next);
            Files.createSymbolicLink(next, target);
            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String contentOf(String path) {
        try (FileHandle file = open(path)) {
            byte[] bytes = new byte[(int) file.size()];
            return new String(bytes, 0, file.read(0, bytes), UTF_8);
        } catch (SyscallException e) {
            return e.errnoName();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "file, file",
        "sub, directory",
        "'', directory",
        "sub/file, file",
        "absent, ENOENT",
        "file/below, ENOTDIR",
        "../secret, EXDEV",
        "sub/../file, EXDEV",
        "/etc/passwd, EXDEV",
        "within, ELOOP",
        "out, ELOOP",
        "up, ELOOP",
        "outside/secret, ENOTDIR"
    })
    @DisplayName("E48 E56 without openat2 paths are walked, and no link is followed")
    void withoutOpenat2NoLinkIsFollowed(String path, String outcome) throws Exception {
        withoutOpenat2(Errno.ENOSYS);
        int before = server.kernel.openDescriptors().size();
        assertThat(errnoOf(path)).isEqualTo(outcome);
        assertThat(server.kernel.openDescriptors()).hasSize(before);
    }

    @Test
    @DisplayName("E48 E75 a kernel without openat2, or a filter, is asked once, at the start")
    void openat2IsTriedOnce() throws Exception {
        server.kernel.forgetCounts();
        withoutOpenat2(Errno.EPERM);
        errnoOf("file");
        errnoOf("file");
        assertThat(server.kernel.count(Call.OPEN_BENEATH)).isEqualTo(1);
        assertThat(server.problems)
                .containsExactly(
                        "openat2 is not available here: symbolic links are not followed: EPERM");
    }

    @Test
    @DisplayName("E75 an EPERM of one file is that file's, and links are followed as before")
    void refusedFileIsNoMissingCall() {
        server.kernel.answerNext(Call.OPEN_BENEATH, -Errno.EPERM);
        assertThat(errnoOf("file")).isEqualTo("EPERM");
        assertThat(errnoOf("within")).isEqualTo("file");
    }

    @Test
    @DisplayName("openat2 that a rename crossed is tried again")
    void openat2IsTriedAgainAfterARace() {
        server.kernel.answerNext(Call.OPEN_BENEATH, -Errno.EAGAIN);
        assertThat(errnoOf("file")).isEqualTo("file");
    }

    @Test
    @DisplayName("E56 a FIFO is no wait, and neither it nor a device is served")
    void fifoIsRefusedAtOnce() throws Exception {
        int made = new ProcessBuilder("mkfifo", root.resolve("fifo").toString()).start().waitFor();
        assumeTrue(made == 0, "no mkfifo");
        assertThat(errnoOf("fifo")).isEqualTo("ENXIO");
        try (Directory devices = Directory.open(server.reactor, Path.of("/dev"))) {
            assertThatThrownBy(() -> devices.open("null".getBytes(UTF_8)))
                    .isInstanceOf(SyscallException.class)
                    .hasMessageContaining("ENXIO");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file\0", "\0", "file\0.txt"})
    @DisplayName("E56 a NUL does not end a name")
    void nulNamesNothing(String path) {
        assertThat(errnoOf(path)).isEqualTo("ENOENT");
    }

    @Test
    void longPathIsAnOutcome() {
        assertThat(errnoOf("a".repeat(300))).isEqualTo("ENAMETOOLONG");
        assertThat(errnoOf("a/".repeat(3000))).isEqualTo("ENAMETOOLONG");
    }

    @Test
    void fileTellsWhatItIs() throws Exception {
        Instant modified = Instant.parse("2020-02-03T04:05:06.789Z");
        Files.setLastModifiedTime(root.resolve("file"), FileTime.from(modified));
        try (FileHandle file = open("file")) {
            assertThat(file.size()).isEqualTo(7);
            assertThat(file.modified()).isEqualTo(modified);
            byte[] bytes = new byte[10];
            assertThat(file.read(3, bytes)).isEqualTo(4);
            assertThat(new String(bytes, 0, 4, UTF_8)).isEqualTo("tent");
            assertThat(file.read(7, bytes)).isZero();
        }
    }

    @Test
    void largeFileIsReadWhole() throws Exception {
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        Files.write(root.resolve("large"), bytes);
        try (FileHandle file = open("large")) {
            server.kernel.limitTransfers(30_000);
            byte[] read = new byte[bytes.length];
            assertThat(file.read(0, read)).isEqualTo(bytes.length);
            assertThat(read).isEqualTo(bytes);
        }
    }

    @Test
    void changeIsSeen() throws Exception {
        byte[] path = "file".getBytes(UTF_8);
        try (FileHandle file = open("file")) {
            assertThat(directory.stillHas(path, file)).isTrue();
            Files.writeString(root.resolve("other"), "content");
            Files.move(
                    root.resolve("other"),
                    root.resolve("file"),
                    StandardCopyOption.REPLACE_EXISTING);
            assertThat(directory.stillHas(path, file)).isFalse();
            assertThat(directory.has(path)).isTrue();
            Files.delete(root.resolve("file"));
            assertThat(directory.stillHas(path, file)).isFalse();
            assertThat(directory.has(path)).isFalse();
        }
    }

    @Test
    @DisplayName("E74 an open file tells whether it is what it was")
    void openFileTellsOfChanges() throws Exception {
        try (FileHandle file = open("file");
                FileHandle below = open("sub/file")) {
            assertThat(file.isUnchanged()).isTrue();
            Files.writeString(root.resolve("file"), "short");
            assertThat(file.isUnchanged()).isFalse();
            assertThat(below.isUnchanged()).isTrue();
            Files.delete(root.resolve("sub/file"));
            assertThat(below.isUnchanged()).isFalse();
        }
    }

    @Test
    @DisplayName("E73 files of equal length and time are told apart")
    void versionTellsFilesApart() throws Exception {
        FileTime time = FileTime.from(Instant.parse("2020-02-03T04:05:06Z"));
        Files.writeString(root.resolve("other"), "CONTENT");
        Files.setLastModifiedTime(root.resolve("file"), time);
        Files.setLastModifiedTime(root.resolve("other"), time);
        try (FileHandle file = open("file");
                FileHandle again = open("file");
                FileHandle other = open("other")) {
            assertThat(again.version()).isEqualTo(file.version());
            assertThat(other.version()).isNotEqualTo(file.version());
            Files.writeString(root.resolve("file"), "CONTENT");
            Files.setLastModifiedTime(root.resolve("file"), time);
            try (FileHandle changed = open("file")) {
                assertThat(changed.version()).isNotEqualTo(file.version());
            }
        }
    }

    @Test
    @DisplayName("E73 a time that no calendar has is the last or the first there is")
    void farTimesAreTimes() throws Exception {
        assertThat(timeOf(Long.MAX_VALUE)).isEqualTo(Instant.MAX);
        assertThat(timeOf(Long.MIN_VALUE)).isEqualTo(Instant.MIN);
        assertThat(timeOf(-1)).isEqualTo(Instant.ofEpochSecond(-1));
    }

    /** 112 is where a struct statx has stx_mtime. */
    private Instant timeOf(long seconds) throws Exception {
        MemorySegment memory = MemorySegment.ofArray(new long[FileStatus.BYTES / 8]);
        memory.set(ValueLayout.JAVA_LONG, 112, seconds);
        int fd = server.kernel.eventfd();
        try (FileHandle file = new FileHandle(directory, fd, new FileStatus(memory))) {
            return file.modified();
        }
    }

    @Test
    @DisplayName("E74 what the path leads to now is gone on in")
    void directoryIsRenewed() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("root"));
        Directory linked = Directory.open(server.reactor, link);
        assertThat(linked.renew()).isFalse();
        Files.delete(link);
        assertThatThrownBy(linked::renew).hasMessageContaining("ENOENT");
        linked.open("file".getBytes(UTF_8)).close();
        Files.createSymbolicLink(link, Path.of("root/sub"));
        assertThat(linked.renew()).isTrue();
        try (FileHandle file = linked.open("file".getBytes(UTF_8))) {
            assertThat(file.size()).isEqualTo(5);
        }
    }

    @Test
    void namesAreListed() throws Exception {
        Files.writeString(root.resolve(".hidden"), "");
        for (int i = 0; i < 2000; i++) {
            Files.writeString(root.resolve("sub/inner/file with a longer name " + i), "");
        }
        assertThat(names("")).contains("file", "sub", "out", ".hidden").doesNotContain(".", "..");
        assertThat(names("sub/inner")).hasSize(2000).doesNotHaveDuplicates();
    }

    private List<String> names(String path) throws IOException {
        List<String> all = new ArrayList<>();
        try (FileHandle opened = open(path)) {
            for (List<byte[]> some = opened.names(); !some.isEmpty(); some = opened.names()) {
                some.forEach(name -> all.add(new String(name, UTF_8)));
            }
        }
        return all;
    }

    @Test
    void rootMustBeADirectory() {
        assertThatThrownBy(() -> Directory.open(server.reactor, root.resolve("absent")))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("ENOENT");
        assertThatThrownBy(() -> Directory.open(server.reactor, root.resolve("file")))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("ENOTDIR");
    }
}
