package edgeloop.simulation;

import org.jspecify.annotations.Nullable;

/** Runs {@link Case}s one after the other, on one thread. */
final class SeedRunner {
    /** One run in so many is of each of the rare kinds. */
    private static final int KINDS = 32;

    private SimulatedKernel kernel = new SimulatedKernel(Choices.none());

    /** The trace hash of the last run. */
    long hash() {
        return kernel.traceHash();
    }

    /** Runs {@code run}; answers what went wrong, or null. */
    @Nullable Throwable run(Case run, @Nullable Trace trace) {
        return run(run, Choices.ofSeed(run.seed()), trace);
    }

    /** Runs what {@code choices} draw, with what {@code run} leaves out of it. */
    @Nullable Throwable run(Case run, Choices choices, @Nullable Trace trace) {
        kernel = kernel.successor(choices);
        kernel.setTrace(trace);
        try {
            switch (choices.below(KINDS)) {
                case 1 -> new Exchange(run, kernel, choices).run();
                default -> new Scenario(run, kernel, choices).run();
            }
            return null;
        } catch (Exception | Error e) {
            return e;
        }
    }
}
