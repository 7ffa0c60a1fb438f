package edgeloop.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The processes under way, and the folders made for them. None outlives this process, Ctrl-C
 * included.
 */
final class Children {
    private static final long GRACE_SECONDS = 5;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
    private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Children::endAll));
    }

    private Children() {}

    static synchronized Process start(ProcessBuilder builder) throws IOException {
        refuseIfEnding();
        Process process = builder.start();
        RUNNING.add(process);
        return process;
    }

    /** Asks a process to end, and insists when it doesn't. */
    static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            RUNNING.remove(process);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Reads what a process prints, for as long as it runs, so that no full pipe blocks it.
     *
     * @return the first line in which {@code wanted} is found, or empty when the process ended
     *     without one
     */
    static CompletableFuture<Optional<Matcher>> find(Pattern wanted, Process process) {
        var found = new CompletableFuture<Optional<Matcher>>();
        // Not a virtual thread: reading a pipe holds its carrier, and with as many servers alive
        // as there are carriers no other one would be read.
        Thread.ofPlatform().daemon().start(() -> read(wanted, process, found));
        return found;
    }

    private static void read(
            Pattern wanted, Process process, CompletableFuture<Optional<Matcher>> found) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = wanted.matcher(line);
                if (!found.isDone() && matcher.find()) {
                    found.complete(Optional.of(matcher));
                }
            }
        } catch (IOException processIsGone) {
            // As its end.
        }
        found.complete(Optional.empty());
    }

    /** An empty folder for one child. */
    static synchronized Path makeFolder() throws IOException {
        refuseIfEnding();
        Path folder = Files.createTempDirectory("edgeloop-bench-");
        FOLDERS.add(folder);
        return folder;
    }

    /** At Ctrl-C two threads may do so at once. */
    static void removeFolder(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            if (Files.exists(folder)) {
                System.err.println("bench: " + folder + " could not be removed");
            }
        }
        FOLDERS.remove(folder);
    }

    /** At Ctrl-C: what fails from now on fails because the processes have been ended. */
    static boolean areEnding() {
        return ending;
    }

    /** Or the thread that measures would start the next server while this program ends. */
    private static void refuseIfEnding() throws IOException {
        if (ending) {
            throw new IOException("interrupted");
        }
    }

    private static synchronized void endAll() {
        ending = true;
        RUNNING.forEach(Process::destroyForcibly);
        RUNNING.forEach(Children::stop);
        FOLDERS.forEach(Children::removeFolder);
    }
}
