package edgeloop.cli;

import java.io.PrintStream;
import java.time.Duration;

/**
 * Prints lines from a thread of its own, and flushes them as soon as no more are waiting. A stream
 * that takes nothing (a full pipe, a terminal that was halted) then stops only that thread, never
 * the caller. Any thread may call any method.
 */
public final class LineWriter {
    /** The characters that may wait before {@link #offer} refuses more. */
    static final int CAPACITY = 1 << 20;

    /** The characters that may wait at all: room beside what is offered for what must be said. */
    private static final int LIMIT = 2 * CAPACITY;

    private final PrintStream stream;
    private final StringBuilder waiting = new StringBuilder();
    private boolean writing;
    private boolean failed;
    private int dropped;

    private LineWriter(PrintStream stream) {
        this.stream = stream;
    }

    /** A writer to {@code stream}, whose thread is a daemon of this name. */
    public static LineWriter start(String threadName, PrintStream stream) {
        LineWriter writer = new LineWriter(stream);
        Thread.ofPlatform().name(threadName).daemon().start(writer::run);
        return writer;
    }

    /**
     * Prints {@code lines} and a line break: for what must be said. Only a stream that has taken
     * nothing of so much makes this drop them, and says so if it takes anything again.
     */
    public synchronized void print(String lines) {
        if (waiting.length() >= LIMIT) {
            dropped++;
            return;
        }
        waiting.append(lines).append('\n');
        notifyAll();
    }

    /**
     * Prints {@code lines} and a line break, unless too much is waiting already: for what comes
     * again and again. Answers whether it was taken.
     */
    public synchronized boolean offer(String lines) {
        if (waiting.length() >= CAPACITY) {
            return false;
        }
        print(lines);
        return true;
    }

    /**
     * Prints {@code text} as it is, unless too much is waiting already: for what the next text
     * replaces, so that nobody misses it.
     */
    public synchronized void offerText(String text) {
        if (waiting.length() < CAPACITY) {
            waiting.append(text);
            notifyAll();
        }
    }

    /**
     * Waits until everything is written, or {@code timeout} has passed. Answers whether it is
     * written.
     */
    public synchronized boolean awaitWritten(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (writing || !waiting.isEmpty()) {
            long millisLeft = (deadline - System.nanoTime()) / 1_000_000;
            if (millisLeft <= 0) {
                return false;
            }
            wait(millisLeft);
        }
        return true;
    }

    /** Whether the stream has refused anything, a full disk for one. */
    public synchronized boolean hasFailed() {
        return failed;
    }

    private void run() {
        try {
            while (true) {
                stream.print(take());
                written(stream.checkError()); // which flushes
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized String take() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        String lines = waiting.toString();
        waiting.setLength(0);
        if (dropped > 0) {
            lines += dropped + " lines were dropped here, as nobody took them\n";
            dropped = 0;
        }
        writing = true;
        return lines;
    }

    private synchronized void written(boolean error) {
        failed |= error;
        writing = false;
        notifyAll();
    }
}
