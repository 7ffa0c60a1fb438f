/**
 * Event-driven TCP on Linux epoll, through the Foreign Function &amp; Memory API.
 *
 * <p>Start at {@link edgeloop.Server}; what a connection does is said with an {@link
 * edgeloop.ConnectionHandler}. Everything native is behind {@code edgeloop.sys.Syscalls}.
 */
module edgeloop {
    requires static transitive org.jspecify;

    exports edgeloop;
}
