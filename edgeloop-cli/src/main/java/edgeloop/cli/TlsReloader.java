package edgeloop.cli;

import edgeloop.Server;
import edgeloop.TlsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has the server load its certificates anew: at a signal, and where their files have changed. On a
 * thread of its own, since reading files may take its time and a reactor must not wait.
 *
 * <p>A file that has changed is loaded when it is as it was a moment before: whoever writes it, or
 * its key after it, has come to an end then. A pair that does not fit all the same is refused, and
 * the old one stays in use.
 */
final class TlsReloader {
    /** How often the files are looked at. */
    static final Duration INTERVAL = Duration.ofSeconds(2);

    /** What tells a file from what it was; all null for one that is not there, or is no file. */
    private record State(@Nullable Object key, @Nullable FileTime modified, long size) {
        static final State NONE = new State(null, null, 0);

        static State of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return attributes.isRegularFile()
                        ? new State(
                                attributes.fileKey(),
                                attributes.lastModifiedTime(),
                                attributes.size())
                        : NONE; // a pipe is read once, and changes by that
            } catch (IOException e) {
                return NONE;
            }
        }
    }

    private final List<Path> files;
    private final LineWriter err;

    /** The files as they were when they were loaded, or refused. */
    private List<State> loaded;

    private List<State> lookedAt;
    private @Nullable String signal;

    /**
     * Looks at the files. To be called before they are loaded first, so that no change is missed.
     */
    TlsReloader(List<Path> files, LineWriter err) {
        this.files = files;
        this.err = err;
        this.loaded = look();
        this.lookedAt = loaded;
    }

    private List<State> look() {
        List<State> states = new ArrayList<>();
        for (Path each : files) {
            states.add(State.of(each));
        }
        return states;
    }

    /** Begins to look after the files, for as long as the process lives. */
    void start(Server server) {
        Thread.ofPlatform().name("tls files").daemon().start(() -> run(server));
    }

    /** Asks for all to be loaded anew, whether it has changed or not, and returns. */
    synchronized void request(String cause) {
        signal = cause;
        notifyAll();
    }

    private void run(Server server) {
        try {
            while (true) {
                String cause = await();
                List<State> now = look();
                if (cause == null && !now.equals(loaded) && now.equals(lookedAt)) {
                    cause = firstChanged(now) + " has changed";
                }
                lookedAt = now;
                if (cause != null) {
                    loaded = now;
                    reload(server, cause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a signal, or for the next look; answers the signal, or null. */
    private synchronized @Nullable String await() throws InterruptedException {
        long end = System.nanoTime() + INTERVAL.toNanos();
        long left = INTERVAL.toMillis();
        while (signal == null && left > 0) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
        String cause = signal;
        signal = null;
        return cause;
    }

    private Path firstChanged(List<State> now) {
        int first = 0;
        while (now.get(first).equals(loaded.get(first))) {
            first++;
        }
        return files.get(first);
    }

    private void reload(Server server, String cause) {
        try {
            server.reloadTls();
            say(cause + ": the certificates are loaded anew");
        } catch (TlsException e) {
            say(cause + ": " + e.getMessage() + "; the old certificates stay in use");
        } catch (RuntimeException | OutOfMemoryError e) {
            say(cause + ": " + e + "; the old certificates stay in use");
        }
    }

    private void say(String line) {
        err.print(Diagnostics.oneLine(ServerCommand.NAME + ": " + line));
    }
}
