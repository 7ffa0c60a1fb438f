package edgeloop.layer;

import edgeloop.buffer.SegmentQueue;
import org.jspecify.annotations.Nullable;

/**
 * What changes one connection's bytes on their way, as TLS does. The core drives it, always on the
 * reactor's thread: it hands over what the peer has sent and takes what the handler may see, hands
 * over what the handler writes, and finds in the {@link Sink} what is to be sent. No call of one
 * layer is made within that of another.
 */
public abstract class Layer {
    /** What {@link #decode} has come to. */
    public enum Step {
        /**
         * More input is needed; what was not taken is handed over again in front of it, as long as
         * it is less than 64 KiB.
         */
        WANTS_INPUT,
        /** There is more where this came from, or there was no room for all: to be called again. */
        GOES_ON,
        /** What comes next takes long: to be called again when others have had their turn. */
        WAITS_FOR_TURN,
        /** Another thread works on it, and says when it is done, {@link Sink#continuation}. */
        WAITS_FOR_TASK,
        /** The handshake is over. Once, and to be called again. */
        ESTABLISHED,
        /** The peer has said that nothing more comes. So at each call from then on. */
        ENDED,
        /** The peer can't be spoken with; {@link #failure} says why. Nothing more is called for. */
        FAILED
    }

    // The core's, which keeps it here so that a connection without a layer pays nothing.

    /** Input that was not taken yet, lent by the pool; null if none. */
    public @Nullable SegmentQueue kept;

    /** Output that is yet to be encoded, lent by the pool; null if none. */
    public @Nullable SegmentQueue plain;

    /** When the kernel had connected the two, on the reactor's clock. */
    public long beganNanos;

    /** How long the handshake took, once it is over. */
    public long handshakeNanos;

    protected Layer() {}

    /** {@return the bytes that wait to be encoded, those of files included} */
    public final long plainSize() {
        return plain == null ? 0 : plain.size();
    }

    /** {@return the bytes of input that were not taken yet} */
    public final long keptSize() {
        return kept == null ? 0 : kept.size();
    }

    /** {@return the segments of memory that both take} */
    public final int segments() {
        return (plain == null ? 0 : plain.segments()) + (kept == null ? 0 : kept.segments());
    }

    /**
     * Takes input, makes plaintext of it, and hands what the protocol answers to the sink. What it
     * throws ends the connection, as a handler's exception does; likewise of {@link #encode} and
     * {@link #finish}.
     *
     * @param flow where to read, and where to write; there is room for a byte at least, and need
     *     not be for a whole record
     */
    public abstract Step decode(Flow flow);

    /**
     * Encodes all of what {@link Flow#setInput} was given.
     *
     * @return false if it failed, as {@link Step#FAILED}
     */
    public abstract boolean encode(Flow flow);

    /** Tells the peer that nothing more comes. */
    public abstract void finish();

    /** {@return what went wrong, in words for people} */
    public abstract String failure();

    /** {@return whether that was no more than a peer of another protocol, who was told so} */
    public boolean isStranger() {
        return false;
    }

    /** {@return whether an earlier session was taken up again} */
    public abstract boolean isResumed();

    /** {@return what the two sides have agreed on, once established} */
    public abstract Agreement agreement();

    /** The connection has closed: gives back what the layer holds. A task may still be at work. */
    public abstract void dispose();
}
