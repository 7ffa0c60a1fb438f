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
    FILE_BECAME_SHORTER("A file became shorter while it was being sent; the connection is reset"),
    NO_OPENAT2("openat2 is not available here: symbolic links are not followed");

    final String text;

    Problem(String text) {
        this.text = text;
    }
}
