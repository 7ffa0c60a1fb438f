package edgeloop.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A reactor's channels by slot. A stream keeps its slot when it closes and waits, with it, for the
 * next peer: the table is the pool of streams too.
 *
 * @param <S> the reactor's streams
 */
public final class ChannelTable<S extends ByteStream> {
    private final boolean reusesStreams;
    private @Nullable Channel[] slots = new @Nullable Channel[64];
    private int size;
    private int firstGeneration;

    /** Slots that were given up; only listeners do that. */
    private final Deque<Integer> freeSlots = new ArrayDeque<>();

    private final Deque<S> idleStreams = new ArrayDeque<>();

    /**
     * @param reusesStreams whether a stream that has closed serves again
     */
    public ChannelTable(boolean reusesStreams) {
        this.reusesStreams = reusesStreams;
    }

    /** The channel that {@code key} was made for, or null if it is gone. */
    @Nullable Channel find(long key) {
        int slot = (int) key;
        Channel channel = slot >= 0 && slot < size ? slots[slot] : null;
        return channel != null && channel.generation == (int) (key >>> 32) ? channel : null;
    }

    /** Puts a new channel into a free slot. */
    public <C extends Channel> C add(IntFunction<C> channel) {
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
    public void remove(Channel channel) {
        slots[channel.slot] = null;
        freeSlots.addLast(channel.slot);
    }

    /** The stream that was recycled last, or null if there is none. */
    public @Nullable S takeIdle() {
        return idleStreams.pollLast();
    }

    /** Makes a closed stream's keys stale, and keeps it for the next peer if any is reused. */
    public void recycle(S stream) {
        stream.generation++;
        if (reusesStreams) {
            idleStreams.addLast(stream);
        } else {
            remove(stream);
        }
    }

    public int size() {
        return size;
    }

    public @Nullable Channel at(int slot) {
        return slots[slot];
    }
}
