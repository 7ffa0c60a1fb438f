package edgeloop.cli.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * The server as the user names it: {@code HOST:PORT} or {@code HOST PORT}; an IPv6 address before a
 * colon is in brackets, as in RFC 3986 section 3.2.2.
 */
record Target(String host, int port) {

    /**
     * Reads one or two words.
     *
     * @throws IllegalArgumentException if they name no server; the message says why
     */
    static Target parse(List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("no server is named: write HOST:PORT");
        }
        if (words.size() == 2) {
            return new Target(host(words.getFirst()), port(words.getLast()));
        }
        String word = words.getFirst();
        int colon = word.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + word + "' has no port: write HOST:PORT");
        }
        String host = word.substring(0, colon);
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            throw new IllegalArgumentException(
                    "'" + word + "' is ambiguous: write [ADDRESS]:PORT or ADDRESS PORT");
        }
        return new Target(host(host), port(word.substring(colon + 1)));
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

    /**
     * Looks the host's address up.
     *
     * @throws CannotRunException if it has none
     */
    InetSocketAddress resolve() throws CannotRunException {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new CannotRunException("unknown host '" + host + "'");
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
