package edgeloop.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Channels that wait for their turn, each of them once.
 *
 * @param <C> what kind of channels
 */
final class ChannelQueue<C extends Channel> {
    private final Deque<C> channels = new ArrayDeque<>();
    private final int mark;

    /**
     * @param mark the bit of a channel that says that it is in this queue
     */
    ChannelQueue(int mark) {
        this.mark = mark;
    }

    void add(C channel) {
        if ((channel.bits & mark) == 0) {
            channel.bits |= mark;
            channels.addLast(channel);
        }
    }

    /** Takes the first out. */
    C remove() {
        C channel = channels.removeFirst();
        channel.bits &= ~mark;
        return channel;
    }

    /** Those that are there now; one that is added during a step of the turn waits for the next. */
    int size() {
        return channels.size();
    }

    boolean isEmpty() {
        return channels.isEmpty();
    }
}
