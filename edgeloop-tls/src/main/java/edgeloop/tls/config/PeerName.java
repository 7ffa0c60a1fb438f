package edgeloop.tls.config;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client speaks with.
 *
 * @param host what the certificate must be for: a name, or an address as text
 * @param port of the server
 * @param serverName what is asked for by SNI; null for an address, RFC 6066 section 3
 */
public record PeerName(String host, int port, @Nullable String serverName) {
    /** Whom one is that has connected to {@code remote}. */
    public static PeerName of(Settings settings, InetSocketAddress remote) {
        String wanted = settings.serverName();
        String host = wanted == null ? remote.getHostString() : wanted;
        if (isAddress(host)) {
            int zone = host.indexOf('%');
            return new PeerName(zone < 0 ? host : host.substring(0, zone), remote.getPort(), null);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return new PeerName(name, remote.getPort(), name);
    }

    /** No top-level domain is a number, and no name has a colon. */
    private static boolean isAddress(String host) {
        String last = host.substring(host.lastIndexOf('.') + 1);
        return host.indexOf(':') >= 0
                || (!last.isEmpty() && last.chars().allMatch(Character::isDigit));
    }
}
