package edgeloop;

import edgeloop.buffer.FilePiece;
import edgeloop.buffer.Segment;
import edgeloop.buffer.SegmentQueue;
import edgeloop.engine.Engine;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.sys.Errno;
import java.lang.foreign.MemorySegment;

/**
 * How what handlers write goes through their connections' {@link Layer}s: it waits as it is, and is
 * encoded when the kernel has taken all that was encoded before. So what the peer does not take yet
 * stays plain, and what is written in pieces goes out in one.
 */
final class Encoding {
    /** What is encoded for one connection in one go; then others have their turn. */
    private static final int BUDGET = 4 * Layering.PIECE_BYTES;

    /** From here on, what a handler writes is encoded as it lies and not collected first. */
    private static final int DIRECT_BYTES = 4 * 1024;

    private final Reactor reactor;
    private final Layering layering;
    private final Flow flow;

    /** Where it is collected. */
    private final MemorySegment plain;

    Encoding(Reactor reactor, Layering layering, Flow flow, MemorySegment plain) {
        this.reactor = reactor;
        this.layering = layering;
        this.flow = flow;
        this.plain = plain;
    }

    /** Where what is written waits. */
    SegmentQueue queue(Connection connection) {
        Layer layer = layering.of(connection);
        SegmentQueue queue = layer.plain;
        if (queue == null) {
            queue = reactor.segments.takeQueue();
            layer.plain = queue;
        }
        return queue;
    }

    void discard(Layer layer) {
        if (layer.plain != null) {
            reactor.segments.give(layer.plain);
            layer.plain = null;
        }
    }

    /** Encodes what is written, as it lies, if that pays and nothing waits. */
    boolean takes(Connection connection, MemorySegment source, int offset, int length) {
        if (length < DIRECT_BYTES || connection.outputSize() > 0) {
            return false;
        }
        reactor.deadlines.sendingBegins(connection);
        encode(connection, source, offset, length);
        return true;
    }

    private void encode(Connection connection, MemorySegment source, int offset, int length) {
        Layer layer = layering.of(connection);
        if (connection.is(Connection.LAYER_FINISHED)) {
            discard(layer); // there is nobody who could understand it
            return;
        }
        flow.setInput(source, offset, offset + length);
        if (!layering.encode(connection, layer) && connection.isLive()) {
            layering.failed(connection, layer);
        }
    }

    /**
     * Encodes what waits, if the kernel has all that was encoded before, and as much as it takes.
     */
    void encode(Connection connection) {
        Layer layer = layering.of(connection);
        int left = BUDGET;
        while (layer.plain != null && left > 0 && connection.encodedOutput() == 0) {
            int length = gather(connection, layer.plain);
            if (length > 0) {
                encode(connection, plain, 0, length);
            }
            if (!connection.isLive()) {
                return;
            }
            if (layer.plain != null && layer.plain.isEmpty()) {
                discard(layer);
            }
            left -= length;
        }
        if (connection.state == Connection.State.CLOSING) {
            layering.finish(connection);
        }
    }

    /**
     * The kernel has taken what it could: encodes more.
     *
     * @return false if there is nothing to be sent, or it waits for the kernel
     */
    boolean goesOn(Connection connection) {
        Layer layer = layering.of(connection);
        if (layer.plain == null || connection.encodedOutput() > 0) {
            return false;
        }
        encode(connection);
        if (!connection.isLive()) {
            return true;
        }
        if (layer.plain != null) {
            reactor.engine.flushLater(connection);
            return true;
        }
        if (connection.encodedOutput() == 0) {
            return false;
        }
        reactor.engine.flush(connection);
        return true;
    }

    /** Moves what is to be encoded next to one place; answers its length. */
    private int gather(Connection connection, SegmentQueue queue) {
        int length = 0;
        while (length < Layering.PIECE_BYTES && !queue.isEmpty()) {
            int space = Layering.PIECE_BYTES - length;
            int n;
            if (queue.first() instanceof FilePiece range) {
                n = (int) Math.min(space, range.left());
                n = reactor.syscalls.read(range.descriptor(), range.offset(), plain, length, n);
                if (n <= 0) {
                    int errno = n == 0 ? Errno.ENODATA : n == -Errno.EAGAIN ? Errno.EIO : -n;
                    if (errno == Errno.EINTR) {
                        continue;
                    }
                    reactor.closer.failed(connection, Engine.Failure.SENDING_FILE, errno);
                    return 0;
                }
                queue.remove(reactor.segments, n);
            } else {
                assert queue.first() instanceof Segment;
                n = queue.moveTo(reactor.segments, plain, length, space);
            }
            length += n;
        }
        return length;
    }
}
