package edgeloop.engine;

import edgeloop.buffer.SegmentQueue;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A connection as an engine sees it: what is received is pushed into it, what is to be sent is
 * pulled from it, and it never learns whether readiness or a completion moved the bytes.
 *
 * <p>No member is public: those of a subclass that users see are all that they see.
 */
public abstract non-sealed class ByteStream extends Channel {
    /** What waits to be sent, lent by the pool; null if nothing does. */
    protected @Nullable SegmentQueue output;

    /** What has come before it was wanted, lent by the pool; null if nothing has. */
    @Nullable SegmentQueue held;

    /**
     * @param slot in the table that it is added to
     */
    protected ByteStream(int slot) {
        super(slot);
    }

    /** {@return the bytes that wait to be sent, those of files included} */
    protected final long waitingOutput() {
        return output == null ? 0 : output.size();
    }

    /**
     * {@return the bytes that have come and are not handed up yet} The kernel has no more of them.
     */
    protected final long heldInput() {
        return held == null ? 0 : held.size();
    }

    /** {@return the segments of memory that those take} */
    protected final int heldSegments() {
        return held == null ? 0 : held.segments();
    }

    /**
     * Keeps a copy of input that can't be handed up yet.
     *
     * @param queue where to
     * @return false if there was no memory for it: then this is about to be closed
     */
    protected abstract boolean keep(
            SegmentQueue queue, MemorySegment source, int offset, int length);

    /**
     * connect(2) has come to its end.
     *
     * @param errno 0, or why it failed
     */
    protected abstract void connected(int errno);

    /** There may be input, and there was none before. Comes before the first byte of it. */
    protected abstract void arrived();

    /**
     * Puts what was delivered and left unread where input is about to be received behind it.
     *
     * @param input of {@link Engine#INPUT_BYTES}
     * @return its length in bytes, less than those
     */
    protected abstract int placeUnread(MemorySegment input);

    /**
     * Input is here.
     *
     * @param memory begins with what was unread, and behind it is what is new; valid until this
     *     returns
     * @param unread the bytes delivered before
     * @param length the new bytes; 0 only where it was asked to {@linkplain Engine#receiveLater
     *     show} the unread ones again, of which there may be none
     * @param more whether more of the same burst may be in the kernel
     */
    protected abstract void received(MemorySegment memory, int unread, int length, boolean more);

    /** The kernel has no more input at present. */
    protected abstract void drained();

    /**
     * The peer's end, or an error, is somewhere behind what has not been received yet. Once, until
     * {@link #drained} takes it back.
     */
    protected abstract void endAhead();

    /** Likewise, and nobody receives: no event will tell more. After each look at the input. */
    protected abstract void endWaits();

    /**
     * The peer has finished: no input comes any more.
     *
     * @param memory begins with what was unread; valid until this returns
     * @param unread its length in bytes
     */
    protected abstract void ended(MemorySegment memory, int unread);

    /**
     * The kernel has taken output.
     *
     * @param bytes how much, from 0
     */
    protected abstract void sent(int bytes);

    /**
     * Output was handed to the kernel: what waits now is what it does not take at present, or is
     * over the budget.
     */
    protected abstract void flushed();

    /**
     * A call of the kernel failed for good.
     *
     * @param what what was to be done
     * @param errno as a positive number
     */
    protected abstract void failed(Engine.Failure what, int errno);
}
