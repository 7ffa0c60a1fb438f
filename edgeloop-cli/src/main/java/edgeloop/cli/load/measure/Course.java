package edgeloop.cli.load.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Slices of time, one after the other. Where they become too many they are joined in pairs, so that
 * a long run needs no more memory.
 */
final class Course {
    static final int MAX_SLICES = 240;

    private List<Slice> slices = new ArrayList<>();

    /** How many intervals make a slice by now, and how many the last slice has. */
    private int intervalsPerSlice = 1;

    private int intervalsInLast = 1;

    void add(Slice slice) {
        if (slices.isEmpty() || intervalsInLast == intervalsPerSlice) {
            slices.add(slice);
            intervalsInLast = 1;
        } else {
            slices.set(slices.size() - 1, slices.getLast().with(slice));
            intervalsInLast++;
        }
        if (slices.size() > MAX_SLICES && intervalsInLast == intervalsPerSlice) {
            joinPairs();
        }
    }

    private void joinPairs() {
        List<Slice> joined = new ArrayList<>();
        for (int i = 0; i + 1 < slices.size(); i += 2) {
            joined.add(slices.get(i).with(slices.get(i + 1)));
        }
        intervalsInLast = 2 * intervalsPerSlice;
        intervalsPerSlice = intervalsInLast;
        if (slices.size() % 2 == 1) {
            joined.add(slices.getLast());
            intervalsInLast /= 2;
        }
        slices = joined;
    }

    /** Takes away what is after {@code atNanos}, the time of the last answer, and answers it. */
    List<Slice> cutOff(long atNanos) {
        List<Slice> kept = new ArrayList<>();
        List<Slice> rest = new ArrayList<>();
        for (Slice slice : slices) {
            if (slice.beginNanos() >= atNanos) {
                rest.add(slice.afterwards());
            } else if (slice.endNanos() > atNanos) {
                kept.add(slice.until(atNanos));
                rest.add(slice.emptyFrom(atNanos));
            } else {
                kept.add(slice);
            }
        }
        slices = kept;
        return rest;
    }

    List<Slice> slices() {
        return slices;
    }
}
