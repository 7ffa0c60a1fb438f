/**
 * A kernel that a test drives: sockets, epoll, timers and a clock in memory, which fail in every
 * way the real ones may, as a seed decides.
 */
@NullMarked
package edgeloop.simulation;

import org.jspecify.annotations.NullMarked;
