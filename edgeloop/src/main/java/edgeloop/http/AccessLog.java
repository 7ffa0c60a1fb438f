package edgeloop.http;

/** Is told of each answer that was given; see {@link Http#withAccessLog}. */
@FunctionalInterface
public interface AccessLog {
    /**
     * Called on the reactor's thread when an answer has been written, which it must not block. An
     * exception is reported, and changes nothing about the answer.
     *
     * @param entry what was asked and answered
     */
    void onAnswered(AccessLogEntry entry);
}
