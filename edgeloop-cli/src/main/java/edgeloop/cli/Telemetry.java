package edgeloop.cli;

import edgeloop.EventSource;
import edgeloop.ReactorListener;
import org.jspecify.annotations.Nullable;

/** Hands the reactor's events to both who want them. */
final class Telemetry implements ReactorListener {
    private final ReactorListener trace;
    private final ReactorListener latency;

    private Telemetry(ReactorListener trace, ReactorListener latency) {
        this.trace = trace;
        this.latency = latency;
    }

    /**
     * The listener to give to the reactor; null if there is none, which costs the reactor least.
     */
    static @Nullable ReactorListener of(
            @Nullable TraceListener trace, @Nullable LatencyRecorder latency) {
        if (trace != null && latency != null) {
            return new Telemetry(trace, latency);
        }
        return trace != null ? trace : latency;
    }

    @Override
    public void onEvents(EventSource source, int events) {
        trace.onEvents(source, events);
    }

    @Override
    public void onServed(long nanos) {
        latency.onServed(nanos);
    }
}
