package edgeloop.http;

import java.util.Map;

/**
 * A request's body on its way to a {@link BodyReceiver}. For the reactor's thread alone; once the
 * body is over its methods do nothing.
 */
public final class RequestBody {
    private final HttpConnection connection;
    private Map<String, String> trailers = Map.of();

    RequestBody(HttpConnection connection) {
        this.connection = connection;
    }

    /** Stops the body: the client is slowed down when the kernel's buffers are full. */
    public void pause() {
        connection.loop.bodies.pause(connection, this);
    }

    /** Has the body go on after {@link #pause}. */
    public void resume() {
        connection.loop.bodies.resume(connection, this);
    }

    /**
     * The fields behind a chunked body, RFC 9110 section 6.5.
     *
     * @return names in lower case, the values of equal ones joined by commas; empty before {@link
     *     BodyReceiver#onEnd}
     */
    public Map<String, String> trailers() {
        return trailers;
    }

    void setTrailers(Map<String, String> newTrailers) {
        trailers = newTrailers;
    }
}
