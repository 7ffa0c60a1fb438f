package edgeloop.simulation;

/** Something that is run on a simulated kernel, and of which a seed draws what happens. */
@FunctionalInterface
public interface SimulatedRun {
    /**
     * Runs once, to the end. It must draw whatever it does from {@code choices}, so that the same
     * seed is the same run.
     *
     * @param kernel a new one, without faults: see {@link Faults#drawRates}
     * @param choices of the seed
     * @throws Exception if anything is not as it should be
     */
    void run(SimulatedKernel kernel, Choices choices) throws Exception;
}
