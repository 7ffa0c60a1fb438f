package edgeloop.layer;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Makes the layers of one reactor's connections, on its thread. */
public abstract class Layers {
    protected Layers() {}

    /**
     * A layer for a new connection. A client's speaks first, at its first {@link Layer#decode}.
     *
     * @param remote whom a client has connected to; null on a server
     */
    public abstract Layer begin(@Nullable InetSocketAddress remote);

    /** Gives back what they share, after the last of them is disposed of. */
    public abstract void close();
}
