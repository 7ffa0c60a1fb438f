package edgeloop.simulation;

/**
 * Runs seeds of a {@link SimulatedRun}. Of one that fails the kinds of faults are left out that it
 * fails without, and what is left is told call by call.
 *
 * <pre>{@code
 * Seeds.check(1, 10_000, (kernel, choices) -> {
 *     kernel.faults().drawRates();
 *     try (var server = SimulatedServer.open(kernel, options, _ -> new MyProtocol())) {
 *         ...
 *     }
 * });
 * }</pre>
 */
public final class Seeds {
    private static final int MAX_STORY_LINES = 400;

    private Seeds() {}

    /**
     * Runs {@code count} seeds from {@code first} on, until one fails. A seed that has failed fails
     * again, in the same way: {@code check(seed, 1, run)} shows it alone.
     *
     * @throws SimulationFailure if one fails, with its number and its story
     */
    public static void check(long first, int count, SimulatedRun run) {
        SeedRunner runner = new SeedRunner((_, kernel, choices) -> run.run(kernel, choices));
        for (long seed = first; seed < first + count; seed++) {
            if (runner.run(Case.of(seed), null) != null) {
                throw failure(Case.of(seed), runner);
            }
        }
    }

    private static SimulationFailure failure(Case failed, SeedRunner runner) {
        Case shortened = new Shrinker(runner).shrink(failed);
        Trace trace = new Trace();
        Throwable again = runner.run(shortened, trace);
        String what =
                again == null
                        ? "not the same run again: it draws from elsewhere"
                        : again.toString();
        String message =
                String.format(
                        "seed %d: %s%n%sTo see it alone: Seeds.check(%d, 1, …)",
                        failed.seed(), what, trace.tail(MAX_STORY_LINES), failed.seed());
        return again == null
                ? new SimulationFailure(message)
                : new SimulationFailure(message, again);
    }
}
