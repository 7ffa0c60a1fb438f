package edgeloop.simulation;

/**
 * Where a simulation's decisions come from: a pseudo-random sequence, which its seed determines, or
 * bytes that a fuzzer chose.
 *
 * <p>The sequence is SplitMix64: G. Steele, D. Lea and C. Flood, "Fast Splittable Pseudorandom
 * Number Generators", OOPSLA 2014.
 */
public final class Choices {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final byte[] NONE = {};

    private long state;
    private final byte[] script;
    private int position;
    private final boolean scripted;

    private Choices(long state, byte[] script, boolean scripted) {
        this.state = state;
        this.script = script;
        this.scripted = scripted;
    }

    /** The decisions of {@code seed}. */
    public static Choices ofSeed(long seed) {
        return new Choices(mix(seed), NONE, false);
    }

    /** Decisions read from {@code script}; when it is used up, each decision is 0: nothing odd. */
    public static Choices ofBytes(byte[] script) {
        return new Choices(0, script.clone(), true);
    }

    /** Each decision is 0: a kernel in which nothing goes wrong by itself. */
    public static Choices none() {
        return new Choices(0, NONE, true);
    }

    /**
     * A sequence of its own for a part of the simulation, so that leaving that part out changes
     * nothing elsewhere. All parts of a script share it.
     */
    public Choices split() {
        return scripted ? this : new Choices(nextLong(), NONE, false);
    }

    private static long mix(long z) {
        long mixed = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** 64 bits. */
    public long nextLong() {
        if (scripted) {
            return scripted(8);
        }
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** A number from 0 to below {@code bound}, which is at least 1. */
    public int below(int bound) {
        if (scripted) {
            int bytes = bound <= 1 << 8 ? 1 : bound <= 1 << 16 ? 2 : 4;
            return (int) Long.remainderUnsigned(scripted(bytes), bound);
        }
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** A number from {@code least} to {@code most}. */
    public int between(int least, int most) {
        return least + below(most - least + 1);
    }

    /**
     * True in {@code rate} of 65,536 cases. A script that is used up says false to all but
     * certainty.
     */
    public boolean chance(int rate) {
        if (scripted) {
            // The other way round, so that a zero is "no".
            return 0xFFFF - (int) scripted(2) < rate;
        }
        return (int) (nextLong() >>> 48) < rate;
    }

    /**
     * A number from {@code least} to {@code most}, each order of magnitude as likely as the next.
     */
    public int magnitude(int least, int most) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(most - least);
        return least + Math.min(most - least, below(1 << below(bits + 1)));
    }

    private long scripted(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (position < script.length ? script[position++] & 0xFF : 0);
        }
        return value;
    }
}
