package edgeloop.simulation;

/** The library's own runs, of which a seed draws the kind too. */
final class LibraryRun implements SeedRunner.Body {
    /** One in so many is of each of the rare kinds. */
    private static final int KINDS = 32;

    @Override
    public void run(Case run, SimulatedKernel kernel, Choices choices) throws Exception {
        switch (choices.below(KINDS)) {
            case 1 -> new Exchange(run, kernel, choices).run();
            case 2, 3 -> new WebScenario(run, kernel, choices).run();
            default -> new Scenario(run, kernel, choices).run();
        }
    }
}
