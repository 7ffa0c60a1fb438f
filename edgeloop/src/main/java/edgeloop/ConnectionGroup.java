package edgeloop;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the connections of one client, or of a server on one reactor, have in common. */
final class ConnectionGroup {
    final Counters counters = new Counters();
    final int highWaterMark;
    final int lowWaterMark;
    final boolean backpressure;
    final int idleTimeoutMillis;
    final int idleBytes;
    final int writeTimeoutMillis;
    final int minOutputRate;
    final int lingerTimeoutMillis;
    final int halfCloseTimeoutMillis;
    final int connectTimeoutMillis;

    /** What the connections of a server are limited by; null for a client's. */
    final @Nullable ConnectionLimits limits;

    private @Nullable Runnable onEmpty;

    ConnectionGroup(
            ConnectionOptions options, Duration connectTimeout, @Nullable ConnectionLimits limits) {
        this.limits = limits;
        this.highWaterMark = options.highWaterMark();
        this.lowWaterMark = options.lowWaterMark();
        this.backpressure = options.backpressure();
        this.idleTimeoutMillis = (int) options.idleTimeout().toMillis();
        this.idleBytes = options.idleBytes();
        this.writeTimeoutMillis = (int) options.writeTimeout().toMillis();
        this.minOutputRate = options.minOutputRate();
        this.lingerTimeoutMillis = (int) options.lingerTimeout().toMillis();
        this.halfCloseTimeoutMillis = (int) options.halfCloseTimeout().toMillis();
        this.connectTimeoutMillis = (int) connectTimeout.toMillis();
    }

    int open() {
        return counters.open();
    }

    void opened() {
        counters.opened(limits != null);
    }

    void closed(CloseReason reason, @Nullable InetSocketAddress remote) {
        counters.closed(reason);
        if (limits != null) {
            limits.release(remote); // last, or a reader could count one more than there may be
        }
        if (open() == 0 && onEmpty != null) {
            onEmpty.run();
        }
    }

    /** Runs {@code task} when no connection is open, now or later. */
    void whenEmpty(Runnable task) {
        if (open() == 0) {
            task.run();
        } else {
            onEmpty = task;
        }
    }
}
