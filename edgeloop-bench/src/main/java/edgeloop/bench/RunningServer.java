package edgeloop.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server process that has given its first answer. Its PID is the server's own: launchers must
 * {@code exec}, or their shell would be measured.
 */
final class RunningServer implements AutoCloseable {
    private static final long START_LIMIT_SECONDS = 30;
    private static final long RETRY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final int ANSWER_LIMIT_MILLIS = 10_000;
    private static final Pattern PORT = Pattern.compile("\\bport (\\d+)");

    private final ServerSpec spec;
    private final List<String> command;
    private final Path scratch;
    private final Process process;
    private final int port;
    private final int answerLength;
    private final double firstAnswerMillis;

    private RunningServer(
            ServerSpec spec,
            List<String> command,
            Path scratch,
            Process process,
            int port,
            int answerLength,
            double firstAnswerMillis) {
        this.spec = spec;
        this.command = command;
        this.scratch = scratch;
        this.process = process;
        this.port = port;
        this.answerLength = answerLength;
        this.firstAnswerMillis = firstAnswerMillis;
    }

    /**
     * Starts a server and waits for its first answer.
     *
     * @param cpu the CPU to pin it to, if any
     * @throws BenchException if it ends, or gives no answer within 30 s
     */
    static RunningServer start(ServerSpec spec, OptionalInt cpu)
            throws BenchException, IOException, InterruptedException {
        Path scratch = Children.makeFolder();
        int givenPort = spec.portSource() == ServerSpec.PortSource.GIVEN ? freePort() : 0;
        var command = new ArrayList<String>();
        command.add(
                Executables.find(spec.executable())
                        .orElseThrow(() -> new BenchException(spec.executable() + " not found"))
                        .toString());
        command.addAll(spec.launch().arguments(givenPort, scratch));
        long startedAt = System.nanoTime();
        Process process =
                Children.start(
                        new ProcessBuilder(Cpus.pinned(cpu, command))
                                .redirectError(scratch.resolve("stderr").toFile()));
        try {
            int port = printedPort(process, givenPort);
            int answerLength = firstAnswer(spec, process, port);
            double firstAnswerMillis = (System.nanoTime() - startedAt) / 1e6;
            return new RunningServer(
                    spec, command, scratch, process, port, answerLength, firstAnswerMillis);
        } catch (ExecutionException | TimeoutException | IOException e) {
            Children.stop(process);
            String reason = lastLine(scratch.resolve("stderr"));
            Children.removeFolder(scratch);
            throw new BenchException(
                    spec.name()
                            + " did not start: "
                            + (reason.isEmpty() ? e.getMessage() : reason));
        }
    }

    private static int printedPort(Process process, int givenPort)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<Optional<Matcher>> line = Children.find(PORT, process);
        if (givenPort != 0) {
            return givenPort;
        }
        Matcher port =
                line.get(START_LIMIT_SECONDS, TimeUnit.SECONDS)
                        .orElseThrow(() -> new IOException("it ended without naming a port"));
        return Integer.parseInt(port.group(1));
    }

    /** Returns the length of the answer. A server whose port was given may not listen yet. */
    private static int firstAnswer(ServerSpec spec, Process process, int port)
            throws IOException, TimeoutException {
        long giveUpAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
        while (process.isAlive()) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(ANSWER_LIMIT_MILLIS);
                socket.getOutputStream().write(spec.protocol().requestBytes());
                return spec.protocol().readAnswer(socket.getInputStream());
            } catch (java.net.ConnectException notListeningYet) {
                if (System.nanoTime() > giveUpAt) {
                    throw new TimeoutException("nothing listens on its port");
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
        throw new IOException("it ended at once");
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static String lastLine(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.reversed().stream().filter(l -> !l.isBlank()).findFirst().orElse("");
    }

    ServerSpec spec() {
        return spec;
    }

    List<String> command() {
        return command;
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    /** Bytes of one answer; for an echo, of the echo of {@link Protocol#request()}. */
    int answerLength() {
        return answerLength;
    }

    /** From just before exec to the last byte of the first answer. */
    double firstAnswerMillis() {
        return firstAnswerMillis;
    }

    @Override
    public void close() {
        Children.stop(process);
        Children.removeFolder(scratch);
    }
}
