package edgeloop.cli.load.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request as it goes over the wire, RFC 9112 section 3. It has the fields that it is given, and
 * Content-Length.
 */
public final class HttpRequest {
    /** A body is expected of these: RFC 9110 section 8.6. */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private final String method;
    private final StringBuilder head = new StringBuilder();

    /**
     * Begins a request.
     *
     * @throws IllegalArgumentException if there is no such method
     */
    public HttpRequest(String method, String path) {
        if (!HttpLines.isToken(method) || method.equals("CONNECT")) {
            throw new IllegalArgumentException("--method '" + method + "' is none to ask with");
        }
        this.method = method;
        head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    }

    public HttpRequest header(String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /**
     * Adds a field as the user wrote it.
     *
     * @throws IllegalArgumentException if it is none, or one that is set from the body
     */
    public HttpRequest header(String field) {
        int colon = field.indexOf(':');
        if (colon < 0 || !HttpLines.isToken(field.substring(0, colon))) {
            throw new IllegalArgumentException("--header '" + field + "': write 'Name: value'");
        }
        if (field.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
            throw new IllegalArgumentException("--header '" + field + "' has a control character");
        }
        if (isNamed(field, "content-length") || isNamed(field, "transfer-encoding")) {
            throw new IllegalArgumentException(
                    "--header '" + field + "': the length is set from --body");
        }
        return header(field.substring(0, colon), field.substring(colon + 1).strip());
    }

    public static boolean isNamed(String field, String lowerCase) {
        return field.toLowerCase(Locale.ROOT).startsWith(lowerCase + ":");
    }

    /** The whole request, with this body. */
    public byte[] bytes(byte @Nullable [] body) {
        if (body != null || WITH_BODY.contains(method)) {
            header("Content-Length", Integer.toString(body == null ? 0 : body.length));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((head + "\r\n").getBytes(StandardCharsets.UTF_8));
        if (body != null) {
            bytes.writeBytes(body);
        }
        return bytes.toByteArray();
    }
}
