package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * When bin/build asks Maven, in a checkout with a Maven that writes down that it ran and copies the
 * programs that are there.
 */
@Timeout(180)
final class BuildIT {
    private static final Path PROGRAMS = Path.of("edgeloop-cli/target").toAbsolutePath();

    @TempDir private Path folder;
    private Path checkout;
    private Path source;
    private Path runs;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = folder.resolve("checkout");
        for (String file :
                List.of(
                        "Makefile",
                        "myepollserver",
                        "bin/build",
                        "bin/find-jdk",
                        "bin/jvm-flags",
                        "bin/launch",
                        "bin/locale",
                        "bin/maven")) {
            Path copy = checkout.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(Path.of(file), copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
        script(checkout.resolve("bin/train"), "");
        Files.writeString(checkout.resolve("pom.xml"), "");
        source = checkout.resolve("edgeloop/src/main/java/A.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "1");
        runs = folder.resolve("runs");
        maven("");
    }

    /** What Maven does before it copies the programs. */
    private void maven(String first) throws IOException {
        script(
                folder.resolve("bin/mvn"),
                """
                echo run >>'%s'
                %s
                mkdir -p edgeloop-cli/target
                cp '%s/edgeloop-cli.jar' edgeloop-cli/target
                cp -R '%s/lib' edgeloop-cli/target
                touch -d tomorrow edgeloop-cli/target/renewed
                """
                        .formatted(runs, first, PROGRAMS, PROGRAMS));
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\nset -e\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void firstBuildSaysSoAndTheNextDoesNothing() throws Exception {
        Result first = make("all");
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).isEmpty();
        assertThat(first.err()).matches("edgeloop: builds, which takes a minute.*\n");
        assertThat(make("all")).isEqualTo(new Result(0, "", ""));
        assertThat(make("debug")).isEqualTo(new Result(0, "", ""));
        assertThat(checkout.resolve("edgeloop-cli/target/debug")).exists();
        assertThat(make("release")).isEqualTo(new Result(0, "", ""));
        assertThat(checkout.resolve("edgeloop-cli/target/debug")).doesNotExist();
        assertThat(mavenRuns()).isEqualTo(1);
    }

    @Test
    void eachChangeIsBuiltOnce() throws Exception {
        assertBuildsOnce(() -> {});
        assertBuildsOnce(() -> Files.writeString(source, "22"));
        assertBuildsOnce(() -> touch(source, Instant.now()));
        assertBuildsOnce(() -> touch(source, Instant.EPOCH)); // put back from an archive
        assertBuildsOnce(() -> Files.writeString(source.resolveSibling("B.java"), "3"));
        assertBuildsOnce(() -> Files.delete(source.resolveSibling("B.java")));
        assertBuildsOnce(() -> Files.writeString(checkout.resolve("pom.xml"), "<project/>"));
        assertBuildsOnce(() -> touch(checkout.resolve("bin/maven"), Instant.EPOCH));
        Path jar = checkout.resolve("edgeloop-cli/target/edgeloop-cli.jar");
        assertBuildsOnce(() -> Files.delete(jar));
        assertBuildsOnce(() -> Files.writeString(jar, "not ours"));
    }

    private static void touch(Path file, Instant time) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    @FunctionalInterface
    private interface Change {
        void make() throws IOException;
    }

    private void assertBuildsOnce(Change change) throws Exception {
        long before = mavenRuns();
        change.make();
        assertThat(make("all").status()).isZero();
        assertThat(mavenRuns()).isEqualTo(before + 1);
        assertThat(make("all").status()).isZero();
        assertThat(mavenRuns()).isEqualTo(before + 1);
    }

    @Test
    void whatChangesWhileItIsBuiltIsBuiltNextTime() throws Exception {
        maven("echo 22 >'" + source + "'");
        assertThat(make("all").status()).isZero();
        maven("");
        assertThat(make("all").status()).isZero();
        assertThat(mavenRuns()).isEqualTo(2);
    }

    @Test
    void failedBuildIsRepeated() throws Exception {
        assertThat(make("all").status()).isZero();
        Files.writeString(source, "22");
        maven("echo cause >&2; exit 1");
        Result failed = make("all");
        assertThat(failed.status()).isNotZero();
        assertThat(failed.err()).contains("cause");
        assertThat(make("all").status()).isNotZero();
        assertThat(mavenRuns()).isEqualTo(3);
    }

    @Test
    void whatAnInterruptedBuildLeftIsNotTaken() throws Exception {
        // bin/maven becomes Maven, so its parent is bin/build; Ctrl-C reaches both.
        maven("mkdir -p edgeloop-cli/target; echo half >edgeloop-cli/target/edgeloop-cli.jar");
        Path stub = folder.resolve("bin/mvn");
        Files.writeString(
                stub,
                Files.readString(stub).replace("\ncp '", "\nkill -INT $PPID; exit 130\ncp '"));
        assertThat(make("all").status()).isNotZero();
        maven("[ ! -e edgeloop-cli/target/edgeloop-cli.jar ] || echo half left >&2");
        try (ServerProcess server =
                ServerProcess.launch(
                        builder(checkout.resolve("myepollserver").toString(), "-p", "0"))) {
            server.port();
            assertThat(server.err().all()).singleElement().asString().startsWith("edgeloop: build");
        }
        assertThat(mavenRuns()).isEqualTo(2);
    }

    @Test
    void lockOfAnotherUserHoldsNothingUp() throws Exception {
        Process other = lock(checkout.resolve("pom.xml")); // which everybody may read
        try (ServerProcess server =
                ServerProcess.launch(
                        builder(checkout.resolve("myepollserver").toString(), "-p", "0"))) {
            server.port();
            assertThat(server.err().all()).singleElement().asString().startsWith("edgeloop: build");
        } finally {
            other.destroy();
        }
        assertThat(Files.getPosixFilePermissions(checkout.resolve("target/lock")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void waitingForAnotherBuildIsSaid() throws Exception {
        assertThat(make("all").status()).isZero();
        Process other = lock(checkout.resolve("target/lock"));
        try (ServerProcess build = ServerProcess.launch(builder("bin/build"))) {
            build.err().await("edgeloop: waits for another build in .*");
            other.getOutputStream().close();
            assertThat(build.awaitExit()).isZero();
        } finally {
            other.destroy();
        }
        assertThat(mavenRuns()).isEqualTo(1);
    }

    /** A process that holds a lock until its input ends. */
    private static Process lock(Path file) throws IOException {
        Process process =
                new ProcessBuilder("flock", file.toString(), "sh", "-c", "echo; exec cat")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(process.getInputStream().read()).isEqualTo('\n');
        return process;
    }

    @Test
    void mavenWritesNoEscapeCodesIntoPipes() throws Exception {
        String said = ProcessProbe.run("bin/maven", "-q", "-o", "-N", "validate");
        assertThat(said).doesNotContain("\033");
        assertThat(ProcessProbe.run("bin/maven", "--version")).doesNotContain("\033");
    }

    private long mavenRuns() throws IOException {
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = ServerProcess.builder(command).directory(checkout.toFile());
        builder.environment()
                .merge("PATH", folder.resolve("bin") + ":", (old, first) -> first + old);
        // Those of the make and the Maven that run this test.
        builder.environment().keySet().removeAll(List.of("MAKEFLAGS", "MAKELEVEL", "MFLAGS"));
        return builder;
    }

    private record Result(int status, String out, String err) {}

    private Result make(String target) throws IOException, InterruptedException {
        File out = folder.resolve("out").toFile();
        File err = folder.resolve("err").toFile();
        Process process = builder("make", target).redirectOutput(out).redirectError(err).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(
                process.exitValue(),
                Files.readString(out.toPath(), UTF_8),
                Files.readString(err.toPath(), UTF_8));
    }
}
