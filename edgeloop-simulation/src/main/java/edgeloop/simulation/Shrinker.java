package edgeloop.simulation;

import org.jspecify.annotations.Nullable;

/** Leaves out of a failing {@link Case} whatever it fails without. */
final class Shrinker {
    private final SeedRunner runner;

    Shrinker(SeedRunner runner) {
        this.runner = runner;
    }

    /** The same failure with fewer peers and faults; {@code failed} itself if nothing can go. */
    Case shrink(Case failed) {
        String failure = failureOf(failed);
        if (failure == null) {
            return failed;
        }
        Case shortest = failed;
        Case before;
        do {
            before = shortest;
            shortest = dropFaults(dropPeers(shortest, failure), failure);
            shortest = limitFaults(shortest, failure);
        } while (!shortest.equals(before));
        return shortest;
    }

    private Case dropPeers(Case start, String failure) {
        Case shortest = start;
        for (int peer = 0; peer < Long.SIZE; peer++) {
            shortest = shorter(shortest, shortest.withoutPeers(1L << peer), failure);
        }
        return shortest;
    }

    @SuppressWarnings("EnumOrdinal") // a case names the kinds it leaves out by their numbers
    private Case dropFaults(Case start, String failure) {
        Case shortest = start;
        for (Fault fault : Fault.values()) {
            shortest = shorter(shortest, shortest.withoutFaults(1L << fault.ordinal()), failure);
        }
        return shortest;
    }

    /** The fewest faults from the first on: found by halving, as the failure is mostly the last. */
    private Case limitFaults(Case start, String failure) {
        Case shortest = start;
        int low = 0;
        int high = Math.min(start.faultLimit(), 1 << 20);
        while (low < high) {
            int middle = (low + high) >>> 1;
            Case tried = start.withFaultLimit(middle);
            if (failure.equals(failureOf(tried))) {
                shortest = tried;
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return shortest;
    }

    private Case shorter(Case current, Case tried, String failure) {
        return tried.equals(current) || !failure.equals(failureOf(tried)) ? current : tried;
    }

    /** What goes wrong, without the numbers, which change with the case; null if nothing does. */
    private @Nullable String failureOf(Case run) {
        Throwable failure = runner.run(run, null);
        return failure == null ? null : failure.toString().replaceAll("\\d+", "#");
    }
}
