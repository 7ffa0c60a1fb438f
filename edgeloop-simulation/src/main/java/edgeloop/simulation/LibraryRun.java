package edgeloop.simulation;

import edgeloop.tls.openssl.OpenSsl;

/** The library's own runs, of which a seed draws the kind too. */
final class LibraryRun implements SeedRunner.Body {
    /** One in so many is of each of the rare kinds. */
    private static final int KINDS = 32;

    @Override
    public void run(Case run, SimulatedKernel kernel, Choices choices) throws Exception {
        switch (choices.below(KINDS)) {
            case 1 -> new Exchange(run, kernel, choices).run();
            case 2, 3 -> new WebScenario(run, kernel, choices).run();
            case 4 -> runTls(run, kernel, choices);
            default -> new Scenario(run, kernel, choices).run();
        }
    }

    /** Where there is no OpenSSL, such a seed draws something else. */
    private static void runTls(Case run, SimulatedKernel kernel, Choices choices) {
        if (OpenSsl.missing() == null) {
            TlsScenario.play(run, kernel, choices);
        } else {
            new Scenario(run, kernel, choices).run();
        }
    }
}
