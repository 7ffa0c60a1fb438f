package edgeloop.cli.load.engine;

import org.jspecify.annotations.Nullable;

/** The slots that may send, in the order in which they became free; each at most once. */
final class SlotQueue {
    private final @Nullable Slot[] slots;
    private int first;
    private int size;

    SlotQueue(int capacity) {
        slots = new @Nullable Slot[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Adds {@code slot}, unless it is queued already. */
    void add(Slot slot) {
        if (!slot.queued) {
            slot.queued = true;
            int at = first + size++;
            slots[at < slots.length ? at : at - slots.length] = slot;
        }
    }

    @Nullable Slot poll() {
        if (size == 0) {
            return null;
        }
        Slot slot = slots[first];
        slots[first] = null;
        first = first + 1 == slots.length ? 0 : first + 1;
        size--;
        if (slot != null) {
            slot.queued = false;
        }
        return slot;
    }

    void clear() {
        while (poll() != null) {}
    }
}
