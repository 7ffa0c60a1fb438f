package edgeloop;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A reactor's channels by slot. A connection keeps its slot when it closes and waits, with it, for
 * the next peer: the table is the pool of connections too.
 */
final class ChannelTable {
    private final boolean reusesConnections;
    private @Nullable Channel[] slots = new @Nullable Channel[64];
    private int size;
    private int firstGeneration;

    /** Slots that were given up; only listeners do that. */
    private final Deque<Integer> freeSlots = new ArrayDeque<>();

    private final Deque<Connection> idleConnections = new ArrayDeque<>();

    ChannelTable(boolean reusesConnections) {
        this.reusesConnections = reusesConnections;
    }

    /** The channel that {@code key} was made for, or null if it is gone. */
    @Nullable Channel find(long key) {
        int slot = (int) key;
        Channel channel = slot >= 0 && slot < size ? slots[slot] : null;
        return channel != null && channel.generation == (int) (key >>> 32) ? channel : null;
    }

    /** Puts a new channel into a free slot. */
    <C extends Channel> C add(IntFunction<C> channel) {
        Integer free = freeSlots.pollLast();
        int slot = free == null ? size++ : free;
        if (slot == slots.length) {
            slots = Arrays.copyOf(slots, 2 * slot);
        }
        C added = channel.apply(slot);
        // Not 1 again: an event for the slot's last user may be on its way.
        added.generation = ++firstGeneration;
        slots[slot] = added;
        return added;
    }

    /** Frees the slot of a channel that will not be used again. */
    void remove(Channel channel) {
        slots[channel.slot] = null;
        freeSlots.addLast(channel.slot);
    }

    /** The connection that was recycled last, or null if there is none. */
    @Nullable Connection takeIdle() {
        return idleConnections.pollLast();
    }

    /** Makes a closed connection's keys stale, and keeps it for the next peer if any is reused. */
    void recycle(Connection connection) {
        connection.generation++;
        if (reusesConnections) {
            idleConnections.addLast(connection);
        } else {
            remove(connection);
        }
    }

    int size() {
        return size;
    }

    @Nullable Channel at(int slot) {
        return slots[slot];
    }
}
