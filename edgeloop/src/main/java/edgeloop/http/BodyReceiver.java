package edgeloop.http;

import edgeloop.IoBuffer;

/**
 * Receives a request's body piece by piece; see {@link Request#receive}. Its methods run on the
 * reactor's thread. An exception of {@link #onData} or {@link #onEnd} is answered with 500.
 */
public interface BodyReceiver {

    /**
     * A piece of the body has come.
     *
     * @param body can be paused
     * @param data at least one byte; dead when this call has returned, as are its slices, and what
     *     is left unread in it is lost
     * @throws Exception any
     */
    void onData(RequestBody body, IoBuffer data) throws Exception;

    /**
     * The body is complete.
     *
     * @param body has the trailer fields
     * @return the answer
     * @throws Exception any
     */
    Response onEnd(RequestBody body) throws Exception;

    /**
     * The connection ended, or the rest of the body was refused: there will be no {@link #onEnd}.
     * An exception is reported, and changes nothing about that end.
     */
    default void onAbort() {}
}
