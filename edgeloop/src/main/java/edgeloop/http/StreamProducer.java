package edgeloop.http;

/** Writes an answer's content over time; see {@link Response#stream}. */
@FunctionalInterface
public interface StreamProducer {

    /**
     * Begins to write. Called on the reactor's thread, once per answer, and not at all for HEAD.
     *
     * @param out is written to now or later, until its {@link ResponseStream#end}
     * @throws Exception any: the client gets 500 if nothing was written yet, else the connection is
     *     aborted, so that it does not take a part for the whole
     */
    void start(ResponseStream out) throws Exception;
}
