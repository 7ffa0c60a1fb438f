package edgeloop.cli.load.engine;

import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.measure.StagePlan;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * When a stage's requests are to be sent. Times are in nanoseconds since the stage began; a request
 * is measured if it is due when measuring has begun.
 */
abstract sealed class Demand {
    static final long NEVER = Long.MAX_VALUE;

    final StagePlan plan;
    final long measureFrom;
    final long endOfSending;

    /** The measured requests that were taken. */
    long taken;

    private boolean stopped;

    private Demand(StagePlan plan) {
        this.plan = plan;
        this.measureFrom = plan.unmeasuredNanos();
        this.endOfSending = plan.requests() > 0 ? NEVER : measureFrom + plan.measureNanos();
    }

    static Demand of(StagePlan plan) {
        return plan.isOpenLoop() ? new Open(plan) : new Closed(plan);
    }

    /** When the next request is due: {@code now} at the earliest in a closed loop, or NEVER. */
    abstract long nextDue(long now);

    /** Takes the request that {@link #nextDue} told of, and answers when it was due. */
    abstract long take(long now);

    /**
     * How many measured requests were not taken: those that fell due until {@code now}, or all that
     * are left of a number of requests. To be asked once, at the end.
     *
     * @param dueTimes told when each of them fell due that had done so
     */
    abstract long untaken(long now, LongConsumer dueTimes);

    /** About how many requests are due and not taken. */
    abstract long overdue(long now);

    boolean isDue(long now) {
        return nextDue(now) <= now;
    }

    /** Whether no request is to be sent any more, however long one waits. */
    boolean isExhausted(long now) {
        return nextDue(now) == NEVER;
    }

    /** Lets no request be taken any more: those that were due stay unsent. */
    final void stop() {
        stopped = true;
    }

    final boolean isOver() {
        return stopped || (plan.requests() > 0 && taken >= plan.requests());
    }

    /** A request whenever a connection can take one. */
    private static final class Closed extends Demand {
        Closed(StagePlan plan) {
            super(plan);
        }

        @Override
        long nextDue(long now) {
            return now >= endOfSending || isOver() ? NEVER : now;
        }

        @Override
        long take(long now) {
            if (now >= measureFrom) {
                taken++;
            }
            return now;
        }

        @Override
        long overdue(long now) {
            return isDue(now) ? Long.MAX_VALUE : 0;
        }

        @Override
        long untaken(long now, LongConsumer dueTimes) {
            return plan.requests() == 0 ? 0 : plan.requests() - taken; // none falls due by itself
        }
    }

    /**
     * Requests on a schedule, whatever the server does. Those that wait to be sent need no queue:
     * the schedule itself, not yet gone through, is the queue.
     */
    private static final class Open extends Demand {
        private final SplittableRandom random;

        /** The requests of the growing load at the begin. */
        private final double rampRequests;

        private final double nanosPerRequest;

        /** The next request's place on a line where requests are 1 apart, on average. */
        private double position;

        private long next;

        Open(StagePlan plan) {
            super(plan);
            this.random = stream(plan.seed(), plan.shard());
            this.nanosPerRequest = 1e9 / plan.rate();
            this.rampRequests = plan.rampNanos() / nanosPerRequest / 2;
            if (plan.poisson()) {
                advance();
            } else {
                position = plan.shard().phase();
                place();
            }
        }

        /** Shards have streams of their own, whose sum is as random as each of them. */
        private static SplittableRandom stream(long seed, Shard shard) {
            SplittableRandom random = new SplittableRandom(seed);
            SplittableRandom own = random;
            for (int i = 0; i < shard.index() && !shard.isWhole(); i++) {
                own = random.split();
            }
            return own;
        }

        private void advance() {
            position += plan.poisson() ? -Math.log(1 - random.nextDouble()) : 1;
            place();
        }

        private void place() {
            next =
                    position < rampRequests
                            // The load grows with t, so the requests so far with t squared.
                            ? Math.round(plan.rampNanos() * Math.sqrt(position / rampRequests))
                            : plan.rampNanos()
                                    + Math.round((position - rampRequests) * nanosPerRequest);
        }

        @Override
        long nextDue(long now) {
            return next >= endOfSending || isOver() ? NEVER : next;
        }

        @Override
        long take(long now) {
            long due = next;
            if (due >= measureFrom) {
                taken++;
            }
            advance();
            return due;
        }

        @Override
        long overdue(long now) {
            return isDue(now) ? 1 + (long) ((now - next) / nanosPerRequest) : 0;
        }

        @Override
        long untaken(long now, LongConsumer dueTimes) {
            long most = plan.requests() > 0 ? plan.requests() - taken : Long.MAX_VALUE;
            long count = 0;
            for (; next < endOfSending && next <= now && count < most; advance()) {
                if (next >= measureFrom) {
                    dueTimes.accept(next);
                    count++;
                }
            }
            return plan.requests() > 0 ? most : count;
        }
    }
}
