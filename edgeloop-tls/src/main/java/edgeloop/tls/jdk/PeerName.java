package edgeloop.tls.jdk;

import edgeloop.tls.config.Settings;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client speaks with.
 *
 * @param host what the certificate must be for: a name, or an address as text
 * @param port of the server
 * @param serverName what is asked for by SNI; null for an address, RFC 6066 section 3
 */
record PeerName(String host, int port, @Nullable String serverName) {
    static PeerName of(Settings settings, InetSocketAddress remote) {
        String wanted = settings.serverName();
        String host = wanted == null ? remote.getHostString() : wanted;
        if (isAddress(host)) {
            int zone = host.indexOf('%');
            return new PeerName(zone < 0 ? host : host.substring(0, zone), remote.getPort(), null);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return new PeerName(name, remote.getPort(), name);
    }

    /** No top-level domain ends in a digit, and no name has a colon. */
    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0
                || (!host.isEmpty() && Character.isDigit(host.charAt(host.length() - 1)));
    }
}
