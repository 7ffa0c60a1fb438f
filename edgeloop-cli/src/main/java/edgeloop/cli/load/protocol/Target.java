package edgeloop.cli.load.protocol;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The server as the user names it: {@code HOST:PORT}, {@code HOST PORT}, {@code tls://HOST:PORT} or
 * {@code http://HOST:PORT/PATH}, and {@code https://} likewise; an IPv6 address before a colon is
 * in brackets, as in RFC 3986 section 3.2.2.
 *
 * @param host its name or address, without brackets
 * @param port from 1 to 65535
 * @param path with its query, of an HTTP server; null where bytes are all that is known
 * @param tls whether it is spoken with by TLS
 */
public record Target(String host, int port, @Nullable String path, boolean tls) {
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";
    private static final String TLS = "tls://";
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

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
            return new Target(host(words.getFirst()), port(words.getLast()), null, false);
        }
        String word = words.getFirst();
        String scheme = word.toLowerCase(Locale.ROOT);
        if (scheme.startsWith(HTTP) || scheme.startsWith(HTTPS)) {
            return url(word, scheme.startsWith(HTTPS));
        }
        boolean tls = scheme.startsWith(TLS);
        return bytes(word, tls ? word.substring(TLS.length()) : word, tls);
    }

    private static Target bytes(String word, String server, boolean tls) {
        int colon = server.lastIndexOf(':');
        if (colon <= server.lastIndexOf(']')) {
            throw new IllegalArgumentException(
                    "'" + word + "' has no port: write " + (tls ? TLS : "") + "HOST:PORT");
        }
        if (tls && server.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "'" + word + "' has a path: write tls://HOST:PORT, or https://HOST:PORT/PATH");
        }
        String host = server.substring(0, colon);
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            throw new IllegalArgumentException(
                    "'" + word + "' is ambiguous: write [ADDRESS]:PORT or ADDRESS PORT");
        }
        return new Target(host(host), port(server.substring(colon + 1)), null, tls);
    }

    private static Target url(String word, boolean tls) {
        if (word.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "'" + word + "' has a character that a URL must percent-encode");
        }
        int begin = (tls ? HTTPS : HTTP).length();
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
            throw new IllegalArgumentException(
                    "'" + word + "': write " + (tls ? HTTPS : HTTP) + "[ADDRESS]:PORT/");
        }
        return new Target(
                host(host),
                hasPort ? port(authority.substring(colon + 1)) : tls ? HTTPS_PORT : HTTP_PORT,
                path.startsWith("/") ? path : "/" + path,
                tls);
    }

    /** As it stands in a Host field: RFC 9110 section 7.2. */
    public String authority() {
        return hostInBrackets() + (port == (tls ? HTTPS_PORT : HTTP_PORT) ? "" : ":" + port);
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

    /** The same server by TLS. */
    public Target withTls() {
        return new Target(host, port, path, true);
    }

    /** As in {@code localhost:8080}, whatever the protocol. */
    public String hostAndPort() {
        return hostInBrackets() + ":" + port;
    }

    @Override
    public String toString() {
        String server = hostAndPort();
        if (path == null) {
            return tls ? TLS + server : server;
        }
        return (tls ? HTTPS : HTTP) + server + path;
    }
}
