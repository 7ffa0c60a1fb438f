package edgeloop;

import org.jspecify.annotations.Nullable;

/** What the connections of one server have in common: limits, counters, and who handles them. */
final class ConnectionGroup {
    final HandlerFactory handlers;
    final Counters counters = new Counters();
    final int highWaterMark;
    final int lowWaterMark;
    final boolean backpressure;
    final int idleTimeoutMillis;
    final int writeTimeoutMillis;
    final int lingerTimeoutMillis;

    private int open;
    private @Nullable Runnable onEmpty;

    ConnectionGroup(ConnectionOptions options, HandlerFactory handlers) {
        this.handlers = handlers;
        this.highWaterMark = options.highWaterMark();
        this.lowWaterMark = options.lowWaterMark();
        this.backpressure = options.backpressure();
        this.idleTimeoutMillis = (int) options.idleTimeout().toMillis();
        this.writeTimeoutMillis = (int) options.writeTimeout().toMillis();
        this.lingerTimeoutMillis = (int) options.lingerTimeout().toMillis();
    }

    int open() {
        return open;
    }

    void opened() {
        open++;
    }

    void closed(CloseReason reason) {
        open--;
        counters.closed(reason);
        if (open == 0 && onEmpty != null) {
            onEmpty.run();
        }
    }

    /** Runs {@code task} when no connection is open, now or later. */
    void whenEmpty(Runnable task) {
        if (open == 0) {
            task.run();
        } else {
            onEmpty = task;
        }
    }
}
