package edgeloop.cli;

import edgeloop.EventSource;
import edgeloop.ReactorListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Who hears of what the reactors do: of each a tracer, and a recorder of latencies. */
final class Telemetry {
    private final List<TraceListener> tracers = new ArrayList<>();
    private final List<LatencyRecorder> latencies = new ArrayList<>();

    /**
     * @param traces where every event is printed, or null
     * @param records whether latencies are recorded
     */
    Telemetry(int reactors, @Nullable LineWriter traces, boolean records) {
        for (int i = 0; i < reactors; i++) {
            if (traces != null) {
                tracers.add(new TraceListener(traces, reactors == 1 ? "" : "reactor " + i + " "));
            }
            if (records) {
                latencies.add(new LatencyRecorder());
            }
        }
    }

    /** What to give to the server; null if there is none, which costs its reactors least. */
    @Nullable IntFunction<ReactorListener> listeners() {
        if (tracers.isEmpty()) {
            return latencies.isEmpty() ? null : latencies::get;
        }
        return latencies.isEmpty()
                ? tracers::get
                : reactor -> new Both(tracers.get(reactor), latencies.get(reactor));
    }

    /** The latencies of all reactors since this was last called. */
    LatencyRecorder.Summary takeInterval() {
        return LatencyRecorder.takeInterval(latencies);
    }

    /** Says what is still to be said when no more comes. For a thread that has seen the end. */
    void finish() {
        for (TraceListener tracer : tracers) { // by no lambda, which would load its class
            tracer.finish();
        }
    }

    private record Both(ReactorListener trace, ReactorListener latency) implements ReactorListener {
        @Override
        public void onEvents(EventSource source, int events) {
            trace.onEvents(source, events);
        }

        @Override
        public void onServed(long nanos) {
            latency.onServed(nanos);
        }
    }
}
