package edgeloop.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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

    /** The longest name, in bytes. */
    static final int MAX_LENGTH = 7;

    /** For an Allow header. */
    static final String ALL_NAMES = allow(values());

    private static final Method[] ALL = values();

    private final long packed = pack(name());

    /** {@return the method whose name is packed in {@code bytes}, or null} */
    static @Nullable Method of(long bytes) {
        for (Method method : ALL) {
            if (method.packed == bytes) {
                return method;
            }
        }
        return null;
    }

    /** Whether a method's name begins with the {@code length} bytes that are packed so. */
    static boolean isStart(long bytes, int length) {
        for (Method method : ALL) {
            int rest = method.name().length() - length;
            if (rest >= 0 && method.packed >>> (Byte.SIZE * rest) == bytes) {
                return true;
            }
        }
        return false;
    }

    /** The value of an Allow header, RFC 9110 section 10.2.1. */
    static String allow(Method... methods) {
        return Arrays.stream(methods).map(Method::name).collect(Collectors.joining(", "));
    }

    private static long pack(String name) {
        long bytes = 0;
        for (byte b : name.getBytes(StandardCharsets.US_ASCII)) {
            bytes = bytes << Byte.SIZE | b;
        }
        return bytes;
    }
}
