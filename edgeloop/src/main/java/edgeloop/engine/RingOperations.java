package edgeloop.engine;

import static edgeloop.engine.Bits.END_POLLED;
import static edgeloop.engine.Bits.INPUT_POLLED;
import static edgeloop.engine.Bits.LISTENING;
import static edgeloop.engine.Bits.RECEIVING;
import static edgeloop.engine.Bits.ROOM_POLLED;
import static edgeloop.engine.Bits.SENDING;
import static edgeloop.engine.Bits.STOPPING;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;

import edgeloop.buffer.Segment;
import edgeloop.poll.Ring;

/**
 * What a ring has under way for channels: at most one operation of each kind for each, which the
 * channel's bits tell of. What an operation is submitted with is the channel's key and the kind; so
 * a completion that comes when the channel has a new user finds nobody.
 */
final class RingOperations {
    static final int RECEIVE = 1;
    static final int SEND = 2;
    static final int POLL_ROOM = 3;
    static final int POLL_END = 4;
    static final int POLL_INPUT = 5;
    private static final int POLL_LISTENER = 6;

    // The kind is in the upper bits of the key's slot.
    private static final int KIND_SHIFT = 28;
    private static final long KIND_MASK = 0xfL << KIND_SHIFT;

    private final Ring ring;

    /** How many calls have taken all that was written. */
    private int round;

    private int begun;

    RingOperations(Ring ring) {
        this.ring = ring;
    }

    static long key(long data) {
        return data & ~KIND_MASK;
    }

    static int kind(long data) {
        return (int) (data & KIND_MASK) >>> KIND_SHIFT;
    }

    private static long data(Channel channel, int kind) {
        return channel.key() | (long) kind << KIND_SHIFT;
    }

    // ---- What begins --------------------------------------------------------------------------

    void receive(ByteStream stream) {
        ring.receive(stream.fd, submitting(stream, RECEIVING, RECEIVE));
    }

    /** The segment must lie where it is until the next call has returned. */
    void send(ByteStream stream, Segment segment) {
        long data = submitting(stream, SENDING, SEND);
        ring.send(stream.fd, segment.memory(), segment.start(), segment.size(), data);
    }

    void watchForRoom(ByteStream stream) {
        ring.poll(stream.fd, EPOLLOUT, submitting(stream, ROOM_POLLED, POLL_ROOM));
    }

    void watchForEnd(ByteStream stream) {
        ring.poll(stream.fd, EPOLLRDHUP, submitting(stream, END_POLLED, POLL_END));
    }

    /** And for the end as well. */
    void watchForInput(ByteStream stream) {
        int events = EPOLLIN | EPOLLRDHUP;
        ring.poll(stream.fd, events, submitting(stream, INPUT_POLLED, POLL_INPUT));
    }

    /**
     * Of a socket that others listen on too, all are told: EPOLLEXCLUSIVE, of a ring, tells the
     * first alone, however busy it is. epoll goes on to the next if nobody sleeps on it.
     */
    void watch(Listener listener) {
        ring.poll(listener.fd, EPOLLIN, submitting(listener, LISTENING, POLL_LISTENER));
    }

    /** What is about to be submitted for a channel, which says so in its bits. */
    private long submitting(Channel channel, int mark, int kind) {
        begun++;
        channel.bits =
                (channel.bits & Bits.BELOW_ROUND)
                        | mark
                        | (round & Bits.ROUND_MASK) << Bits.ROUND_SHIFT;
        return data(channel, kind);
    }

    /** How many were begun so far; a number that wraps. */
    int begun() {
        return begun;
    }

    /** A call has returned. */
    void entered() {
        if (ring.hasTakenAll()) {
            round++;
        }
    }

    // ---- What is ended ------------------------------------------------------------------------

    /** Has the kernel end the receive, which tells of it. */
    void stopReceiving(ByteStream stream) {
        if ((stream.bits & (RECEIVING | STOPPING)) == RECEIVING) {
            stream.bits |= STOPPING;
            ring.cancel(data(stream, RECEIVE));
        }
    }

    /** Likewise. */
    void stopWatchingForInput(ByteStream stream) {
        if ((stream.bits & INPUT_POLLED) != 0) {
            ring.cancel(data(stream, POLL_INPUT));
        }
    }

    /** Likewise. */
    void stopWatching(Listener listener) {
        if ((listener.bits & LISTENING) != 0) {
            ring.cancel(data(listener, POLL_LISTENER));
        }
    }

    /**
     * Of a channel whose socket is to be closed: nobody is to hear of any of it. What is cancelled
     * holds the socket until the next call, and only then its FIN goes out.
     */
    void withdraw(Channel channel) {
        withdraw(channel, RECEIVING, RECEIVE);
        withdraw(channel, SENDING, SEND);
        withdraw(channel, ROOM_POLLED, POLL_ROOM);
        withdraw(channel, END_POLLED, POLL_END);
        withdraw(channel, INPUT_POLLED, POLL_INPUT);
        withdraw(channel, LISTENING, POLL_LISTENER);
    }

    /** The same of what is being sent alone: then its memory is free. */
    void withdrawSend(ByteStream stream) {
        withdraw(stream, SENDING, SEND);
    }

    private void withdraw(Channel channel, int mark, int kind) {
        if ((channel.bits & mark) == 0) {
            return;
        }
        channel.bits &= ~mark;
        long data = data(channel, kind);
        boolean fresh = (channel.bits >>> Bits.ROUND_SHIFT) == (round & Bits.ROUND_MASK);
        // What of a send the kernel has heard of is over.
        if (!(fresh && ring.takeBack(data)) && kind != SEND) {
            ring.cancel(data);
        }
    }
}
