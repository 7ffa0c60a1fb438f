package edgeloop;

import edgeloop.buffer.SegmentPool;
import edgeloop.engine.ChannelTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What happens when connections hold all the memory that they may together, or the kernel has no
 * more: those are cut off that hold most and do not move, and then whoever needed some goes on.
 *
 * <p>A scan looks at each connection once and makes room for many, so that the cost of what a
 * connection keeps does not grow with their number.
 */
final class MemoryShortage {
    /** Whoever moved no byte for so long goes before all who did. */
    private static final int STALLED_MILLIS = 1_000;

    /** A scan makes room for this part of the memory that is held, */
    private static final int PART = 16;

    /** and for so many segments at least. */
    private static final int LEAST_SEGMENTS = 32;

    // What a candidate is sorted by, in one long: whether it stalls, or is about to be closed in
    // any
    // case; how many segments it holds; for how many seconds it has not moved; and its slot.
    private static final int SLOT_BITS = 30;
    private static final int SECONDS_BITS = 12;
    private static final int SEGMENTS_BITS = 19;

    private final ChannelTable<Connection> channels;
    private final SegmentPool segments;
    private final ProblemLog problems;
    private final Deadlines deadlines;
    private final Closer closer;

    MemoryShortage(
            ChannelTable<Connection> channels,
            SegmentPool segments,
            ProblemLog problems,
            Deadlines deadlines,
            Closer closer) {
        this.channels = channels;
        this.segments = segments;
        this.problems = problems;
        this.deadlines = deadlines;
        this.closer = closer;
    }

    /**
     * Cuts connections off until there is room for some segments.
     *
     * @return false if {@code asker} is the next to go: it holds more than others, or nobody else
     *     holds any
     */
    boolean makeRoom(Connection asker) {
        long[] order = candidates();
        int wanted = Math.max(LEAST_SEGMENTS, segments.mappedSegments() / PART);
        int freed = 0;
        int cutOff = 0;
        for (int i = order.length - 1; i >= 0 && freed < wanted; i--) {
            Connection next = at((int) order[i] & (1 << SLOT_BITS) - 1);
            if (next == null || next == asker) {
                break;
            }
            freed += next.segmentsHeld();
            cutOff += next.isLive() ? 1 : 0;
            closer.cutOff(next);
        }
        if (freed == 0 || cutOff > 0) {
            problems.report(Problem.MEMORY_SHORT, 0);
        }
        return freed > 0;
    }

    /** Those who hold memory, the first to go last. */
    private long[] candidates() {
        long[] order = new long[64];
        int count = 0;
        for (int slot = 0; slot < channels.size(); slot++) {
            Connection connection = at(slot);
            int held = connection == null ? 0 : connection.segmentsHeld();
            if (connection != null && held > 0) {
                if (count == order.length) {
                    order = Arrays.copyOf(order, 2 * count);
                }
                order[count++] = rank(connection, held, slot);
            }
        }
        order = Arrays.copyOf(order, count);
        Arrays.sort(order);
        return order;
    }

    private long rank(Connection connection, int held, int slot) {
        int millis = deadlines.millisNotMoved(connection);
        long stalled = !connection.isLive() ? 2 : millis >= STALLED_MILLIS ? 1 : 0;
        long rank = stalled << SEGMENTS_BITS | Math.min(held, (1 << SEGMENTS_BITS) - 1);
        rank = rank << SECONDS_BITS | Math.clamp(millis / 1_000, 0, (1 << SECONDS_BITS) - 1);
        return rank << SLOT_BITS | slot;
    }

    private @Nullable Connection at(int slot) {
        return channels.at(slot) instanceof Connection connection ? connection : null;
    }
}
