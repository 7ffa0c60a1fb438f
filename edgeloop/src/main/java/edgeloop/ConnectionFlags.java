package edgeloop;

import edgeloop.engine.ByteStream;

/** What is so of a {@link Connection} or not, one bit each. Its state is another matter. */
abstract sealed class ConnectionFlags extends ByteStream permits Connection {
    static final int PAUSED = 1;
    static final int CONGESTED = 1 << 1;
    static final int INPUT_ENDED = 1 << 2;

    /** A request is being read or answered; see {@link ServerStats#requests}. */
    static final int IN_BURST = 1 << 3;

    /** What was read last is not the whole of the burst. */
    static final int BURST_GOES_ON = 1 << 4;

    static final int RESET_ON_CLOSE = 1 << 5;

    /** The peer has sent something. */
    static final int HEARD = 1 << 6;

    /** A layer changes the bytes on their way. */
    static final int LAYERED = 1 << 7;

    /** The layer has more to do, and can't do it now. */
    static final int LAYER_WAITS = 1 << 8;

    /** It was the layer that told of the end of input, and the FIN is yet to come. */
    static final int LAYER_ENDED = 1 << 9;

    /** The layer has said its last. */
    static final int LAYER_FINISHED = 1 << 10;

    static final int ALL_FLAGS = -1;

    private int flags;

    /**
     * @param slot in the table that it is added to
     */
    ConnectionFlags(int slot) {
        super(slot);
    }

    final boolean is(int flag) {
        return (flags & flag) != 0;
    }

    final void set(int which) {
        flags |= which;
    }

    final void set(int flag, boolean value) {
        flags = value ? flags | flag : flags & ~flag;
    }

    final void clear(int flag) {
        flags &= ~flag;
    }
}
