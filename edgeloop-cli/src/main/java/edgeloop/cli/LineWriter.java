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

    private final PrintStream stream;
    private final StringBuilder waiting = new StringBuilder();
    private boolean writing;
    private boolean failed;

    private LineWriter(PrintStream stream) {
        this.stream = stream;
    }

    /** A writer to {@code stream}, whose thread is a daemon of this name. */
    public static LineWriter start(String threadName, PrintStream stream) {
        LineWriter writer = new LineWriter(stream);
        Thread.ofPlatform().name(threadName).daemon().start(writer::run);
        return writer;
    }

    /** Prints {@code lines} and a line break, however much is waiting: for what must be said. */
    public synchronized void print(String lines) {
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

    /** Waits until everything is written, or {@code timeout} has passed. */
    public synchronized void awaitWritten(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (writing || !waiting.isEmpty()) {
            long millisLeft = (deadline - System.nanoTime()) / 1_000_000;
            if (millisLeft <= 0) {
                return;
            }
            wait(millisLeft);
        }
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
        writing = true;
        return lines;
    }

    private synchronized void written(boolean error) {
        failed |= error;
        writing = false;
        notifyAll();
    }
}
