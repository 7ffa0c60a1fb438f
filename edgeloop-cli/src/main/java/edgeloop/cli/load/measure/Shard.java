package edgeloop.cli.load.measure;

import java.util.Collection;
import java.util.TreeSet;

/**
 * The part that one tester, or one of its threads, has in a load that several send together.
 *
 * @param index which one, from 1
 * @param count how many there are
 */
public record Shard(int index, int count) {
    /** The only tester there is. */
    public static final Shard WHOLE = new Shard(1, 1);

    private static final int MOST = 10_000;

    /**
     * Reads {@code 2/3}.
     *
     * @throws IllegalArgumentException if it is no such part; the message says what one looks like
     */
    public static Shard parse(String text) {
        if (text.matches("\\d{1,6}/\\d{1,6}")) {
            int slash = text.indexOf('/');
            int index = Integer.parseInt(text.substring(0, slash));
            int count = Integer.parseInt(text.substring(slash + 1));
            if (index >= 1 && index <= count && count <= MOST) {
                return new Shard(index, count);
            }
        }
        throw new IllegalArgumentException(
                "must be I/N, such as 2/3 for the second of three, with N up to " + MOST);
    }

    public boolean isWhole() {
        return count == 1;
    }

    /** Its part of things that cannot be divided: the first shards have one more, if need be. */
    public long partOf(long total) {
        return total / count + (index <= total % count ? 1 : 0);
    }

    /** Its part of a rate, or of anything that can be divided. */
    public double partOfRate(double total) {
        return total / count;
    }

    /**
     * How far its first request is behind that of the first shard, where the gap between two of its
     * own is 1: so that the requests of all are equally far apart.
     */
    public double phase() {
        return (double) (index - 1) / count;
    }

    /**
     * The part that one of several threads has in this part.
     *
     * @param thread which one, from 0
     * @param threads how many there are
     */
    public Shard part(int thread, int threads) {
        return new Shard(index + thread * count, count * threads);
    }

    /** As the user writes it. */
    @Override
    public String toString() {
        return index + "/" + count;
    }

    /** The shards of as many that are not among {@code present}. */
    public Collection<Integer> missing(Collection<Shard> present) {
        TreeSet<Integer> missing = new TreeSet<>();
        for (int i = 1; i <= count; i++) {
            missing.add(i);
        }
        present.forEach(shard -> missing.remove(shard.index()));
        return missing;
    }
}
