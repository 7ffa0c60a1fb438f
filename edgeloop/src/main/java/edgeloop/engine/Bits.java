package edgeloop.engine;

import edgeloop.sys.EpollEvents;

/** What an engine knows of a channel, {@link Channel#bits}; from 1 << 16 on each its own. */
final class Bits {
    // Edges seen, or what may be one: set until the kernel answers EAGAIN.
    static final int READABLE = 1;
    static final int WRITABLE = 1 << 1;

    /** The poller has told of a FIN or of an error, which recv is to find, or recv has the FIN. */
    static final int END_AHEAD = 1 << 2;

    /** recv has found the FIN. */
    static final int ENDED = 1 << 3;

    /** The poller has told of an error that may not have been found yet. */
    static final int BROKEN = 1 << 4;

    static final int CONNECTING = 1 << 5;

    // The demand; neither of the two is END.
    static final int WANTED = 1 << 6;
    static final int GONE = 1 << 7;

    /** What the handler left unread is to be shown to it again, though nothing new has come. */
    static final int REDELIVER = 1 << 8;

    // In a queue of the engine's.
    static final int TO_RESUME = 1 << 9;
    static final int TO_FLUSH = 1 << 10;
    static final int TO_ARM = 1 << 11;
    static final int QUEUED = TO_RESUME | TO_FLUSH | TO_ARM;

    /** The poller has told of urgent data. */
    static final int URGENT = 1 << 12;

    /** The poller has told of it, and may tell no more before it is asked anew. */
    static final int DISARMED = 1 << 13;

    /** A listener that is not registered for now. */
    static final int HELD = 1 << 14;

    /** What a stream can be watched for; the bits are these, moved to where others are free. */
    static final int EVENTS = EpollEvents.EPOLLIN | EpollEvents.EPOLLOUT | EpollEvents.EPOLLRDHUP;

    static final int EVENTS_SHIFT = 16;

    // What a ring has under way for a stream, or for a listener.
    static final int RECEIVING = 1 << 16;
    static final int SENDING = 1 << 17;
    static final int ROOM_POLLED = 1 << 18;
    static final int END_POLLED = 1 << 19;
    static final int LISTENING = 1 << 20;

    /** There was no buffer for its input. */
    static final int STARVED = 1 << 21;

    /** The ring has nothing more to receive: not all of what it has may have been handed up. */
    static final int FIN_RECEIVED = 1 << 22;

    /** What receives is cancelled. */
    static final int STOPPING = 1 << 23;

    // Of a ring's streams alone, where what a poller or a listener needs is not.
    /** Its input is more than the ring's buffers are for: it goes by readiness. */
    static final int BULK = URGENT;

    static final int INPUT_POLLED = DISARMED;

    /** In which round of the ring something was asked for last. */
    static final int ROUND_SHIFT = 24;

    static final int ROUND_MASK = 0xff;
    static final int BELOW_ROUND = (1 << ROUND_SHIFT) - 1;

    private Bits() {}
}
