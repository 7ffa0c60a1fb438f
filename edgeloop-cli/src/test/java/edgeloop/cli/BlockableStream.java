package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

/** A pipe that nobody reads until it is set free. */
final class BlockableStream extends OutputStream {
    final CountDownLatch free = new CountDownLatch(1);
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    LineWriter writer() {
        return LineWriter.start("test", new PrintStream(this, false, UTF_8));
    }

    /** A writer that waits for this with its first line, and takes no more behind the next ones. */
    LineWriter fullWriter() throws InterruptedException {
        LineWriter writer = writer();
        writer.print("first");
        stuck.await(); // else it could take the others, and make room
        while (writer.offer("fill up")) {}
        return writer;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        stuck.countDown();
        try {
            free.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        written.write(bytes, offset, length);
    }

    String text() {
        return written.toString(UTF_8);
    }
}
