package edgeloop.http;

/** Is told of each answer that was given; see {@link Http#withAccessLog}. */
@FunctionalInterface
public interface AccessLog {
    /**
     * Called on the reactor's thread when an answer has been written, which it must not block.
     *
     * @param entry what was asked and answered
     */
    void onAnswered(AccessLogEntry entry);
}
