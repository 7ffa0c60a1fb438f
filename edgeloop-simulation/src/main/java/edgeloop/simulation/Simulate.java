package edgeloop.simulation;

import edgeloop.Transport;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the simulation: runs many seeds, or one with its trace.
 *
 * <pre>
 * --seeds=N          how many (1,000,000)
 * --from=N           the first one (drawn from the clock)
 * --threads=N        on how many threads (one for each processor)
 * --engine=NAME      epoll or io_uring; else the seed draws it
 * --seed=N           this one alone, and show its trace
 * --drop-peers=MASK  of that one, leave these peers out
 * --drop-faults=MASK of that one, leave these kinds of faults out
 * --faults=N         of that one, only the first N faults
 * </pre>
 *
 * <p>Exit codes: 0 all is well, 1 a rule was broken, 2 a bad option.
 */
public final class Simulate {
    private static final int CHUNK = 1_000;
    private static final long PROGRESS_NANOS = 10_000_000_000L;
    private static final int MAX_TRACE_LINES = 400;

    private long seeds = 1_000_000;
    private long from = System.currentTimeMillis() * 1_000;
    private int threads = Runtime.getRuntime().availableProcessors();
    private @Nullable Transport engine;
    private @Nullable Case single;
    private long droppedPeers;
    private long droppedFaults;
    private int faultLimit = Integer.MAX_VALUE;

    private Simulate() {}

    /** Runs the command line. */
    public static void main(String[] arguments) {
        Simulate simulate = new Simulate();
        try {
            for (String argument : arguments) {
                simulate.parse(argument);
            }
        } catch (IllegalArgumentException e) {
            System.err.println("simulate: " + e.getMessage());
            System.exit(2);
        }
        System.exit(simulate.run() ? 0 : 1);
    }

    private void parse(String argument) {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        String value = argument.substring(equals + 1);
        try {
            switch (name) {
                case "--seeds" -> seeds = positive(value);
                case "--from" -> from = Long.parseLong(value);
                case "--threads" -> threads = (int) Math.min(1_024, positive(value));
                case "--seed" -> single = Case.of(Long.parseLong(value));
                case "--engine" -> engine = engine(value);
                case "--drop-peers" -> droppedPeers = Case.mask(value);
                case "--drop-faults" -> droppedFaults = Case.mask(value);
                case "--faults" -> faultLimit = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("no such option: " + argument);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: " + argument, e);
        }
    }

    private static @Nullable Transport engine(String name) {
        return switch (name) {
            case "epoll" -> Transport.EPOLL;
            case "io_uring" -> Transport.IO_URING;
            default -> throw new IllegalArgumentException("not epoll or io_uring: " + name);
        };
    }

    private static long positive(String value) {
        long number = Long.parseLong(value);
        if (number < 1) {
            throw new NumberFormatException();
        }
        return number;
    }

    private boolean run() {
        Case one = single;
        if (one == null) {
            return runMany();
        }
        return show(
                one.withTransport(engine)
                        .withoutPeers(droppedPeers)
                        .withoutFaults(droppedFaults)
                        .withFaultLimit(faultLimit));
    }

    /** Runs one case and prints its trace. */
    private static boolean show(Case run) {
        Trace trace = new Trace();
        Throwable failure = new SeedRunner().run(run, trace);
        System.out.print(trace);
        if (failure == null) {
            System.out.println("No rule was broken.");
            return true;
        }
        failure.printStackTrace(System.out);
        return false;
    }

    private boolean runMany() {
        System.out.printf("Seeds %d to %d on %d threads%n", from, from + seeds - 1, threads);
        AtomicLong next = new AtomicLong(from);
        AtomicReference<@Nullable Case> failed = new AtomicReference<>();
        long start = System.nanoTime();
        Thread[] workers = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            workers[i] = Thread.ofPlatform().name("seeds-" + i).start(() -> work(next, failed));
        }
        watch(workers, next, start);
        long done = Math.min(next.get() - from, seeds);
        Case failure = failed.get();
        if (failure == null) {
            System.out.printf("%s: no rule was broken.%n", progress(done, start));
            return true;
        }
        report(failure);
        return false;
    }

    private void work(AtomicLong next, AtomicReference<@Nullable Case> failed) {
        SeedRunner runner = new SeedRunner();
        long end = from + seeds;
        while (failed.get() == null) {
            long first = next.getAndAdd(CHUNK);
            if (first >= end) {
                return;
            }
            for (long seed = first; seed < Math.min(first + CHUNK, end); seed++) {
                Case run = Case.of(seed).withTransport(engine);
                if (runner.run(run, null) != null) {
                    failed.compareAndSet(null, run);
                    return;
                }
            }
        }
    }

    private void watch(Thread[] workers, AtomicLong next, long start) {
        long shown = start;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join(1_000);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                if (System.nanoTime() - shown >= PROGRESS_NANOS) {
                    shown = System.nanoTime();
                    System.err.println(progress(Math.min(next.get() - from, seeds), start));
                }
            }
        }
    }

    private static String progress(long done, long startNanos) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        return String.format(
                Locale.ROOT, "%,d seeds in %.1f s, %,.0f a second", done, seconds, done / seconds);
    }

    /** Prints what went wrong: the shortest trace that shows it, and how to see it again. */
    private static void report(Case failed) {
        Case shortened = new Shrinker(new SeedRunner()).shrink(failed);
        Trace trace = new Trace();
        Throwable failure = new SeedRunner().run(shortened, trace);
        System.out.print(trace.tail(MAX_TRACE_LINES));
        if (failure != null) {
            failure.printStackTrace(System.out);
        }
        System.out.println("This shows the same: " + failed.command());
        System.out.println("and this the trace:  " + shortened.command());
    }
}
