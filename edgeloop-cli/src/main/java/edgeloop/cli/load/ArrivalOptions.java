package edgeloop.cli.load;

import picocli.CommandLine.Option;

/** When the requests of an open loop are due, and all else that is random. */
final class ArrivalOptions {
    @Option(
            names = "--arrivals",
            paramLabel = "KIND",
            defaultValue = "constant",
            description = "Gaps between due requests: constant or poisson (default: constant).")
    private Arrivals arrivals = Arrivals.constant;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = CountConverter.Seed.class,
            defaultValue = "1",
            description = "Of all that is random (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** The names are what the user writes. */
    enum Arrivals {
        constant,
        poisson
    }

    boolean poisson() {
        return arrivals == Arrivals.poisson;
    }

    /** As the user writes it. */
    String kind() {
        return arrivals.name();
    }

    long seed() {
        return seed;
    }
}
