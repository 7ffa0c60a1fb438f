package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts from a cache, in a folder like that of {@code make dist}: programs, caches and a runtime.
 */
@Timeout(300)
final class CacheIT {
    @TempDir private static Path image;
    private static Path cache;

    private ServerProcess server;

    @BeforeAll
    static void train() throws Exception {
        for (String file :
                List.of(
                        "myepollserver",
                        "loadtest",
                        "bin/launch",
                        "bin/locale",
                        "bin/jvm-flags",
                        "bin/train")) {
            ProgramFiles.copy(Path.of(file), image.resolve(file));
        }
        Path programs = image.resolve("programs");
        ProgramFiles.copyJars(programs);
        Files.createSymbolicLink(
                image.resolve("runtime"), Path.of(System.getProperty("java.home")));

        ProcessBuilder train =
                new ProcessBuilder(image.resolve("bin/train").toString(), image.toString())
                        .redirectErrorStream(true);
        train.environment().put("JDK_JAVA_OPTIONS", "-XX:+UseParallelGC"); // of all programs
        Process training = train.start();
        String said = new String(training.getInputStream().readAllBytes(), UTF_8);
        assertThat(training.waitFor(200, TimeUnit.SECONDS)).isTrue();
        assertThat(training.exitValue()).as(said).isZero();
        assertThat(said).isEmpty();
        cache = programs.resolve("aot/ServerMain.aot");
        assertThat(programs.resolve("aot/LoadTestMain.aot")).exists();
    }

    /** JUnit warns of links out of a folder that it removes. */
    @AfterAll
    static void unlinkRuntime() throws IOException {
        Files.deleteIfExists(image.resolve("runtime"));
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void classesComeFromTheCache() throws Exception {
        Path log = image.resolve("classes");
        start("-Xlog:class+load:file=" + log);
        server.port();
        assertThat(Files.readAllLines(log))
                .anyMatch(l -> l.contains("edgeloop.Reactor source: shared objects file"));
    }

    @Test
    void cacheServesAFolderWithAColonInItsName() throws Exception {
        Path moved = image.resolve("a:b");
        try (Stream<Path> files = Files.walk(image)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                ProgramFiles.copy(file, moved.resolve(image.relativize(file)));
            }
        }
        Path runtime = moved.resolve("runtime");
        Files.createSymbolicLink(runtime, Path.of(System.getProperty("java.home")));
        Path log = image.resolve("classes-by-another-name");
        try {
            server =
                    ServerProcess.launchWith(
                            "-Xlog:class+load:file=" + log,
                            moved.resolve("myepollserver").toString(),
                            "-p",
                            "0");
            server.port();
        } finally {
            Files.delete(runtime);
        }
        assertThat(Files.readAllLines(log))
                .anyMatch(l -> l.contains("edgeloop.Reactor source: shared objects file"));
    }

    @Test
    void cacheMadeWithOtherFlagsIsNoTrouble() throws Exception {
        start("-XX:-UseCompactObjectHeaders");
        assertStartsAndEndsWithoutAWord();
    }

    @Test
    void programsThatChangedAreNoTrouble() throws Exception {
        Path jar = image.resolve("programs/lib/edgeloop.jar");
        FileTime time = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, FileTime.from(time.toInstant().minusSeconds(60)));
        try {
            start("-Da=b");
            assertStartsAndEndsWithoutAWord();
        } finally {
            Files.setLastModifiedTime(jar, time);
        }
    }

    @Test
    void brokenCacheIsNoTrouble() throws Exception {
        Path kept = image.resolve("kept");
        Files.move(cache, kept);
        try {
            byte[] begin;
            try (var in = Files.newInputStream(kept)) {
                begin = in.readNBytes(100_000);
            }
            for (byte[] broken : List.of(new byte[0], "no cache".getBytes(UTF_8), begin)) {
                Files.write(cache, broken);
                start("-Da=b");
                assertStartsAndEndsWithoutAWord();
            }
        } finally {
            Files.move(kept, cache, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void start(String javaOptions) throws IOException {
        server =
                ServerProcess.launchWith(
                        javaOptions, image.resolve("myepollserver").toString(), "-p", "0");
    }

    private void assertStartsAndEndsWithoutAWord() throws Exception {
        server.port();
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().all()).isEmpty();
        assertThat(server.out().all()).hasSize(7).last().asString().startsWith("Final stats: 0 ");
    }
}
