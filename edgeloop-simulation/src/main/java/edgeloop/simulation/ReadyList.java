package edgeloop.simulation;

import java.util.Arrays;

/**
 * What a program waits at: a list of files at which something has changed since they were last
 * reported. A file is there at most once, and reported with the state it is in then.
 */
abstract class ReadyList extends OpenFile {
    private OpenFile[] ready = new OpenFile[16];
    private int first;
    private int size;

    /** How often something has changed at one of the files. */
    int changes;

    /** Whether a thread sleeps in a wait, and nobody has woken it yet. */
    boolean sleeper;

    @Override
    int readiness() {
        return 0;
    }

    /** What there is to report of {@code file}; 0 if nothing. */
    abstract int reportable(OpenFile file);

    /** {@code file} is closed, or no longer to be watched. */
    abstract void forget(OpenFile file);

    /** Whether one who is told of at {@code file}, which is watched exclusively, is enough. */
    abstract boolean takesAlone(OpenFile file);

    void enqueue(OpenFile file) {
        if (file.queued) {
            return;
        }
        sleeper = false;
        if (size == ready.length) {
            rotate(0);
            ready = Arrays.copyOf(ready, 2 * size);
        }
        ready[first + size++ & ready.length - 1] = file;
        file.queued = true;
    }

    @SuppressWarnings("ReferenceEquality") // a file is itself alone
    void withdraw(OpenFile file) {
        if (file.queued) {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                OpenFile each = at(i);
                if (each != file) {
                    ready[first + kept++ & ready.length - 1] = each;
                }
            }
            size = kept;
            file.queued = false;
        }
    }

    private OpenFile at(int index) {
        return ready[first + index & ready.length - 1];
    }

    /** Puts the last {@code count} files first, and the whole list to the start of its array. */
    void rotate(int count) {
        OpenFile[] rotated = new OpenFile[ready.length];
        for (int i = 0; i < size; i++) {
            rotated[i] = at((i + size - count) % size);
        }
        ready = rotated;
        first = 0;
    }

    int size() {
        return size;
    }

    /** Whether a wait would find something; forgets the edges that came to nothing. */
    boolean isReady() {
        while (size > 0 && reportable(at(0)) == 0) {
            take();
        }
        return size > 0;
    }

    /** The same for a thread that sleeps on if it would not. */
    final boolean wakes() {
        sleeper = !isReady();
        return !sleeper;
    }

    /** The mask to report for the first file on the list, which leaves it; 0 if there is none. */
    int firstMask() {
        return size == 0 ? 0 : reportable(at(0));
    }

    OpenFile take() {
        OpenFile file = at(0);
        first = first + 1 & ready.length - 1;
        size--;
        file.queued = false;
        return file;
    }
}
