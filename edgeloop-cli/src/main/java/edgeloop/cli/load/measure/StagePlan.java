package edgeloop.cli.load.measure;

/**
 * One stretch of a run under one load. Times are in nanoseconds.
 *
 * @param rate requests per second on a schedule (open loop); 0 to send when answers are in (closed
 *     loop)
 * @param poisson whether the schedule's gaps are random, as of independent users, or all the same
 * @param seed of the random gaps
 * @param rampNanos how long the load grows, first of all; not measured
 * @param warmupNanos how long it then stays unmeasured
 * @param measureNanos how long requests are sent and measured; 0 where {@code requests} says it
 * @param requests how many requests are sent and measured; 0 where {@code measureNanos} says it
 * @param shard whose part {@code rate} and {@code requests} are
 */
public record StagePlan(
        double rate,
        boolean poisson,
        long seed,
        long rampNanos,
        long warmupNanos,
        long measureNanos,
        long requests,
        Shard shard) {

    /** Of the only tester there is. */
    public StagePlan(
            double rate,
            boolean poisson,
            long seed,
            long rampNanos,
            long warmupNanos,
            long measureNanos,
            long requests) {
        this(rate, poisson, seed, rampNanos, warmupNanos, measureNanos, requests, Shard.WHOLE);
    }

    public boolean isOpenLoop() {
        return rate > 0;
    }

    /** From the stage's begin to the first measured request. */
    public long unmeasuredNanos() {
        return rampNanos + warmupNanos;
    }

    /**
     * The part of it that one of several threads does.
     *
     * @param thread which one, from 0
     */
    public StagePlan part(int thread, int threads) {
        Shard part = Shard.WHOLE.part(thread, threads);
        return new StagePlan(
                part.partOfRate(rate),
                poisson,
                seed,
                rampNanos,
                warmupNanos,
                measureNanos,
                part.partOf(requests),
                shard.part(thread, threads));
    }

    public StagePlan withRate(double newRate) {
        return new StagePlan(
                newRate, poisson, seed, rampNanos, warmupNanos, measureNanos, requests, shard);
    }
}
