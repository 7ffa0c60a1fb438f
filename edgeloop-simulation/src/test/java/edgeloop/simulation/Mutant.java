package edgeloop.simulation;

import edgeloop.simulation.mutation.SourceChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongFunction;

/**
 * A version of the library that is wrong in one place.
 *
 * @param name what is wrong, and the edge case that it is
 * @param file the source file, a class in package {@code edgeloop} or below
 * @param right what it says in the source, once
 * @param wrong what it says instead
 * @param seeds how many seeds it may take until a rule is broken
 */
record Mutant(String name, String file, String right, String wrong, int seeds) {
    private static final Path SOURCES = Path.of("../edgeloop/src/main/java");

    /** The number of the first seed from {@code from} that breaks a rule, and which. */
    record Finding(long seed, String rule) {}

    /**
     * Runs seeds until one breaks a rule.
     *
     * @param folder an empty one, for the changed classes
     */
    Finding hunt(long from, Path folder) throws IOException, ReflectiveOperationException {
        LongFunction<String> probe = load(folder);
        for (long seed = from; seed < from + seeds; seed++) {
            String failure = probe.apply(seed);
            if (failure != null) {
                return new Finding(seed, failure);
            }
        }
        throw new AssertionError(name + ": not found by " + seeds + " seeds from " + from);
    }

    @SuppressWarnings("unchecked") // the class is the one below, in a copy
    private LongFunction<String> load(Path folder)
            throws IOException, ReflectiveOperationException {
        return (LongFunction<String>)
                new SourceChange(SOURCES, "edgeloop/" + file, right, wrong)
                        .load(Probe.class, folder);
    }

    /** Runs seeds; loaded with the library that it is to test. */
    public static final class Probe implements LongFunction<String> {
        private SeedRunner runner = new SeedRunner();

        /** For {@link #load}. */
        public Probe() {}

        /** What rule {@code seed} breaks, or null. */
        @Override
        public String apply(long seed) {
            Throwable failure = runner.run(Case.of(seed), null);
            if (failure == null) {
                return null;
            }
            runner = new SeedRunner();
            return failure.toString();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
