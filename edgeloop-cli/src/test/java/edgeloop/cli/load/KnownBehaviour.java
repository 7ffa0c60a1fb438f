package edgeloop.cli.load;

import edgeloop.simulation.Choices;

/** How a {@link KnownServer} can behave. */
enum KnownBehaviour {
    /** Each answer takes 20 ms. */
    CONSTANT {
        @Override
        KnownServer.Behaviour of(long seed) {
            return (_, arrival, _) -> arrival + 20 * MILLI;
        }
    },

    /** Answers take 20 ms on average, distributed exponentially. */
    EXPONENTIAL {
        @Override
        KnownServer.Behaviour of(long seed) {
            return (number, arrival, _) -> arrival + exponential(draws(seed, number));
        }
    },

    /** One answer in 20 takes 200 ms, the others 5. */
    TWO_VALUED {
        @Override
        KnownServer.Behaviour of(long seed) {
            return (number, arrival, _) ->
                    arrival + (draws(seed, number).below(20) == 0 ? 200 : 5) * MILLI;
        }
    },

    /** Answers take 3 ms, but from 400 ms to 650 ms after the first request there are none. */
    FREEZE {
        @Override
        KnownServer.Behaviour of(long seed) {
            return (_, arrival, began) -> {
                long answer = arrival + 3 * MILLI;
                boolean frozen = answer >= began + 400 * MILLI && answer < began + 650 * MILLI;
                return frozen ? began + 650 * MILLI : answer;
            };
        }
    },

    /** One answer after the other, each of which takes 2.3 ms. */
    CAPACITY {
        @Override
        KnownServer.Behaviour of(long seed) {
            return new KnownServer.Behaviour() {
                private long lastAnswer;

                @Override
                public long answerNanos(long number, long arrival, long began) {
                    lastAnswer = Math.max(arrival, lastAnswer) + 2_300_000;
                    return lastAnswer;
                }
            };
        }
    },

    /** Each answer takes 60 &micro;s. */
    QUICK {
        @Override
        KnownServer.Behaviour of(long seed) {
            return (_, arrival, _) -> arrival + 60_000;
        }
    };

    private static final long MILLI = 1_000_000;

    /** One of them; what it draws, it draws from the seed. */
    abstract KnownServer.Behaviour of(long seed);

    /** The choices for one request, whenever it comes. */
    private static Choices draws(long seed, long number) {
        return Choices.ofSeed(seed * 1_000_003 + number);
    }

    private static long exponential(Choices choices) {
        double uniform = (choices.nextLong() >>> 11) * 0x1p-53; // from 0 to below 1
        return (long) (-20 * MILLI * StrictMath.log(1 - uniform));
    }
}
