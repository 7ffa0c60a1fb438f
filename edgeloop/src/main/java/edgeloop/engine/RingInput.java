package edgeloop.engine;

import static edgeloop.engine.Bits.BULK;
import static edgeloop.engine.Bits.ENDED;
import static edgeloop.engine.Bits.END_AHEAD;
import static edgeloop.engine.Bits.FIN_RECEIVED;
import static edgeloop.engine.Bits.GONE;
import static edgeloop.engine.Bits.READABLE;
import static edgeloop.engine.Bits.RECEIVING;
import static edgeloop.engine.Bits.REDELIVER;
import static edgeloop.engine.Bits.STARVED;
import static edgeloop.engine.Bits.STOPPING;
import static edgeloop.engine.Bits.WANTED;
import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;
import static edgeloop.sys.RingConstants.IORING_CQE_F_MORE;
import static edgeloop.sys.RingConstants.IORING_CQE_F_SOCK_NONEMPTY;

import edgeloop.buffer.SegmentPool;
import edgeloop.buffer.SegmentQueue;
import edgeloop.poll.Ring;
import edgeloop.sys.Errno;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a ring's receives bring: handed up as it lies in the ring's buffer, or kept where nobody
 * wants it at present or it is too much for one piece. Who has enough of it receives no more until
 * all of that is handed up. Who is in bulk reads for itself, once no receive is under way.
 */
final class RingInput {
    private final RingEngine engine;
    private final Ring ring;
    private final RingOperations operations;
    private final SegmentPool segments;
    private final MemorySegment input;

    /** Whose input is looked for; null once all is here. */
    @Nullable ByteStream asked;

    RingInput(RingEngine engine, Ring ring, RingOperations operations, SegmentPool segments) {
        this.engine = engine;
        this.ring = ring;
        this.operations = operations;
        this.segments = segments;
        this.input = engine.input;
    }

