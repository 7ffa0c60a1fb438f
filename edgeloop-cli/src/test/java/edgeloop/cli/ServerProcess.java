package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code ./myepollserver} as a process of its own, whose lines a test waits for. */
final class ServerProcess implements AutoCloseable {
    /** The longest that anything may take, on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Pattern FIRST_LINE =
            Pattern.compile("Starting (?:epoll|io_uring) server on port (\\d+)");

    private final Process process;
    private final Lines out;
    private final Lines err;

    private ServerProcess(Process process) {
        this.process = process;
        this.out = new Lines(process.getInputStream());
        this.err = new Lines(process.getErrorStream());
    }

    /** Starts the server on a port that the kernel chooses. */
    static ServerProcess start(String... arguments) throws IOException {
        return launch(
                Stream.concat(Stream.of("./myepollserver", "-p", "0"), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    /** Runs a command that ends in the server. */
    static ServerProcess launch(String... command) throws IOException {
        return launch(builder(command));
    }

    /** Runs a command that ends in the server, as a test has built it. */
    static ServerProcess launch(ProcessBuilder builder) throws IOException {
        return new ServerProcess(builder.start());
    }

    /** Runs a command that ends in the server, with flags for its JVM. */
    static ServerProcess launchWith(String javaOptions, String... command) throws IOException {
        ProcessBuilder builder = builder(command);
        builder.environment().merge("EDGELOOP_JAVA_OPTS", javaOptions, (a, b) -> a + " " + b);
        return launch(builder);
    }

    /** A process to be started in the project's root, where the launchers are. */
    static ProcessBuilder builder(String... command) {
        // Where the tests run under nohup, SIGHUP is ignored, and a JVM then leaves it so.
        String[] heedful = {"env", "--default-signal=HUP"};
        ProcessBuilder builder =
                new ProcessBuilder(Stream.concat(Stream.of(heedful), Stream.of(command)).toList());
        // A debug build traces every event, which is not what these tests are about.
        builder.environment().put("EDGELOOP_JAVA_OPTS", "-Dedgeloop.debug=false");
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        return builder;
    }

    Lines out() {
        return out;
    }

    Lines err() {
        return err;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Lets {@code span} pass; false if the server ended meanwhile. */
    boolean livesFor(Duration span) throws InterruptedException {
        return !process.waitFor(span.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The reactor's thread, as a folder of /proc; the first one's, where there are several. */
    Path reactorTask() throws IOException, InterruptedException {
        return reactorTasks().getFirst();
    }

    /** The reactors' threads. */
    List<Path> reactorTasks() throws IOException, InterruptedException {
        String name = "edgeloop-" + port(); // of several, what follows may be cut off
        List<Path> found = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                String comm = Files.readString(task.resolve("comm")).strip();
                if (comm.equals(name) || comm.startsWith(name + "-")) {
                    found.add(task);
                }
            }
        }
        if (found.isEmpty()) {
            throw new AssertionError("no reactor thread");
        }
        return found;
    }

    /** How often the reactors' threads went to sleep, proc_pid_status(5). */
    long reactorSwitches() throws IOException, InterruptedException {
        long switches = 0;
        for (Path task : reactorTasks()) {
            switches +=
                    Files.readAllLines(task.resolve("status")).stream()
                            .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum();
        }
        return switches;
    }

    /** Waits until the reactors have slept for a while; answers how often they went to sleep. */
    long awaitReactorAsleep() throws IOException, InterruptedException {
        long switches = reactorSwitches();
        for (long before = -1; before != switches; switches = reactorSwitches()) {
            before = switches;
            if (!livesFor(Duration.ofMillis(200))) {
                throw new AssertionError("it ended; stderr " + err.all());
            }
        }
        return switches;
    }

    /** The port that the first line names; waits for the last of the start lines. */
    int port() throws InterruptedException {
        out.await("Max events per wait: \\d+");
        Matcher first = FIRST_LINE.matcher(out.all().getFirst());
        if (!first.matches()) {
            throw new AssertionError("first line: " + out.all().getFirst());
        }
        return Integer.parseInt(first.group(1));
    }

    Socket connect() throws IOException, InterruptedException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Sends a signal by its name without SIG. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start();
        if (!kill.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new AssertionError("kill -" + name + " failed");
        }
    }

    /** Waits for the process to end and for the rest of its output; answers the exit code. */
    int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(
                    "still running; stdout " + out.all() + ", stderr " + err.all());
        }
        out.awaitEnd();
        err.awaitEnd();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** The lines of a stream, read as they come. */
    static final class Lines {
        private final List<String> lines = new ArrayList<>();
        private boolean ended;

        Lines(InputStream stream) {
            Thread.ofPlatform().name("lines").daemon().start(() -> read(stream));
        }

        private void read(InputStream stream) {
            try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
                String line;
                while ((line = reader.readLine()) != null) {
                    synchronized (this) {
                        lines.add(line);
                        notifyAll();
                    }
                }
            } catch (IOException e) {
                // The process was ended while it was being read.
            }
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }

        synchronized List<String> all() {
            return List.copyOf(lines);
        }

        /** Waits for a line that matches, and answers the first. */
        String await(String regex) throws InterruptedException {
            return awaitAfter(0, regex);
        }

        /** Waits for a line that matches and has at least {@code skip} lines before it. */
        synchronized String awaitAfter(int skip, String regex) throws InterruptedException {
            awaitUntil(() -> ended || find(skip, regex) != null);
            String line = find(skip, regex);
            if (line == null) {
                throw new AssertionError("no line matches " + regex + " in " + lines);
            }
            return line;
        }

        synchronized void awaitEnd() throws InterruptedException {
            awaitUntil(() -> ended);
        }

        private String find(int skip, String regex) {
            return lines.stream().skip(skip).filter(l -> l.matches(regex)).findFirst().orElse(null);
        }

        private synchronized void awaitUntil(BooleanSupplier condition)
                throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!condition.getAsBoolean()) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new AssertionError("waited too long after " + lines);
                }
                wait(millis);
            }
        }
    }
}
