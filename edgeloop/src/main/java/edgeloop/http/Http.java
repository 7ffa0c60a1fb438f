package edgeloop.http;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.HandlerFactory;
import edgeloop.Reactor;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1.1 and 1.0: what {@link edgeloop.Server#start} wants, made of what answers requests.
 *
 * <pre>{@code
 * Server.start(8080, Http.serve(request -> Response.text(200, "hello\n")));
 * }</pre>
 */
public final class Http implements HandlerFactory {
    private final HttpOptions options;
    private final HttpHandler handler;
    private final @Nullable AccessLog accessLog;
    private final Map<Reactor, HttpLoop> loops = new ConcurrentHashMap<>();

    private Http(HttpOptions options, HttpHandler handler, @Nullable AccessLog accessLog) {
        this.options = Objects.requireNonNull(options, "options");
        this.handler = Objects.requireNonNull(handler, "handler");
        this.accessLog = accessLog;
        Rehearsal.start();
    }

    /**
     * {@return what serves HTTP with default limits}
     *
     * @param handler answers the requests
     */
    public static Http serve(HttpHandler handler) {
        return serve(HttpOptions.defaults(), handler);
    }

    /**
     * {@return what serves HTTP}
     *
     * @param options what bounds requests
     * @param handler answers the requests
     */
    public static Http serve(HttpOptions options, HttpHandler handler) {
        return new Http(options, handler, null);
    }

    /**
     * {@return the same with an access log, and statistics of its own} It costs a few microseconds
     * a request.
     *
     * @param log is told of each answer
     */
    public Http withAccessLog(AccessLog log) {
        return new Http(options, handler, Objects.requireNonNull(log, "log"));
    }

    @Override
    public ConnectionHandler handlerFor(Connection connection) {
        HttpLoop loop =
                loops.computeIfAbsent(
                        connection.reactor(),
                        reactor -> new HttpLoop(reactor, options, handler, accessLog));
        return new HttpConnection(loop, connection);
    }

    @Override
    public ConnectionOptions connectionOptions(ConnectionOptions asked) {
        return asked.withMinOutputRate(Math.max(asked.minOutputRate(), options.minOutputRate()));
    }

    /** {@return what has been answered up to now} Any thread may ask. */
    public HttpStats stats() {
        long successful = 0;
        long redirected = 0;
        long clientErrors = 0;
        long serverErrors = 0;
        long handlerFailures = 0;
        for (HttpLoop loop : loops.values()) {
            HttpStats stats = loop.stats();
            successful += stats.successful();
            redirected += stats.redirected();
            clientErrors += stats.clientErrors();
            serverErrors += stats.serverErrors();
            handlerFailures += stats.handlerFailures();
        }
        return new HttpStats(successful, redirected, clientErrors, serverErrors, handlerFailures);
    }
}
