package edgeloop.cli;

import edgeloop.HandlerFactory;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import edgeloop.http.Http;
import edgeloop.http.HttpOptions;
import edgeloop.http.Method;
import edgeloop.http.Request;
import edgeloop.http.Response;

/**
 * Sends those who come by http to https: a server of its own, on a port of its own and without TLS,
 * which answers each request with its own address at the port of TLS.
 */
final class Redirects {
    /** It has no more to hold than requests' heads. */
    private static final int MAX_CONNECTIONS = 1_024;

    private static final long MAX_BUFFER_BYTES = 16 << 20;

    private static final int HTTPS_PORT = 443;

    private Redirects() {}

    /**
     * What such a server is asked for: what the other is, but for what is of TLS and of many
     * connections.
     */
    static ServerOptions options(ServerOptions secure, int port) {
        return secure.withPort(port)
                .withTls(null)
                .withListeners(null)
                .withReactors(1)
                .withSharedAcceptQueue(false)
                .withPinned(false)
                .withMaxConnections(Math.min(secure.maxConnections(), MAX_CONNECTIONS))
                .withMaxBufferBytes(MAX_BUFFER_BYTES);
    }

    /**
     * Starts it.
     *
     * @param options those of {@link #options}
     * @param target the port of TLS
     */
    static Server start(ServerOptions options, HttpOptions limits, int target)
            throws SyscallException {
        HandlerFactory handlers = Http.serve(limits, request -> answer(request, target));
        return Server.start(options, handlers);
    }

    static Response answer(Request request, int target) {
        String name = withoutPort(request.host());
        if (name.isEmpty()) {
            // HTTP/1.0 needs no Host, and what other name there is would be a guess.
            return Response.text(400, "no host is named: use https\n");
        }
        String query = request.query();
        String location =
                "https://"
                        + name
                        + (target == HTTPS_PORT ? "" : ":" + target)
                        + request.path()
                        + (query == null ? "" : "?" + query);
        // RFC 9110 section 15.4: with 301 some would make a GET of a POST, and 308 is not known to
        // all.
        boolean safe = request.method() == Method.GET || request.method() == Method.HEAD;
        return Response.text(safe ? 301 : 308, "see " + location + "\n")
                .withHeader("Location", location);
    }

    /** The name of a host and perhaps a port, as the parser has let it through. */
    static String withoutPort(String host) {
        int end = host.lastIndexOf(':');
        boolean hasPort = end > host.lastIndexOf(']');
        return hasPort ? host.substring(0, end) : host;
    }
}