    /** A receive has told something. */
    void received(ByteStream stream, int result, int flags) {
        if ((flags & IORING_CQE_F_MORE) == 0) {
            stream.bits &= ~(RECEIVING | STOPPING);
            engine.changed(stream);
        }
        boolean emptied =
                (flags & (IORING_CQE_F_MORE | IORING_CQE_F_SOCK_NONEMPTY)) == IORING_CQE_F_MORE;
        if (isAsked(stream) && (emptied || result == 0)) {
            asked = null;
        }
        if ((stream.bits & GONE) != 0) {
            return;
        }
        if (result > 0) {
            boolean more = (flags & IORING_CQE_F_SOCK_NONEMPTY) != 0;
            if (more && result == Ring.BUFFER_BYTES) {
                stream.bits |= BULK;
                operations.stopReceiving(stream);
            }
            input(stream, ring.buffer(flags), result, more);
        } else if (result == 0) {
            engine.observe(stream, EPOLLIN | EPOLLRDHUP);
            stream.bits |= FIN_RECEIVED;
            engine.endSeen(stream);
            int _ = read(stream);
        } else if (result == -Errno.ENOBUFS) {
            if ((stream.bits & BULK) == 0) { // else it needs none any more
                stream.bits |= STARVED;
            }
        } else if (result != -Errno.ECANCELED && result != -Errno.EINTR) {
            engine.observe(stream, EPOLLERR | EPOLLHUP);
            receivingFailed(stream, -result);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a stream is itself alone
    private boolean isAsked(ByteStream stream) {
        return asked == stream;
    }

    private void receivingFailed(ByteStream stream, int errno) {
        while ((stream.bits & WANTED) != 0 && stream.held != null) {
            int _ = deliverHeld(stream); // it came before
        }
        if ((stream.bits & GONE) == 0) {
            boolean wanted = (stream.bits & WANTED) != 0;
            stream.bits |= FIN_RECEIVED;
            stream.failed(wanted ? Engine.Failure.RECEIVING : Engine.Failure.SOCKET, errno);
        }
    }

    private void input(ByteStream stream, MemorySegment buffer, int length, boolean more) {
        engine.observe(stream, EPOLLIN);
        if ((stream.bits & READABLE) == 0) {
            stream.bits |= READABLE;
            stream.arrived();
        }
        if ((stream.bits & WANTED) == 0 || stream.held != null) {
            hold(stream, buffer, 0, length);
            return;
        }
        if (!more) {
            stream.bits &= ~READABLE;
        }
        int unread = stream.placeUnread(input);
        if (unread == 0) {
            stream.received(buffer, 0, length, more);
            return;
        }
        int first = Math.min(length, Engine.INPUT_BYTES - unread);
        MemorySegment.copy(buffer, 0, input, unread, first);
        if (first < length) {
            stream.bits |= READABLE;
            hold(stream, buffer, first, length - first);
        }
        if ((stream.bits & GONE) == 0) { // there was memory for it
            stream.received(input, unread, first, more || first < length);
        }
    }

    /** Keeps what can't be handed up now; who has enough of it gets no more for the present. */
    private void hold(ByteStream stream, MemorySegment buffer, int offset, int length) {
        SegmentQueue queue = stream.held;
        if (queue == null) {
            queue = segments.takeQueue();
            stream.held = queue;
        }
        if (!stream.keep(queue, buffer, offset, length)) {
            return; // it was cut off
        }
        if ((stream.bits & WANTED) != 0) {
            engine.toResume.add(stream);
        }
        if (queue.size() >= Engine.INPUT_BYTES) {
            operations.stopReceiving(stream);
        }
    }

    /**
     * Hands up what is kept, and what the kernel has of one in bulk, as far as it is wanted and the
     * budget goes, and the end behind it.
     *
     * @return the bytes handed up
     */
    int read(ByteStream stream) {
        int budget = SocketEngine.BUDGET;
        int handedUp = 0;
        while ((stream.bits & WANTED) != 0 && (hasMore(stream) || (stream.bits & REDELIVER) != 0)) {
            if (budget <= 0) {
                engine.toResume.add(stream);
                return handedUp;
            }
            int bytes = stream.held != null ? deliverHeld(stream) : engine.receive(stream);
            budget -= Math.max(SocketEngine.MIN_COST, bytes);
            handedUp += bytes;
        }
        if ((stream.bits & (WANTED | FIN_RECEIVED | ENDED)) == (WANTED | FIN_RECEIVED)) {
            stream.bits = (stream.bits & ~READABLE) | ENDED;
            stream.ended(input, stream.placeUnread(input));
        }
        tellOfEnd(stream);
        return handedUp;
    }

    /** Whether there is input that can be handed up. */
    boolean hasMore(ByteStream stream) {
        return stream.held != null || ((stream.bits & READABLE) != 0 && readsForItself(stream));
    }

    /** Whether recv(2) is what finds its input. */
    boolean readsForItself(ByteStream stream) {
        return (stream.bits & (BULK | RECEIVING | ENDED | GONE)) == BULK;
    }

    /**
     * One in bulk was told of input, and has read it or does not want the rest yet: if that was
     * little, a buffer will do. A receive finds what is left.
     */
    void leaveBulk(ByteStream stream, int bytes) {
        if (0 < bytes
                && bytes < Ring.BUFFER_BYTES
                && readsForItself(stream)
                && (stream.bits & (READABLE | WANTED)) != (READABLE | WANTED)) {
            stream.bits &= ~(BULK | READABLE);
            operations.stopWatchingForInput(stream);
            engine.changed(stream);
        }
    }

    /** The end is near, and nobody reads: so nothing else will tell of it. */
    void tellOfEnd(ByteStream stream) {
        if ((stream.bits & (END_AHEAD | WANTED | GONE)) == END_AHEAD) {
            stream.endWaits();
        }
    }

    /** Shows what was left unread, and behind it what was kept, as far as there is room. */
    private int deliverHeld(ByteStream stream) {
        int unread = stream.placeUnread(input);
        if ((stream.bits & REDELIVER) != 0) {
            stream.bits &= ~REDELIVER;
            if (unread == 0) { // it may have some of its own to go on with, before it gets more
                stream.received(input, 0, 0, false);
                return 0;
            }
        }
        SegmentQueue queue = Objects.requireNonNull(stream.held);
        int length = queue.moveTo(segments, input, unread, Engine.INPUT_BYTES - unread);
        if (queue.isEmpty()) {
            dropHeld(stream);
            stream.bits &= ~READABLE;
            engine.changed(stream); // it may receive again
        }
        stream.received(input, unread, length, stream.held != null || readsForItself(stream));
        if (readsForItself(stream)) {
            stream.bits |= READABLE; // the kernel may have told of more, and tells once
        }
        return length;
    }

    void dropHeld(ByteStream stream) {
        SegmentQueue queue = stream.held;
        if (queue != null) {
            segments.give(queue);
            stream.held = null;
        }
    }
}
