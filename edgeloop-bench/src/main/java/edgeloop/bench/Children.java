package edgeloop.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
