package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the environment and the name of the folder must not do to a start. */
@Timeout(180)
final class LauncherIT {
    @TempDir private Path folder;
    private ServerProcess server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:+UseParallelGC",
                "-XX:+UseG1GC",
                "-XX:+UseZGC",
                "-XX:+UseShenandoahGC",
                "-XX:+UnlockExperimentalVMOptions -XX:+UseEpsilonGC"
            })
    void collectorOfAllProgramsDoesNotConflict(String options) throws Exception {
        start(Map.of("JAVA_TOOL_OPTIONS", options, "JDK_JAVA_OPTIONS", options));
        assertEchoes();
        assertThat(server.out().all()).hasSize(3);
        assertThat(server.err().all()).allMatch(line -> line.contains("Picked up J"));
    }

    @Test
    void collectorOfTheProgramIsTaken() throws Exception {
        start(Map.of("EDGELOOP_JAVA_OPTS", "-XX:+UseParallelGC -Dedgeloop.debug=false"));
        assertEchoes();
        String flags =
                ProcessProbe.run(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(server.pid()),
                        "VM.flags");
        assertThat(flags).contains("-XX:+UseParallelGC", "-XX:-UseSerialGC");
    }

    @Test
    void optionsAreSplitAtBlanksAndAreNoPatterns() throws Exception {
        Files.createFile(folder.resolve("-Da=b"));
        start(Map.of("EDGELOOP_JAVA_OPTS", "-Da=* -Dc=d -Dedgeloop.debug=false"));
        assertEchoes();
        String command = Files.readString(Path.of("/proc/" + server.pid() + "/cmdline"));
        assertThat(command.split("\0")).contains("-Da=*", "-Dc=d");
    }

    @Test
    void memoryOfTheCompilersGoesBackToTheKernel() throws Exception {
        start(Map.of());
        assertEchoes();
        String environment = Files.readString(Path.of("/proc/" + server.pid() + "/environ"));
        assertThat(environment.split("\0")).contains("MALLOC_MMAP_THRESHOLD_=32000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POSIX", "C", "xx_XX.UTF-8"})
    void namesBeyondAsciiNeedNoLocale(String locale) throws Exception {
        Path root = Files.createDirectory(folder.resolve("ä ö"));
        Files.writeString(root.resolve("größe.txt"), "42\n");
        start(
                Map.of("LANG", locale),
                "--protocol",
                "http",
                "--root",
                root.toString(),
                "--access-log",
                "lög");
        try (Socket socket = server.connect()) {
            socket.getOutputStream()
                    .write("GET /gr%C3%B6%C3%9Fe.txt HTTP/1.0\r\nHost: a\r\n\r\n".getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("\r\n\r\n42\n");
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(Files.readString(folder.resolve("lög"))).contains("/gr%C3%B6%C3%9Fe.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", ":", "ä ö", "ä: b$c"})
    void folderMayHaveAnyName(String name) throws Exception {
        Path checkout = folder.resolve(name);
        for (String file :
                List.of(
                        "myepollserver",
                        "bin/launch",
                        "bin/find-jdk",
                        "bin/jvm-flags",
                        "bin/locale")) {
            ProgramFiles.copy(Path.of(file), checkout.resolve(file));
        }
        ProgramFiles.copyJars(checkout.resolve("edgeloop-cli/target"));
        ProcessBuilder builder =
                ServerProcess.builder(checkout.resolve("myepollserver").toString(), "-p", "0");
        withoutLocale(builder);
        server = ServerProcess.launch(builder);
        assertEchoes();
        assertThat(server.err().all()).isEmpty();
    }

    private void start(Map<String, String> environment, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 3];
        command[0] = Path.of("myepollserver").toAbsolutePath().toString();
        command[1] = "-p";
        command[2] = "0";
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        ProcessBuilder builder = ServerProcess.builder(command).directory(folder.toFile());
        withoutLocale(builder);
        builder.environment().putAll(environment);
        server = ServerProcess.launch(builder);
    }

    private static void withoutLocale(ProcessBuilder builder) {
        builder.environment()
                .keySet()
                .removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
    }

    private void assertEchoes() throws Exception {
        try (Socket socket = server.connect()) {
            socket.getOutputStream().write("hello".getBytes(UTF_8));
            assertThat(socket.getInputStream().readNBytes(5)).asString(UTF_8).isEqualTo("hello");
        }
    }
}
