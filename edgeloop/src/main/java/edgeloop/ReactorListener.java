package edgeloop;

import edgeloop.sys.EpollEvents;

/**
 * Hears of what a reactor does, to trace or to measure it. Called on the reactor's thread, in the
 * middle of its work, so it must be quick and must not throw.
 */
public interface ReactorListener {

    /**
     * epoll reported an event, or io_uring a completion. The latter are told of by the events that
     * they stand for: input that has come, each piece by itself, {@code EPOLLIN}; the peer's end
     * {@code EPOLLIN|EPOLLRDHUP}; an error that ends receiving {@code EPOLLERR|EPOLLHUP}. What is
     * polled for on a ring, such as a listening socket, a connect, room for output or the end of a
     * paused connection, comes as it is. Output that was sent is not told of.
     *
     * @param source the socket that it is about; valid until this returns
     * @param events the mask, epoll_ctl(2); {@link #describe} names its bits
     */
    default void onEvents(EventSource source, int events) {}

    /**
     * A burst of input was read to its end and all output in answer to it was handed to the kernel.
     * One that was there when the one before it ended is told of by itself.
     *
     * @param nanos the time from the readable event to the last byte handed over; from the end of
     *     the burst before, where that event was the same
     */
    default void onServed(long nanos) {}

    /**
     * Names the bits of an event mask.
     *
     * @param events as {@link #onEvents} gives it
     * @return the names, such as {@code EPOLLIN|EPOLLRDHUP}
     */
    static String describe(int events) {
        return EpollEvents.describe(events);
    }
}
