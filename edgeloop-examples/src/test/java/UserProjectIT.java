import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The library in a project of its user's: what the README says of it, done. */
@Timeout(180)
class UserProjectIT {
    private static final String JAR = "edgeloop/target/edgeloop.jar";

    @TempDir private Path folder;

    @Test
    @DisplayName("E47 the README's program runs as the README says, without a warning")
    void programOfTheReadmeRuns() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String program = readme.replaceFirst("(?s).*```java\n(.*?)```.*", "$1");
        Path source = folder.resolve("Hello.java");
        Files.writeString(source, tellingItsPort(program));
        String command =
                readme.lines()
                        .filter(line -> line.matches(" +java .*Hello.java"))
                        .findFirst()
                        .orElseThrow()
                        .strip()
                        .replace("Hello.java", source.toString());
        assertGreets(List.of(command.split(" ")));
    }

    /** On the module path, where nothing but the library is: it needs no other module. */
    @Test
    @DisplayName("E47 a module that requires the library compiles and runs, without a warning")
    void moduleOfAUserRuns() throws Exception {
        Path module = folder.resolve("module-info.java");
        Files.writeString(module, "module user { requires edgeloop; }");
        Path source = Files.createDirectories(folder.resolve("user")).resolve("Hello.java");
        Files.writeString(
                source,
                tellingItsPort(
                        """
                        package user;
                        import edgeloop.Connection;
                        import edgeloop.IoBuffer;
                        import edgeloop.Server;
                        class Hello {
                            static void main(String[] arguments) throws Exception {
                                try (var server = Server.start(7000, _ -> Hello::greet)) {
                                    server.join();
                                }
                            }
                            static void greet(Connection connection, IoBuffer in) {
                                connection.write("Hello, " + in.readLine() + "!\\n");
                            }
                        }
                        """));
        Path classes = folder.resolve("classes");
        Process javac =
                start(
                        Stream.of("javac", "-Xlint:all", "-Werror", "-p", JAR, "-d", "" + classes),
                        Stream.of("" + module, "" + source));
        assertThat(javac.waitFor(60, SECONDS)).isTrue();
        assertThat(errors()).isEmpty();
        assertGreets(
                List.of(
                        "java",
                        "--enable-native-access=edgeloop",
                        "-p",
                        JAR + ":" + classes,
                        "-m",
                        "user/user.Hello"));
    }

    private static String tellingItsPort(String program) {
        return program.replace("7000", "0")
                .replace("server.join();", "System.out.println(server.port()); server.join();");
    }

    private Process start(Stream<String> first, Stream<String> rest) throws IOException {
        List<String> command = Stream.concat(first, rest).toList();
        Path program = Path.of(System.getProperty("java.home"), "bin", command.getFirst());
        return new ProcessBuilder(
                        Stream.concat(Stream.of(program.toString()), command.stream().skip(1))
                                .toList())
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }

    private void assertGreets(List<String> command) throws Exception {
        Process process = start(command.stream(), Stream.of());
        try {
            String port = process.inputReader().readLine();
            assertThat(port).as(errors()).isNotNull();
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
                    var answer =
                            new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.UTF_8))) {
                socket.setSoTimeout(60_000);
                socket.getOutputStream().write("Ada\n".getBytes(StandardCharsets.UTF_8));
                assertThat(answer.readLine()).isEqualTo("Hello, Ada!");
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(errors()).isEmpty();
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors"));
    }
}
