package edgeloop.simulation;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A process's open files by number; a new one gets the lowest number that is free, open(2). */
final class Descriptors {
    private static final int FIRST = 3;

    private @Nullable OpenFile[] files = new @Nullable OpenFile[32];
    private int limit = Integer.MAX_VALUE;
    private int open;

    /** No number below this is free. */
    private int lowest = FIRST;

    int open() {
        return open;
    }

    void setLimit(int most) {
        limit = most;
    }

    boolean isFull() {
        return open >= limit;
    }

    /** The number that all are below. */
    int limit() {
        return limit == Integer.MAX_VALUE ? limit : FIRST + limit;
    }

    /** The lowest number that is free. */
    int lowestFree() {
        int fd = lowest;
        while (fd < files.length && files[fd] != null) {
            fd++;
        }
        return fd;
    }

    /** Whether one of {@code kind} is open. */
    boolean has(Class<? extends OpenFile> kind) {
        for (OpenFile file : files) {
            if (kind.isInstance(file)) {
                return true;
            }
        }
        return false;
    }

    /** Shows {@code visitor} all files that are open. */
    void forEach(Consumer<OpenFile> visitor) {
        for (OpenFile file : files) {
            if (file != null) {
                visitor.accept(file);
            }
        }
    }

    int add(OpenFile file) {
        int fd = lowestFree();
        if (fd == files.length) {
            files = Arrays.copyOf(files, 2 * fd);
        }
        files[fd] = file;
        file.fd = fd;
        lowest = fd + 1;
        open++;
        return fd;
    }

    /** {@code file} takes the place of {@code before}, which it comes out of. */
    void replace(OpenFile before, OpenFile file) {
        files[before.fd] = file;
        file.fd = before.fd;
    }

    @Nullable OpenFile get(int fd) {
        return fd >= 0 && fd < files.length ? files[fd] : null;
    }

    void remove(OpenFile file) {
        files[file.fd] = null;
        lowest = Math.min(lowest, file.fd);
        open--;
    }

    /** An open file that is watched by {@code watcher}, or null. */
    @SuppressWarnings("ReferenceEquality") // a list is itself alone
    @Nullable OpenFile anyWatched(ReadyList watcher, Choices choices) {
        int start = choices.below(files.length);
        for (int i = 0; i < files.length; i++) {
            OpenFile file = files[(start + i) % files.length];
            if (file != null && file.watcher == watcher) {
                return file;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (OpenFile file : files) {
            if (file != null) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(file.fd)
                        .append(' ')
                        .append(file.getClass().getSimpleName());
            }
        }
        return text.toString();
    }
}
