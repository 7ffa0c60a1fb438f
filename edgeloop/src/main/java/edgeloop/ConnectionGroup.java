package edgeloop;

import edgeloop.layer.LayerContext;
import edgeloop.layer.Layers;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
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
    final int handshakeTimeoutMillis;

    /** What layers are made by; null where bytes go as they are. */
    private final @Nullable LayerContext context;

    private @Nullable Layers layers;

    /** What the connections of a server are limited by; null for a client's. */
    final @Nullable ConnectionLimits limits;

    private @Nullable Runnable onEmpty;

    /**
     * @param context what the layers of the connections are made by, or null for none
     */
    ConnectionGroup(
            ConnectionOptions options,
            Duration connectTimeout,
            @Nullable ConnectionLimits limits,
            @Nullable LayerContext context) {
        this.limits = limits;
        this.context = context;
        this.handshakeTimeoutMillis = context == null ? 0 : context.handshakeTimeoutMillis();
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

    boolean isLayered() {
        return context != null;
    }

    /** What makes the layers of the connections, all of one reactor; from its thread, or before. */
    Layers layers(Reactor reactor) {
        Layers made = layers;
        if (made == null) {
            made = reactor.layering().open(Objects.requireNonNull(context));
            layers = made;
        }
        return made;
    }

    /** The last connection has closed, and none follows. */
    void closeLayers(Reactor reactor) {
        if (layers != null) {
            reactor.layering().close(layers);
            layers = null;
        }
        if (context != null) {
            context.close(); // there may have been no connection
        }
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
