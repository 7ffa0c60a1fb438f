package edgeloop.cli.load.engine;

/**
 * When each request on its way was due, and when it was sent: slot by slot, in rings. On the
 * stage's clock, in nanoseconds.
 */
final class RequestTimes {
    private final int pipeline;
    private final long[] times;

    /**
     * @param pipeline most requests on their way on a connection
     */
    RequestTimes(int slots, int pipeline) {
        this.pipeline = pipeline;
        this.times = new long[2 * slots * pipeline];
    }

    /** Notes one more request of {@code slot}. */
    void add(Slot slot, long due, long sent) {
        int at = index(slot, slot.outstanding++);
        times[at] = due;
        times[at + 1] = sent;
    }

    /** When a request was due: {@code position} counts from the oldest, which is 0. */
    long due(Slot slot, int position) {
        return times[index(slot, position)];
    }

    long sent(Slot slot, int position) {
        return times[index(slot, position) + 1];
    }

    void forgetOldest(Slot slot) {
        slot.oldest = slot.oldest + 1 == pipeline ? 0 : slot.oldest + 1;
        slot.outstanding--;
    }

    private int index(Slot slot, int position) {
        int place = slot.oldest + position;
        if (place >= pipeline) {
            place -= pipeline;
        }
        return 2 * (slot.index * pipeline + place);
    }
}
