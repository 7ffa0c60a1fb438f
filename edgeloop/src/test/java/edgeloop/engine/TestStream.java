package edgeloop.engine;

import edgeloop.buffer.SegmentQueue;
import java.lang.foreign.MemorySegment;

/** A stream to which everything may happen. */
final class TestStream extends ByteStream {
    TestStream(int slot) {
        super(slot);
    }

    @Override
    protected void connected(int errno) {}

    @Override
    protected void arrived() {}

    @Override
    protected boolean keep(SegmentQueue queue, MemorySegment source, int offset, int length) {
        return true;
    }

    @Override
    protected int placeUnread(MemorySegment input) {
        return 0;
    }

    @Override
    protected void received(MemorySegment memory, int unread, int length, boolean more) {}

    @Override
    protected void drained() {}

    @Override
    protected void endAhead() {}

    @Override
    protected void endWaits() {}

    @Override
    protected void ended(MemorySegment memory, int unread) {}

    @Override
    protected void sent(int bytes) {}

    @Override
    protected void flushed() {}

    @Override
    protected void failed(Engine.Failure what, int errno) {}

    @Override
    protected void releaseFailed(Engine.Release step, int errno) {}
}
