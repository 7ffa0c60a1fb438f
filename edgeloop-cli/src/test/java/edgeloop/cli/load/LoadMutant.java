package edgeloop.cli.load;

import edgeloop.simulation.mutation.SourceChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongFunction;

/**
 * A version of the load tester that is wrong in one place.
 *
 * @param name what is wrong
 * @param file the source file, below {@code edgeloop/cli/load}
 * @param right what it says in the source, once
 * @param wrong what it says instead
 * @param seeds how many seeds it may take until a figure is not the truth
 */
record LoadMutant(String name, String file, String right, String wrong, int seeds) {
    private static final Path SOURCES = Path.of("src/main/java");

    /** The first seed whose figures are wrong, from 1, and what is said of them. */
    record Finding(long seed, String what) {}

    /**
     * Runs seeds from 1 until one shows it.
     *
     * @param folder an empty one, for the changed class
     */
    Finding hunt(Path folder) throws IOException, ReflectiveOperationException {
        LongFunction<String> probe = load(folder);
        for (long seed = 1; seed <= seeds; seed++) {
            String failure = probe.apply(seed);
            if (failure != null) {
                return new Finding(seed, failure);
            }
        }
        throw new AssertionError(name + ": not found by " + seeds + " seeds");
    }

    @SuppressWarnings("unchecked") // the class is the one below, in a copy
    private LongFunction<String> load(Path folder)
            throws IOException, ReflectiveOperationException {
        return (LongFunction<String>)
                new SourceChange(SOURCES, "edgeloop/cli/load/" + file, right, wrong)
                        .load(Probe.class, folder);
    }

    /** Runs seeds; loaded with the load tester that it is to test. */
    public static final class Probe implements LongFunction<String> {
        /** For {@link #load}. */
        public Probe() {}

        /** What is wrong in the runs of {@code seed}, or null. */
        @Override
        public String apply(long seed) {
            try {
                Path folder = Files.createTempDirectory("edgeloop");
                try {
                    KnownRun run = KnownRun.of(seed);
                    KnownRun.Outcome _ = run.check(folder, 1);
                    KnownRun.Outcome _ = run.check(folder, run.severalThreads());
                    TroubledRun.of(seed).check(folder);
                    InterruptedRun.of(seed).check();
                } finally {
                    for (String file : folder.toFile().list()) {
                        Files.delete(folder.resolve(file));
                    }
                    Files.delete(folder);
                }
                return null;
            } catch (Exception | AssertionError e) {
                return String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
