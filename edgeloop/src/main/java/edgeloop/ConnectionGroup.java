package edgeloop;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the connections of one server or client have in common: limits and counters. */
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

    /** Counts connections by address, or null where their number is not limited. */
    final @Nullable AddressLimit addressLimit;

    private int open;
    private @Nullable Runnable onEmpty;

    ConnectionGroup(
            ConnectionOptions options,
            Duration connectTimeout,
            @Nullable AddressLimit addressLimit) {
        this.addressLimit = addressLimit;
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
        return open;
    }

    void opened() {
        open++;
    }

    void closed(CloseReason reason, @Nullable InetSocketAddress remote) {
        open--;
        if (addressLimit != null && remote != null) {
            addressLimit.release(remote.getAddress());
        }
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
