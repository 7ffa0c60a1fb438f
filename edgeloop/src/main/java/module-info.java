/**
 * Event-driven TCP on Linux epoll, through the Foreign Function &amp; Memory API.
 *
 * <p>Start at {@link edgeloop.Server}; what a connection does is said with an {@link
 * edgeloop.ConnectionHandler}. Everything native is behind {@code edgeloop.sys.Syscalls}.
 */
@SuppressWarnings("module") // the simulation is built after this, and often not there at all
module edgeloop {
    // Not transitive: javac would ask each user's module for it, and nobody needs it but the
    // compiler of this one.
    requires static org.jspecify;

    exports edgeloop;
    exports edgeloop.http;

    // For its simulated kernel, and to turn reactors. Nobody else sees more than the above.
    exports edgeloop.sys to
            edgeloop.simulation;
    exports edgeloop.buffer to
            edgeloop.simulation;
    exports edgeloop.platform to
            edgeloop.simulation;

    // For what changes bytes on their way.
    exports edgeloop.layer to
            edgeloop.tls,
            edgeloop.simulation;
}
