package edgeloop.cli.load.protocol;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The server as the user names it: {@code HOST:PORT}, {@code HOST PORT} or {@code
 * http://HOST:PORT/PATH}; an IPv6 address before a colon is in brackets, as in RFC 3986 section
 * 3.2.2.
 *
 * @param host its name or address, without brackets
 * @param port from 1 to 65535
 * @param path with its query, of an HTTP server; null where bytes are all that is known
 */
public record Target(String host, int port, @Nullable String path) {
    private static final String HTTP = "http://";
    private static final int HTTP_PORT = 80;

    /**
     * Reads one or two words.
     *
     * @throws IllegalArgumentException if they name no server; the message says why
     */
    public static Target parse(List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("no server is named: write HOST:PORT");
        }
        if (words.size() == 2) {
            if (words.getFirst().contains("://")) {
                throw new IllegalArgumentException("write the port in the URL: http://HOST:PORT/");
            }
            return new Target(host(words.getFirst()), port(words.getLast()), null);
        }
        String word = words.getFirst();
        String scheme = word.toLowerCase(Locale.ROOT);
        if (scheme.startsWith(HTTP)) {
            return url(word);
        }
        if (scheme.startsWith("https://")) {
            throw new IllegalArgumentException(
                    "'" + word + "' wants TLS, which loadtest does not speak: write http://");
        }
        int colon = word.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + word + "' has no port: write HOST:PORT");
        }
        String host = word.substring(0, colon);
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            throw new IllegalArgumentException(
                    "'" + word + "' is ambiguous: write [ADDRESS]:PORT or ADDRESS PORT");
        }
        return new Target(host(host), port(word.substring(colon + 1)), null);
    }

    private static Target url(String word) {
        if (word.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "'" + word + "' has a character that a URL must percent-encode");
        }
        int begin = HTTP.length();
        int end = begin;
        while (end < word.length() && "/?#".indexOf(word.charAt(end)) < 0) {
            end++;
        }
        String authority = word.substring(begin, end);
        String path = word.substring(end).replaceFirst("#.*", ""); // a fragment is not sent
        if (authority.indexOf('@') >= 0) {
            throw new IllegalArgumentException(
                    "'" + word + "' has a user name: write -H 'Authorization: ...'");
        }
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        String host = hasPort ? authority.substring(0, colon) : authority;
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            throw new IllegalArgumentException("'" + word + "': write http://[ADDRESS]:PORT/");
        }
        return new Target(
                host(host),
                hasPort ? port(authority.substring(colon + 1)) : HTTP_PORT,
                path.startsWith("/") ? path : "/" + path);
    }

    /** As it stands in a Host field: RFC 9110 section 7.2. */
    public String authority() {
        return hostInBrackets() + (port == HTTP_PORT ? "" : ":" + port);
    }

    private String hostInBrackets() {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    private static String host(String text) {
        String host =
                text.startsWith("[") && text.endsWith("]")
                        ? text.substring(1, text.length() - 1)
                        : text;
        if (host.isBlank()) {
            throw new IllegalArgumentException("the host is missing: write HOST:PORT");
        }
        return host;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("the port must be from 1 to 65535, not '" + text + "'");
    }

    /** As in {@code localhost:8080}, whatever the protocol. */
    public String hostAndPort() {
        return hostInBrackets() + ":" + port;
    }

    @Override
    public String toString() {
        String server = hostAndPort();
        return path == null ? server : HTTP + server + path;
    }
}
