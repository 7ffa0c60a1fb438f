package edgeloop.simulation;

import java.util.Arrays;
import java.util.StringJoiner;

/** How often each {@link Fault} strikes: at a rate, or when a test says so. */
@SuppressWarnings("EnumOrdinal") // arrays by kind are what makes a draw cheap
public final class Faults {
    /** The rate of a fault that always strikes. */
    public static final int ALWAYS = 1 << 16;

    private static final int KINDS = Fault.values().length;

    private final Choices choices;
    private final int[] rates = new int[KINDS];
    private final int[] forced = new int[KINDS];
    private final int[] forcedValue = new int[KINDS];
    private final int[] struck = new int[KINDS];
    private long dropped;
    private int left = Integer.MAX_VALUE;

    /** The most bytes that a short call moves. */
    private int cutLimit = Integer.MAX_VALUE;

    /** Whether the latest fault was asked for, and not drawn. */
    private boolean byForce;

    Faults(Choices choices) {
        this.choices = choices;
    }

    /** Lets {@code fault} strike in {@code rate} of 65,536 cases where it can. */
    public void setRate(Fault fault, int rate) {
        rates[fault.ordinal()] = rate;
    }

    /** Draws a mix for this run: most faults not at all, the others from seldom to often. */
    public void drawRates() {
        for (Fault fault : Fault.values()) {
            // Swarm testing: leaving most features out of each run finds more than a bit of all in
            // every one; A. Groce et al., "Swarm Testing", ISSTA 2012.
            int draw = choices.below(4 * 12);
            setRate(fault, draw < 12 ? 16 << draw : 0);
        }
    }

    /** Cuts every call that {@code fault} can strike to a few bytes, at most {@code most}. */
    void cutAll(Fault fault, int most) {
        setRate(fault, ALWAYS);
        cutLimit = most;
    }

    /** No fault strikes any more. */
    public void stop() {
        Arrays.fill(rates, 0);
        Arrays.fill(forced, 0);
    }

    /** Strikes at the next {@code times} occasions. */
    public void force(Fault fault, int times) {
        force(fault, times, 0);
    }

    /**
     * Strikes at the next {@code times} occasions.
     *
     * @param value the positive errno to answer, or the bytes that a short call moves
     */
    public void force(Fault fault, int times, int value) {
        forced[fault.ordinal()] = times;
        forcedValue[fault.ordinal()] = value;
    }

    /** How often {@code fault} has struck. */
    public int struck(Fault fault) {
        return struck[fault.ordinal()];
    }

    /**
     * Leaves faults out without a change to the decisions about all others.
     *
     * @param kinds a bit for each {@link Fault#ordinal()} that is not to strike
     * @param limit the number of faults after which none strikes any more
     */
    public void drop(long kinds, int limit) {
        dropped = kinds;
        left = limit;
    }

    /** Whether {@code fault} strikes now. */
    boolean strikes(Fault fault) {
        int kind = fault.ordinal();
        if (rates[kind] == 0 || !choices.chance(rates[kind])) {
            return strikesByForce(kind);
        }
        if ((dropped >>> kind & 1) != 0 || left <= 0) {
            return false;
        }
        left--;
        byForce = false;
        struck[kind]++;
        return true;
    }

    private boolean strikesByForce(int kind) {
        if (forced[kind] == 0) {
            return false;
        }
        forced[kind]--;
        byForce = true;
        struck[kind]++;
        return true;
    }

    /** The errno that {@code fault} strikes with: one of {@code candidates}. */
    int errno(Fault fault, int... candidates) {
        int value = byForce ? forcedValue[fault.ordinal()] : 0;
        return value != 0 ? value : candidates[choices.below(candidates.length)];
    }

    /** The bytes, from 1 to {@code most}, to which {@code fault} cuts a call short. */
    int cut(Fault fault, int most) {
        int value = byForce ? forcedValue[fault.ordinal()] : 0;
        return value != 0 ? Math.min(value, most) : 1 + choices.below(Math.min(most, cutLimit));
    }

    /** The rates that are not 0, in 65,536ths. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "faults: ", "");
        for (Fault fault : Fault.values()) {
            if (rates[fault.ordinal()] > 0 && (dropped >>> fault.ordinal() & 1) == 0) {
                text.add(fault + " " + rates[fault.ordinal()]);
            }
        }
        return text.toString();
    }
}
