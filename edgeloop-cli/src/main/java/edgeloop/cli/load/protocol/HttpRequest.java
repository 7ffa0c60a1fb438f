package edgeloop.cli.load.protocol;

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
    private final Placeholders placeholders;
    private final Template.Builder template = new Template.Builder();

    /**
     * Begins a request.
     *
     * @param placeholders of path and fields
     * @throws IllegalArgumentException if there is no such method or path
     */
    public HttpRequest(String method, String path, Placeholders placeholders) {
        checkMethod(method);
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '#')) {
            throw new IllegalArgumentException(
                    "path '" + path + "' is none: it begins with / and is percent-encoded");
        }
        this.method = method;
        this.placeholders = placeholders;
        template.add(method + " ")
                .add(placeholders.compile(path, Placeholders.Place.URL))
                .add(" HTTP/1.1\r\n");
    }

    public HttpRequest header(String name, String value) {
        template.add(name + ": ")
                .add(placeholders.compile(value, Placeholders.Place.FIELD))
                .add("\r\n");
        return this;
    }

    /**
     * Adds a field as the user wrote it.
     *
     * @throws IllegalArgumentException if it is none, or one that is set from the body
     */
    public HttpRequest header(String field) {
        checkField(field);
        int colon = field.indexOf(':');
        return header(field.substring(0, colon), field.substring(colon + 1).strip());
    }

    /**
     * Refuses what is no field, or one that is set from the body.
     *
     * @throws IllegalArgumentException if it is such
     */
    public static void checkField(String field) {
        int colon = field.indexOf(':');
        if (colon < 0 || !HttpLines.isToken(field.substring(0, colon))) {
            throw new IllegalArgumentException("'" + field + "': write 'Name: value'");
        }
        if (hasControl(field)) {
            throw new IllegalArgumentException("'" + field + "' has a control character");
        }
        if (isNamed(field, "content-length") || isNamed(field, "transfer-encoding")) {
            throw new IllegalArgumentException("'" + field + "': the body sets the length");
        }
    }

    /**
     * Refuses what is no method, or none of a request for a resource.
     *
     * @throws IllegalArgumentException if it is such
     */
    public static void checkMethod(String method) {
        if (!HttpLines.isToken(method) || method.equals("CONNECT")) {
            throw new IllegalArgumentException("'" + method + "' is no method to ask with");
        }
    }

    /** What no field can have: RFC 9110 section 5.5. */
    static boolean hasControl(String text) {
        return text.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f);
    }

    public static boolean isNamed(String field, String lowerCase) {
        return field.toLowerCase(Locale.ROOT).startsWith(lowerCase + ":");
    }

    /** The whole request, with this body. */
    public Template with(@Nullable Template body) {
        if (body == null) {
            if (WITH_BODY.contains(method)) {
                header("Content-Length", "0");
            }
            return template.add("\r\n").build();
        }
        template.add("Content-Length: ");
        if (body.isFixed()) {
            template.add(Integer.toString(body.bytes().length));
        } else {
            template.add(new Piece.LengthOf(body));
        }
        return template.add("\r\n\r\n").add(body).build();
    }
}
