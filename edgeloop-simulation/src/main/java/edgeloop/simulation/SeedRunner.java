package edgeloop.simulation;

import org.jspecify.annotations.Nullable;

/** Runs {@link Case}s one after the other, on one thread. */
final class SeedRunner {
    private final Body body;
    private SimulatedKernel kernel = new SimulatedKernel(Choices.none());

    /** What is run. */
    interface Body {
        void run(Case run, SimulatedKernel kernel, Choices choices) throws Exception;
    }

    /** Runs the library's own. */
    SeedRunner() {
        this(new LibraryRun());
    }

    SeedRunner(Body body) {
        this.body = body;
    }

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
        kernel.faults().drop(run.droppedFaults(), run.faultLimit());
        try {
            body.run(run, kernel, choices);
            return null;
        } catch (Exception | Error e) {
            return e;
        }
    }
}
