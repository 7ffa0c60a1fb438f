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

    /** Where the lines go. Called on the writer's thread alone, which it may hold up. */
    interface Sink {
        /**
         * Writes {@code lines}, the last one with its line break too. Answers whether it could
         * write all of them.
         */
        boolean write(String lines);

        /** Opens anew what is behind it, if that can be. */
        default void reopen() {}
    }

    private final Sink sink;
    private final StringBuilder waiting = new StringBuilder();
    private boolean reopening;
    private boolean writing;
    private boolean failed;
    private int dropped;

    private LineWriter(Sink sink) {
        this.sink = sink;
    }

    /** A writer to {@code stream}, whose thread is a daemon of this name. */
    public static LineWriter start(String threadName, PrintStream stream) {
        return start(
                threadName,
                (Sink)
                        lines -> {
                            stream.print(lines);
                            return !stream.checkError(); // which flushes
                        });
    }

    /** A writer to {@code sink}, whose thread is a daemon of this name. */
    static LineWriter start(String threadName, Sink sink) {
        LineWriter writer = new LineWriter(sink);
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
     * Whether something waits to be written: then a drawing that the next one replaces can wait.
     */
    public synchronized boolean isBehind() {
        return writing || !waiting.isEmpty();
    }

    /** Has the sink opened anew, before the lines that wait are written. */
    synchronized void reopen() {
        reopening = true;
        notifyAll();
    }

    /**
     * Waits until everything is written, or {@code timeout} has passed. Answers whether it is
     * written.
     */
    public synchronized boolean awaitWritten(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (writing || reopening || !waiting.isEmpty()) {
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
                if (awaitWork()) {
                    sink.reopen();
                }
                String lines = take();
                written(lines.isEmpty() || sink.write(lines));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for something to do. Answers whether the sink is to be opened anew. */
    private synchronized boolean awaitWork() throws InterruptedException {
        while (waiting.isEmpty() && !reopening) {
            wait();
        }
        boolean reopen = reopening;
        reopening = false;
        writing = true;
        return reopen;
    }

    private synchronized String take() {
        String lines = waiting.toString();
        waiting.setLength(0);
        if (dropped > 0) {
            lines += dropped + " lines were dropped here, as nobody took them\n";
            dropped = 0;
        }
        return lines;
    }

    private synchronized void written(boolean all) {
        failed |= !all;
        writing = false;
        notifyAll();
    }
}
