package edgeloop.timer;

import org.jspecify.annotations.Nullable;

/**
 * Timers on a hierarchical timing wheel: setting, cancelling and expiring one costs the same
 * whatever their number, and what is done in one go is bounded.
 *
 * <p>Time is in ticks. A wheel of 64 slots holds the timers of the current 64 ticks, one slot a
 * tick; the next holds those of the current 4,096, one slot per 64 ticks; and so on. When time
 * reaches an occupied slot of a higher wheel, its timers move down. A timer's wheel is the place of
 * the highest group of six bits in which its deadline differs from the present, so the first
 * occupied slot of the lowest occupied wheel is always the next in time, and one bit mask per wheel
 * finds it. Timers of one deadline share their slots all the way and so expire in the order in
 * which they were set.
 *
 * <p>Where the budget of an {@link #advance} ends within a slot of a higher wheel, the next one
 * goes on there before it looks at any lower slot; and a timer that is set meanwhile, for a time in
 * that slot's range, goes to its end. So the order is the same as if it had been done in one go.
 *
 * <p>G. Varghese and A. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 7.
 */
public final class TimerWheel {
    /** The deadline where there is no timer. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int SLOT_BITS = 6;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int SLOT_MASK = SLOTS - 1;

    /** Seven wheels of six bits reach 2^42 ticks: with ticks of 1 ms, 139 years. */
    private static final int LEVELS = 7;

    /** The last tick that a timer may be set for. */
    public static final long MAX_TICK = (1L << (LEVELS * SLOT_BITS)) - 1;

    private final @Nullable Timer[] heads = new @Nullable Timer[LEVELS * SLOTS];
    private final @Nullable Timer[] tails = new @Nullable Timer[LEVELS * SLOTS];

    /** The earliest deadline ever put in each bucket since it was last empty. */
    private final long[] earliest = new long[LEVELS * SLOTS];

    /** One bit for each occupied slot of a level. */
    private final long[] occupied = new long[LEVELS];

    /** Timers that one {@link #advance} may move down or let expire. */
    private final int budget;

    /** The tick up to which all timers have expired; where this is behind, all but its own. */
    private long currentTick;

    /** The tick that the present or last call of {@link #advance} goes to. */
    private long targetTick;

    /** The bucket whose timers are being moved down. */
    private int cascading = Timer.NO_BUCKET;

    private boolean behind;
    private int size;

    /**
     * @param budget the timers that one {@link #advance} may move down or let expire, from 1
     */
    public TimerWheel(int budget) {
        this.budget = budget;
    }

    /** Whether the budget did not suffice for all that is due. */
    public boolean isBehind() {
        return behind;
    }

    public int size() {
        return size;
    }

    /**
     * Sets {@code timer} to expire at {@code deadlineTick}, or at the next tick if that has passed.
     * A timer set while others expire never expires in the same {@link #advance}, so that a task
     * that sets its timer again with no delay cannot hold up the loop.
     */
    public void add(Timer timer, long deadlineTick) {
        assert !timer.isSet();
        long tick = Math.clamp(deadlineTick, targetTick + 1, MAX_TICK);
        link(timer, tick, isCascading(tick) ? cascading : bucketOf(tick));
        size++;
    }

    /** Whether timers of this tick may be in the bucket that is being moved down. */
    private boolean isCascading(long tick) {
        int shift = cascading / SLOTS * SLOT_BITS;
        return cascading != Timer.NO_BUCKET && tick >>> shift == currentTick >>> shift;
    }

    /** Takes a pending timer out. */
    public void remove(Timer timer) {
        unlink(timer);
        size--;
    }

    /**
     * A tick no later than the earliest deadline: the earliest exactly, unless that timer was
     * cancelled or this is {@linkplain #isBehind behind}. {@link #NEVER} if there is no timer.
     */
    public long nextDeadlineTick() {
        int bucket = firstBucket();
        return bucket == Timer.NO_BUCKET ? NEVER : behind ? currentTick : earliest[bucket];
    }

    /**
     * Lets the timers expire whose deadline is not after {@code nowTick}, in the deadlines' order:
     * all of them, or as many as the budget allows. {@link #isBehind} tells which; the next call
     * goes on.
     */
    public void advance(long nowTick) {
        if (nowTick <= currentTick && !behind) {
            return;
        }
        targetTick = Math.max(targetTick, nowTick);
        behind = true;
        int left = budget;
        for (int bucket = firstBucket(); bucket != Timer.NO_BUCKET; bucket = firstBucket()) {
            long start = startOf(bucket);
            if (start > targetTick) {
                break;
            }
            if (left == 0) {
                return;
            }
            currentTick = Math.max(currentTick, start);
            left = empty(bucket, left);
        }
        behind = false;
        currentTick = targetTick;
    }

    /**
     * Expires timers of a bucket of the lowest level, moves those of a higher one down; {@code
     * most} at most. Answers how many more there might have been.
     */
    private int empty(int bucket, int most) {
        boolean due = bucket < SLOTS;
        if (!due) {
            cascading = bucket;
        }
        int left = most;
        Timer timer;
        while (left > 0 && (timer = heads[bucket]) != null) {
            left--;
            unlink(timer);
            if (due) {
                size--;
                timer.expire();
            } else {
                link(timer, timer.deadlineTick(), bucketOf(timer.deadlineTick()));
            }
        }
        return left;
    }

    /** The bucket that is next in time, or the one that is being moved down. */
    private int firstBucket() {
        if (cascading != Timer.NO_BUCKET) {
            return cascading;
        }
        for (int level = 0; level < LEVELS; level++) {
            if (occupied[level] != 0) {
                return level * SLOTS + Long.numberOfTrailingZeros(occupied[level]);
            }
        }
        return Timer.NO_BUCKET;
    }

    /** The first tick of a bucket's range, which lies within the current turn of its wheel. */
    private long startOf(int bucket) {
        int shift = (bucket / SLOTS) * SLOT_BITS;
        long turn = currentTick >>> (shift + SLOT_BITS) << (shift + SLOT_BITS);
        return turn | (long) (bucket & SLOT_MASK) << shift;
    }

    private int bucketOf(long deadlineTick) {
        long difference = (currentTick ^ deadlineTick) | SLOT_MASK;
        int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros(difference)) / SLOT_BITS;
        return level * SLOTS + (int) (deadlineTick >>> (level * SLOT_BITS) & SLOT_MASK);
    }

    private void link(Timer timer, long tick, int bucket) {
        Timer tail = tails[bucket];
        if (tail == null) {
            heads[bucket] = timer;
            occupied[bucket / SLOTS] |= 1L << (bucket & SLOT_MASK);
            earliest[bucket] = tick;
        } else {
            tail.next = timer;
            timer.previous = tail;
            earliest[bucket] = Math.min(earliest[bucket], tick);
        }
        tails[bucket] = timer;
        timer.place(tick, bucket);
    }

    private void unlink(Timer timer) {
        int bucket = timer.bucket();
        Timer previous = timer.previous;
        Timer next = timer.next;
        if (previous == null) {
            heads[bucket] = next;
        } else {
            previous.next = next;
        }
        if (next == null) {
            tails[bucket] = previous;
        } else {
            next.previous = previous;
        }
        if (heads[bucket] == null) {
            occupied[bucket / SLOTS] &= ~(1L << (bucket & SLOT_MASK));
            if (bucket == cascading) {
                cascading = Timer.NO_BUCKET;
            }
        }
        timer.previous = null;
        timer.next = null;
        timer.place(timer.deadlineTick(), Timer.NO_BUCKET);
    }
}
