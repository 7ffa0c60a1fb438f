package edgeloop.cli;

import edgeloop.ReactorListener;

/** Prints every event by name. What the stream cannot take in time is left out, and counted. */
final class TraceListener implements ReactorListener {
    private final LineWriter err;
    private long leftOut;

    TraceListener(LineWriter err) {
        this.err = err;
    }

    @Override
    public void onEvents(int fd, int events) {
        String line = "fd " + fd + " " + ReactorListener.describe(events);
        if (leftOut > 0) {
            line = leftOut + " events not shown\n" + line;
        }
        leftOut = err.offer(line) ? 0 : leftOut + 1;
    }
}
