package edgeloop.cli.load.protocol;

/**
 * Numbers by chance, as java.util.SplittableRandom makes them, but without an object: G. Steele, D.
 * Lea and C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
 */
final class Chance {
    /** What the state grows by before each number. */
    static final long STEP = 0x9e3779b97f4a7c15L;

    private Chance() {}

    /** Where the numbers of the request of this number begin. */
    static long begin(long seed, long number) {
        return mix(seed ^ mix(number * STEP));
    }

    static long mix(long state) {
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
