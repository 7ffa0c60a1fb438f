package edgeloop.cli.load.engine;

import edgeloop.cli.load.protocol.AnswerState;
import edgeloop.cli.load.protocol.RequestSource;

/**
 * When each request on its way was due, and when it was sent: slot by slot, in rings. On the
 * stage's clock, in nanoseconds. Where requests differ, also which one it is.
 */
final class RequestTimes {
    private final int pipeline;
    private final long[] times;

    /**
     * Number and choice of each, in the places of its times; empty where requests do not differ.
     */
    private final long[] requests;

    /**
     * @param pipeline most requests on their way on a connection
     * @param differ whether requests differ
     */
    RequestTimes(int slots, int pipeline, boolean differ) {
        this.pipeline = pipeline;
        this.times = new long[2 * slots * pipeline];
        this.requests = new long[differ ? times.length : 0];
    }

    /** Notes one more request of {@code slot}. */
    void add(Slot slot, long due, long sent, RequestSource request) {
        int at = index(slot, slot.outstanding++);
        times[at] = due;
        times[at + 1] = sent;
        if (requests.length > 0) {
            requests[at] = request.number();
            requests[at + 1] = request.choice();
        }
    }

    /** Tells which request the slot's next answer is to. */
    void tellAsked(Slot slot, AnswerState answer) {
        if (requests.length > 0) {
            int at = index(slot, 0);
            answer.asked(requests[at], requests[at + 1]);
        }
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
