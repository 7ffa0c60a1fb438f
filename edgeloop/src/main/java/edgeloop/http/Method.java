package edgeloop.http;

import edgeloop.http.syntax.MethodNames;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The request methods that reach a handler, RFC 9110 section 9.3 and RFC 5789. Any other is
 * answered with 501.
 */
public enum Method {
    /** Transfers a representation of the resource. */
    GET,
    /** As GET, without the content. */
    HEAD,
    /** Has the resource process the content. */
    POST,
    /** Replaces the resource by the content. */
    PUT,
    /** Removes the resource. */
    DELETE,
    /** Changes the resource as the content says. */
    PATCH,
    /** Asks what may be done. */
    OPTIONS;

    /** For a parser, each at the place of its method. */
    static final MethodNames NAMES =
            new MethodNames(Arrays.stream(values()).map(Method::name).toArray(String[]::new));

    /** For an Allow header. */
    static final String ALL_NAMES = allow(values());

    private static final Method[] ALL = values();

    /** {@return the method at a place among {@link #NAMES}} */
    static Method at(int index) {
        return ALL[index];
    }

    /** The value of an Allow header, RFC 9110 section 10.2.1. */
    static String allow(Method... methods) {
        return Arrays.stream(methods).map(Method::name).collect(Collectors.joining(", "));
    }
}
