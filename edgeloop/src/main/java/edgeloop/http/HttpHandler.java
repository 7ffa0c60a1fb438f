package edgeloop.http;

/** Answers requests. One handler serves all connections of a server. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Called when a request's head is complete, on the reactor's thread, which it must not block:
     * {@link Response#later} answers what takes time.
     *
     * @param request valid during this call alone: what is wanted later is to be taken out of it
     * @return the answer
     * @throws Exception any: the client gets 500 and nothing of the cause, which is logged and
     *     counted
     */
    Response handle(Request request) throws Exception;
}
