package edgeloop.engine;

import edgeloop.bench.PieceBenchmark;
import edgeloop.buffer.SegmentQueue;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** From an event to its channel, with 10,000 of them. */
public class LoopBenchmark extends PieceBenchmark {
    private static final int CHANNELS = 10_000;

    private final ChannelTable<CountingStream> table = new ChannelTable<>(true);
    private final long[] keys = new long[CHANNELS];
    private int next;
    private int dispatched;

    /** The least that an event can come to. */
    private final class CountingStream extends ByteStream {
        CountingStream(int slot) {
            super(slot);
        }

        @Override
        protected void arrived() {
            dispatched++;
        }

        @Override
        protected void connected(int errno) {}

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

    @Setup
    public void fill() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < CHANNELS; i++) {
            keys[i] = table.add(CountingStream::new).key();
        }
        for (int i = CHANNELS - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long key = keys[i];
            keys[i] = keys[j];
            keys[j] = key;
        }
    }

    /** From an event's key to its channel's method, in an order that no cache foresees. */
    @Benchmark
    public int dispatch() {
        if (++next == CHANNELS) {
            next = 0;
        }
        switch (table.find(keys[next])) {
            case ByteStream stream -> stream.arrived();
            case Listener listener -> listener.drained();
            case null -> {}
        }
        return dispatched;
    }
}
