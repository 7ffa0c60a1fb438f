package edgeloop.cli.load.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.cli.load.message.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output files appear whole or not at all. */
class OutputFilesTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir private Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("run.json");
    }

    private List<Path> names() throws IOException {
        try (Stream<Path> names = Files.list(folder)) {
            return names.toList();
        }
    }

    @Test
    void aCheckMakesNoFile() throws Exception {
        OutputFiles.check(file);
        assertThat(names()).isEmpty();
    }

    @Test
    void aCheckDoesNotTouchAnOldFile() throws Exception {
        Files.writeString(file, "old");
        Files.setLastModifiedTime(file, LONG_AGO);
        OutputFiles.check(file);
        assertThat(names()).containsExactly(file);
        assertThat(file).hasContent("old");
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);
    }

    @Test
    void aFullDiskLeavesTheOldFileAndNoOther() throws Exception {
        Files.writeString(file, "old");
        assertThatThrownBy(
                        () ->
                                OutputFiles.write(
                                        Destination.of(file),
                                        stream -> {
                                            stream.write(new byte[100_000]);
                                            throw new IOException("No space left on device");
                                        }))
                .hasMessage("No space left on device");
        assertThat(names()).containsExactly(file);
        assertThat(file).hasContent("old");
    }

    @Test
    void theOldFileIsWholeUntilTheNewOneIs() throws Exception {
        Files.writeString(file, "old");
        OutputFiles.write(
                Destination.of(file),
                stream -> {
                    stream.write('n');
                    stream.flush();
                    assertThat(file).hasContent("old");
                    stream.write('u');
                });
        assertThat(file).hasContent("nu");
        assertThat(names()).containsExactly(file);
    }

    @Test
    void permissionsAreKept() throws Exception {
        Files.writeString(file, "old");
        for (String permissions : List.of("rw-r-----", "rw-rw-rw-", "rwx------")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            OutputFiles.write(file, "new");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo(permissions);
        }
    }

    @Test
    void linksAreFollowed() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Path one = Files.createSymbolicLink(folder.resolve("one"), Path.of("inner/two"));
        Path two = Files.createSymbolicLink(inner.resolve("two"), Path.of("../run.json"));
        for (String content : List.of("made", "replaced")) {
            OutputFiles.check(one);
            OutputFiles.write(one, content);
            assertThat(one).isSymbolicLink();
            assertThat(two).isSymbolicLink();
            assertThat(file).isRegularFile().hasContent(content);
        }
        assertThat(OutputFiles.firstNamedTwice(List.of(one, file))).isEqualTo(file);
    }

    @Test
    void linksInACircleAreRefused() throws Exception {
        Files.createSymbolicLink(file, file);
        assertThatThrownBy(() -> OutputFiles.check(file))
                .isInstanceOf(CannotRunException.class)
                .hasMessageContaining("too many links");
    }

    @Test
    void filesThatDoNotExistYetAreNoticedAsTheSame() throws Exception {
        Path other = folder.resolve(".").resolve("run.json");
        assertThat(OutputFiles.firstNamedTwice(List.of(file, folder.resolve("x"), other)))
                .isEqualTo(other);
        assertThat(names()).isEmpty();
    }

    @Test
    void aFolderIsRefused() {
        assertThatThrownBy(() -> OutputFiles.check(folder))
                .hasMessage("cannot write " + folder + ": it is a folder");
    }

    @Test
    void aMissingFolderIsRefused() {
        Path missing = folder.resolve("no/run.json");
        assertThatThrownBy(() -> OutputFiles.check(missing))
                .hasMessage("cannot write " + missing + ": there is no such file or folder");
    }

    @Test
    void aFolderThatTakesNoFilesIsRefused() {
        assertThatThrownBy(() -> OutputFiles.check(Path.of("/proc/run.json")))
                .isInstanceOf(CannotRunException.class);
    }

    @Test
    void devicesAreWrittenAsTheyAre() throws Exception {
        Path device = Path.of("/dev/full");
        OutputFiles.check(device);
        assertThatThrownBy(() -> OutputFiles.write(device, "x"))
                .hasMessage("cannot write /dev/full: No space left on device");
        OutputFiles.write(Path.of("/dev/null"), "x");
        assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
        assertThat(OutputFiles.firstNamedTwice(List.of(Path.of("/dev/null"), Path.of("/dev/null"))))
                .isNull();
    }

    /** Its reader would see the end of it, and a writer without a reader would wait. */
    @Test
    void aCheckDoesNotOpenAFifo() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
        OutputFiles.check(file);
        assertThat(Destination.of(file).kind()).isEqualTo(Destination.Kind.DEVICE);
    }

    @Test
    void aLogThatIsNotFinishedLeavesTheOldFile() throws Exception {
        Files.writeString(file, "old");
        HistogramLog.open(file, InstantSource.system()).close();
        assertThat(names()).containsExactly(file);
        assertThat(file).hasContent("old");
        try (HistogramLog log = HistogramLog.open(file, InstantSource.system())) {
            log.finish();
        }
        assertThat(Files.readString(file)).contains("Interval_Max");
    }

    @Test
    void aLogThatCannotBeWrittenSaysSo() throws Exception {
        try (HistogramLog log = HistogramLog.open(Path.of("/dev/full"), InstantSource.system())) {
            assertThatThrownBy(log::finish)
                    .hasMessage("cannot write /dev/full: No space left on device");
        }
    }
}
