package edgeloop.simulation;

import edgeloop.http.ResponseStream;
import edgeloop.http.StreamProducer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes an answer's content over time, and fails at some point if it is to. */
final class WebStream implements StreamProducer {
    /** When the next piece is written. */
    enum Pace {
        AT_ONCE,
        WHEN_DRAINED,
        BY_TIMER,
        BY_THREAD;

        static Pace draw(Choices choices) {
            return values()[choices.below(values().length)];
        }
    }

    private final WebScenario scenario;
    private final WebRequest request;
    private final Choices choices;
    private @Nullable ResponseStream out;

    /** What of the content was handed over. */
    int written;

    boolean ended;

    /** It was told that its client has gone. */
    boolean closed;

    /** It has failed: by what it threw, or of its own will. */
    boolean failed;

    private boolean stalled;
    private boolean starting;

    WebStream(WebScenario scenario, WebRequest request) {
        this.scenario = scenario;
        this.request = request;
        this.choices = request.choices;
    }

    @Override
    public void start(ResponseStream newOut) {
        out = newOut;
        note("starts");
        newOut.onClose(this::closed);
        newOut.onDrain(this::drained);
        starting = true;
        begin();
        starting = false;
    }

    private void begin() {
        switch (request.pace) {
            case AT_ONCE -> {
                while (!isOver()) {
                    writePiece();
                }
            }
            case WHEN_DRAINED -> drained();
            case BY_TIMER -> schedule();
            case BY_THREAD -> handOver();
        }
    }

    /** Whether it was begun, and has not come to an end. */
    boolean isUnderWay() {
        return out != null && !ended && !closed && !failed;
    }

    private boolean isOver() {
        return ended || closed || failed || stalled;
    }

    private ResponseStream out() {
        return Objects.requireNonNull(out);
    }

    private void drained() {
        if (request.pace == Pace.WHEN_DRAINED) {
            do {
                writePiece();
            } while (!isOver() && !out().isCongested());
        }
    }

    private void schedule() {
        Duration delay = Duration.ofNanos(choices.magnitude(0, 1 << 24));
        var _ =
                out().schedule(
                                delay,
                                () -> {
                                    writePiece();
                                    if (!isOver()) {
                                        schedule();
                                    }
                                });
    }

    private void handOver() {
        scenario.later(
                choices.magnitude(1, 1 << 24),
                () ->
                        out().execute(
                                        _ -> {
                                            writePiece();
                                            if (!isOver()) {
                                                handOver();
                                            }
                                        }));
    }

    /** Writes a piece, or does what comes behind the last. */
    private void writePiece() {
        if (isOver()) {
            return;
        }
        int limit = request.streamFailsAt >= 0 ? request.streamFailsAt : request.length;
        int left = limit - written;
        if (left > 0) {
            int n = Math.min(left, Math.max(1, request.length / request.pieces));
            byte[] piece = Pattern.copy(request.answerStream(), written, n);
            written += n;
            out().write(piece);
        } else if (request.streamFailsAt >= 0) {
            fail();
        } else if (request.answersNever && !scenario.isCalm()) {
            stalled = true;
            note("says nothing more for now");
            scenario.whenCalm(() -> out().execute(_ -> goOn()));
        } else {
            ended = true;
            note("ends");
            out().end(request.answerTrailers);
        }
    }

    private void goOn() {
        stalled = false;
        writePiece();
    }

    private void fail() {
        failed = true;
        if (request.streamAborts) {
            note("aborts");
            out().abort();
            return;
        }
        note("throws");
        if (starting) { // else the core hears of it
            scenario.books.handlerFails();
        }
        throw new Handlers.Thrown();
    }

    private void closed() {
        // One that throws where nobody can answer for it has its connection closed.
        boolean thrown = failed && !request.streamAborts;
        if (ended || closed || (failed && !thrown)) {
            throw scenario.kernel.violation("%s: its stream is told twice of an end", request);
        }
        closed = true;
        note("hears that its client has gone");
    }

    private void note(String what) {
        if (scenario.kernel.isTraced()) {
            scenario.kernel.note("    stream of %s %s after %d bytes", request, what, written);
        }
    }
}
