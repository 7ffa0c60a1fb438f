package edgeloop.cli.load;

import edgeloop.Connection;
import edgeloop.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * An echo server in a process of its own, which signals can stop; {@link #main} is that process.
 */
final class EchoProcess implements AutoCloseable {
    private final Process process;
    final int port;

    private EchoProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    public static void main(String[] args) throws Exception {
        try (Server server = Server.start(0, _ -> Connection::write)) {
            System.out.println(server.port());
            int _ = System.in.read(); // the parent's end is this one's
        }
    }

    static EchoProcess start() throws IOException {
        String classPath = location(EchoProcess.class) + ":" + location(Server.class);
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath,
                                EchoProcess.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return new EchoProcess(process, Integer.parseInt(out.readLine()));
    }

    /** The folder of tests where the module is patched with them, else the class's own place. */
    private static Path location(Class<?> type) {
        try {
            var source = type.getProtectionDomain().getCodeSource();
            Path place = Path.of(source.getLocation().toURI());
            Path tests = place.resolveSibling("test-classes");
            return type == EchoProcess.class ? tests : place;
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    void signal(String name) throws IOException {
        int exitCode =
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .onExit()
                        .join()
                        .exitValue();
        if (exitCode != 0) {
            throw new IOException("kill: " + exitCode);
        }
    }

    /** SIGKILL, which ends a stopped process too. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
