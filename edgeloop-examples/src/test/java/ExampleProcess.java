import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An example, started as a newcomer starts it but for the port, which the kernel chooses. */
final class ExampleProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path errors;
    private final int port;
    private final List<Client> clients = new ArrayList<>();

    private ExampleProcess(Process process, Path errors) throws IOException {
        this.process = process;
        this.errors = errors;
        String first = process.inputReader().readLine();
        if (first == null) {
            throw new AssertionError("no first line: " + Files.readString(errors));
        }
        this.port = Integer.parseInt(first.replaceAll("\\D", ""));
    }

    /**
     * Starts an example.
     *
     * @param example the name of its class, or its source file
     */
    static ExampleProcess start(String example, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(example, "0"));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("example", ".err");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        try {
            return new ExampleProcess(process, errors);
        } catch (Throwable e) {
            process.destroyForcibly();
            throw e;
        }
    }

    Client connect() throws IOException {
        Client client = new Client(port);
        clients.add(client);
        return client;
    }

    int port() {
        return port;
    }

    /** What the example has said on standard error. */
    Path errors() {
        return errors;
    }

    void end() {
        process.destroyForcibly().onExit().orTimeout(PATIENCE_SECONDS, SECONDS).join();
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            client.close();
        }
        end();
        Files.delete(errors);
    }

    /** Somebody with netcat. */
    static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader reader;

        private Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) SECONDS.toMillis(PATIENCE_SECONDS));
            socket.setTcpNoDelay(true);
            reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(UTF_8));
        }

        void finish() throws IOException {
            socket.shutdownOutput();
        }

        /** As {@link #send}, for another thread. */
        void sendLater(String text) {
            try {
                send(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void sendAndFinish(String text) {
            sendLater(text);
            try {
                finish();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The next line; null if the connection has ended. */
        String line() throws IOException {
            return reader.readLine();
        }

        /** All lines until the connection ends. */
        List<String> lines() throws IOException {
            return reader.readAllLines();
        }

        String ask(String line) throws IOException {
            send(line + "\n");
            return line();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
