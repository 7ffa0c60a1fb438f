package edgeloop.cli.load.protocol;

import edgeloop.cli.load.measure.Shard;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Deals the same cards round after round: in their order, or in another one each round. That is the
 * shuffle of D. Knuth, "The Art of Computer Programming", volume 2, algorithm 3.4.2P, a step of it
 * for each card, since a whole one would hold up a request.
 */
final class Deck {
    private static final int MOST_CARDS = 4_000_000;

    private final int[] cards;
    private final @Nullable SplittableRandom random;
    private int dealt;

    /** How many cards go to others before the next one. */
    private int skipped;

    private int skippedBetween;

    private Deck(int[] cards, @Nullable SplittableRandom random) {
        this.cards = cards;
        this.random = random;
    }

    /**
     * The cards from 0 to below {@code count}.
     *
     * @param random null for their order
     */
    static Deck of(int count, @Nullable SplittableRandom random) {
        int[] cards = new int[count];
        for (int i = 0; i < count; i++) {
            cards[i] = i;
        }
        return new Deck(cards, random);
    }

    /**
     * Each card as often as its weight says, and spread over the round, as by nginx's weighted
     * round robin: 3 and 1 are 0, 0, 1, 0.
     *
     * @param weights from 1
     * @param random null for this order
     * @throws IllegalArgumentException if that are too many cards
     */
    static Deck ofWeights(int[] weights, @Nullable SplittableRandom random) {
        int divisor = 0;
        long count = 0;
        for (int weight : weights) {
            divisor = gcd(weight, divisor);
            count += weight;
        }
        count /= divisor;
        if (count > MOST_CARDS) {
            throw new IllegalArgumentException(
                    "weights that add up to " + count + " are too many: at most " + MOST_CARDS);
        }
        // The cards of one weight stand in the middle of equal parts of the round.
        record Next(int card, double place) {}
        PriorityQueue<Next> nexts =
                new PriorityQueue<>(
                        Comparator.comparingDouble(Next::place).thenComparingInt(Next::card));
        for (int i = 0; i < weights.length; i++) {
            nexts.add(new Next(i, 0.5 / weights[i]));
        }
        int[] cards = new int[(int) count];
        for (int i = 0; i < cards.length; i++) {
            Next next = nexts.remove();
            cards[i] = next.card;
            nexts.add(new Next(next.card, next.place + 1.0 / weights[next.card]));
        }
        return new Deck(cards, random);
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Has it deal the cards alone that are this shard's, of those that all shards deal in turn. */
    Deck partOf(Shard shard) {
        skipped = shard.index() - 1;
        skippedBetween = shard.count() - 1;
        return this;
    }

    int next() {
        if (random == null) { // at once, where it need not be shuffled
            dealt = (int) ((dealt + (long) skipped) % cards.length);
        } else {
            for (int i = 0; i < skipped; i++) {
                deal();
            }
        }
        skipped = skippedBetween;
        return deal();
    }

    private int deal() {
        if (dealt == cards.length) {
            dealt = 0;
        }
        if (random != null) {
            int other = dealt + random.nextInt(cards.length - dealt);
            int card = cards[other];
            cards[other] = cards[dealt];
            cards[dealt] = card;
        }
        return cards[dealt++];
    }
}
