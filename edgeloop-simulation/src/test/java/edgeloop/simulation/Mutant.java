package edgeloop.simulation;

import edgeloop.Transport;
import edgeloop.simulation.mutation.SourceChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A version of the library that is wrong in one place.
 *
 * @param name what is wrong, and the edge case that it is
 * @param file the source file, a class in package {@code edgeloop} or below
 * @param right what it says in the source, once
 * @param wrong what it says instead
 * @param seeds how many seeds it may take until a rule is broken
 * @param only what all of them run
 * @param from the first of the seeds
 */
record Mutant(
        String name, String file, String right, String wrong, int seeds, Only only, long from) {
    private static final Path SOURCES = Path.of("../edgeloop/src/main/java");
    private static final Path TLS_SOURCES = Path.of("../edgeloop-tls/src/main/java");

    /** What all seeds run, in the place of what each of them draws. */
    enum Only {
        WHAT_IS_DRAWN(Probe.class),
        RING(RingProbe.class),
        TLS(TlsProbe.class);

        private final Class<?> probe;

        Only(Class<?> probe) {
            this.probe = probe;
        }
    }

    /** One that each seed runs on what it draws. */
    Mutant(String name, String file, String right, String wrong, int seeds) {
        this(name, file, right, wrong, seeds, Only.WHAT_IS_DRAWN, 1);
    }

    /** One that runs on a ring. */
    static Mutant onRing(String name, String file, String right, String wrong, int seeds) {
        return new Mutant(name, file, right, wrong, seeds, Only.RING, 1);
    }

    /** One that runs with TLS. */
    static Mutant withTls(String name, String file, String right, String wrong, int seeds) {
        return new Mutant(name, file, right, wrong, seeds, Only.TLS, 1);
    }

    /**
     * The same, looked for from a seed on that is not far from the first that finds it. For what is
     * so rare that most of the time would go into seeds that don't.
     */
    Mutant rarely(long first) {
        return new Mutant(name, file, right, wrong, seeds, only, first);
    }

    /** The last of the seeds. */
    long last() {
        return from + seeds - 1;
    }

    /** The number of the first seed from {@code from} that breaks a rule, and which. */
    record Finding(long seed, String rule) {}

    /**
     * Runs seeds until one breaks a rule.
     *
     * @param folder an empty one, for the changed classes
     */
    Finding hunt(Path folder) throws IOException, ReflectiveOperationException {
        LongFunction<String> probe = load(folder);
        for (long seed = from; seed <= last(); seed++) {
            String failure = probe.apply(seed);
            if (failure != null) {
                return new Finding(seed, failure);
            }
        }
        throw new AssertionError(name + ": not found by " + seeds + " seeds from " + from);
    }

    @SuppressWarnings("unchecked") // the class is one of those below, in a copy
    private LongFunction<String> load(Path folder)
            throws IOException, ReflectiveOperationException {
        return (LongFunction<String>)
                new SourceChange(
                                file.startsWith("tls/") ? TLS_SOURCES : SOURCES,
                                "edgeloop/" + file,
                                right,
                                wrong)
                        .load(only.probe, folder);
    }

    /** Runs seeds; loaded with the library that it is to test. */
    public static class Probe implements LongFunction<String> {
        private final @Nullable Transport transport;
        private final SeedRunner.Body body;
        private SeedRunner runner;

        /** For {@link #load}. */
        public Probe() {
            this(null, new LibraryRun());
        }

        private Probe(@Nullable Transport transport, SeedRunner.Body body) {
            this.transport = transport;
            this.body = body;
            this.runner = new SeedRunner(body);
        }

        /** What rule {@code seed} breaks, or null. */
        @Override
        public String apply(long seed) {
            Throwable failure = runner.run(Case.of(seed).withTransport(transport), null);
            if (failure == null) {
                return null;
            }
            runner = new SeedRunner(body);
            return failure.toString();
        }
    }

    /** The same on a ring. */
    public static final class RingProbe extends Probe {
        /** For {@link #load}. */
        public RingProbe() {
            super(Transport.IO_URING, new LibraryRun());
        }
    }

    /** The same of TLS alone. */
    public static final class TlsProbe extends Probe {
        /** For {@link #load}. */
        public TlsProbe() {
            super(null, TlsScenario::play);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
