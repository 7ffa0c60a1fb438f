package edgeloop.http;

import edgeloop.http.syntax.Bytes;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests by their path and method: 404 where the path is nobody's, 405 with Allow where
 * the method is not (RFC 9110 section 15.5.6). A HEAD goes to the handler of GET, and OPTIONS is
 * answered with what is allowed, unless they have handlers of their own. Immutable: {@link #route}
 * answers a copy.
 *
 * <pre>{@code
 * Http.serve(
 *         new Router()
 *                 .route(Method.GET, "/time", request -> Response.text(200, time()))
 *                 .route(Method.POST, "/files/*", request -> request.receive(new Upload())))
 * }</pre>
 *
 * <p>Paths are compared as they were sent: "%61" is not "a".
 */
public final class Router implements HttpHandler {
    private static final Response NOT_FOUND = Response.text(404, "not found\n");

    private final Route[] routes;

    /** A router that knows no path. */
    public Router() {
        this(new Route[0]);
    }

    private Router(Route[] routes) {
        this.routes = routes;
    }

    /**
     * {@return a router that knows one route more}
     *
     * @param method what is asked for
     * @param path begins with "/"; if it ends with "/*", the rest may be anything. A path in full
     *     goes before such a one, a longer one before a shorter
     * @param handler answers
     * @throws IllegalArgumentException if the path is none, or the route is known already
     */
    public Router route(Method method, String path, HttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        boolean open = path.endsWith("/*");
        byte[] bytes = Bytes.ascii(open ? path.substring(0, path.length() - 1) : path);
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path begins with \"/\": " + path);
        }
        Route[] copy = routes.clone();
        for (int i = 0; i < copy.length; i++) {
            if (copy[i].open == open && Arrays.equals(copy[i].path, bytes)) {
                if (copy[i].handlers.containsKey(method)) {
                    throw new IllegalArgumentException("two handlers of " + method + " " + path);
                }
                copy[i] = copy[i].with(method, handler);
                return new Router(copy);
            }
        }
        copy = Arrays.copyOf(copy, copy.length + 1);
        copy[copy.length - 1] = new Route(bytes, open).with(method, handler);
        Arrays.sort(copy, (a, b) -> Integer.compare(b.rank(), a.rank()));
        return new Router(copy);
    }

    @Override
    public Response handle(Request request) throws Exception {
        for (Route route : routes) {
            if (route.matches(request)) {
                return route.handle(request);
            }
        }
        return NOT_FOUND;
    }

    /** One path, and who answers each method. */
    private static final class Route {
        private final byte[] path;
        private final boolean open;
        private final Map<Method, HttpHandler> handlers;
        private final Response options;
        private final Response notAllowed;

        Route(byte[] path, boolean open) {
            this(path, open, new EnumMap<>(Method.class));
        }

        private Route(byte[] path, boolean open, Map<Method, HttpHandler> handlers) {
            this.path = path;
            this.open = open;
            this.handlers = handlers;
            Method[] allowed =
                    Arrays.stream(Method.values()).filter(this::allows).toArray(Method[]::new);
            this.options = Response.empty(204).withHeader("Allow", Method.allow(allowed));
            this.notAllowed = Response.methodNotAllowed(allowed);
        }

        private boolean allows(Method method) {
            return method == Method.OPTIONS || handler(method) != null;
        }

        private @Nullable HttpHandler handler(Method method) {
            HttpHandler own = handlers.get(method);
            return own == null && method == Method.HEAD ? handlers.get(Method.GET) : own;
        }

        Route with(Method method, HttpHandler handler) {
            Map<Method, HttpHandler> more = new EnumMap<>(Method.class);
            more.putAll(handlers);
            more.put(method, handler);
            return new Route(path, open, more);
        }

        /** Whole paths first, then by length. */
        int rank() {
            return open ? path.length : Integer.MAX_VALUE;
        }

        boolean matches(Request request) {
            return open ? request.pathStartsWith(path) : request.pathEquals(path);
        }

        Response handle(Request request) throws Exception {
            HttpHandler handler = handler(request.method());
            if (handler != null) {
                return handler.handle(request);
            }
            return request.method() == Method.OPTIONS ? options : notAllowed;
        }
    }
}
