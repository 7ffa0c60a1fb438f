package edgeloop;

/**
 * The kinds of problem that a reactor reports, each in its own words. What a user of the library
 * reports is a kind of its own by its words; see {@link Reactor#reportProblem}.
 */
enum Problem {
    ACCEPTING_PAUSES("Accepting pauses for 100 ms"),
    DESCRIPTORS_RESERVED("Accepting pauses for 100 ms: the descriptors left are kept for files"),
    DESCRIPTORS_SHORT("Descriptors are short; connections that wait for nothing are closed"),
    MEMORY_SHORT(
            "There is no memory for more waiting input and output; connections that hold most are"
                    + " cut off"),
    HANDLER_FAILED("A connection's handler failed; the connection is closed"),
    ON_CLOSE_FAILED("onClose failed"),
    TASK_FAILED("A task failed"),
    REACTOR_FAILED("The reactor failed"),
    NOT_REGISTERED("A connection is refused, as epoll_ctl failed"),
    NOT_UNREGISTERED("A socket could not be taken out of epoll before it was closed"),
    RECEIVING_FAILED("Receiving failed; the connection is reset"),
    SENDING_FAILED("Sending failed; the connection is reset"),
    SENDING_FILE_FAILED("Sending a file failed; the connection is reset"),
    SOCKET_FAILED("A socket failed; the connection is reset"),
    SHUTDOWN_FAILED("shutdown failed; the connection is closed"),
    LINGER_FAILED("SO_LINGER could not be set: a FIN may go out in the place of a reset"),
    CLOSING_FAILED("close failed"),
    UNMAPPING_FAILED("munmap failed, and memory is lost"),
    TIMER_NOT_SET("timerfd_settime failed: waits are bounded instead"),
    WAKEUP_FAILED("A wakeup by eventfd failed; the timer does it"),
    WAKEUP_NOT_READ("A wakeup could not be read from its eventfd"),
    WAITING_FAILED("epoll_wait failed"),
    ENTERING_FAILED("io_uring_enter failed"),
    LIMIT_NOT_KNOWN("The limit of descriptors is not known: none are kept for files"),
    PEER_NOT_KNOWN("A connection is refused, as its peer's address is not known"),
    LOSS_NOT_KNOWN("What a connection lost in the kernel is not known, and not counted"),
    NOT_PINNED("A reactor could not be pinned to its processor"),
    QUEUE_NOT_KNOWN("The length of the accept queue is not known, and shown as 0"),
    FILE_BECAME_SHORTER("A file became shorter while it was being sent; the connection is reset"),
    NO_OPENAT2("openat2 is not available here: symbolic links are not followed");

    final String text;

    Problem(String text) {
        this.text = text;
    }
}
