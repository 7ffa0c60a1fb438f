package edgeloop.http;

/** Answers a request when all of its body is there; see {@link Request#collect}. */
@FunctionalInterface
public interface BodyHandler {

    /**
     * Called on the reactor's thread.
     *
     * @param body all of it; the array is the handler's
     * @return the answer
     * @throws Exception any: the client gets 500
     */
    Response handle(byte[] body) throws Exception;
}
