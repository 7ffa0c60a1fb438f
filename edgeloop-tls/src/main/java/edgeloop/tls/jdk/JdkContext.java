package edgeloop.tls.jdk;

import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource.Side;
import edgeloop.layer.Layers;
import edgeloop.layer.Sink;
import edgeloop.tls.config.Settings;
import java.util.concurrent.Executor;

/** What the connections of a server, or of a client, have in common. */
public final class JdkContext implements LayerContext {
    private final Settings settings;
    private final Side side;
    private final Executor tasks;
    private volatile Engines engines;

    private JdkContext(Settings settings, Side side, Executor tasks) {
        this.settings = settings;
        this.side = side;
        this.tasks = tasks;
        this.engines = Engines.load(settings, side);
    }

    /**
     * Loads what is needed; what takes long is done by threads that all contexts share.
     *
     * @throws edgeloop.TlsException if that can't be, in one line
     */
    public static LayerContext load(Settings settings, Side side) {
        return load(settings, side, TaskPool.shared());
    }

    /**
     * Likewise, for who must know the threads.
     *
     * @param tasks does what takes long, a signature say; it may do so before it returns
     */
    public static LayerContext load(Settings settings, Side side, Executor tasks) {
        return new JdkContext(settings, side, tasks);
    }

    @Override
    public Layers open(Sink sink) {
        return new JdkLayers(this, sink);
    }

    /** Sessions are not taken up again across this: an SSLContext has its own. */
    @Override
    public void reload() {
        engines = Engines.load(settings, side);
    }

    @Override
    public void close() {} // it is of the heap

    @Override
    public int handshakeTimeoutMillis() {
        return (int) settings.handshakeTimeout().toMillis();
    }

    Settings settings() {
        return settings;
    }

    /** The newest. */
    Engines engines() {
        return engines;
    }

    Executor tasks() {
        return tasks;
    }
}
