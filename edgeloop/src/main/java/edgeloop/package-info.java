/**
 * The library: servers, connections, timers and the reactor that runs them.
 *
 * <p>One {@link edgeloop.Reactor} is one thread and one epoll instance, or one ring of io_uring.
 * All that a connection does happens on its reactor's thread, so handlers need no locks; {@link
 * edgeloop.Reactor#execute(Runnable)} is the way in from other threads.
 */
@NullMarked
package edgeloop;

import org.jspecify.annotations.NullMarked;
