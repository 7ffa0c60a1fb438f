package edgeloop.layer;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the two sides of a connection have agreed on.
 *
 * @param protocol the version, as {@code TLSv1.3}
 * @param cipherSuite its name in the registry of IANA
 * @param applicationProtocol what ALPN has chosen, RFC 7301; null if nothing
 * @param serverName what the client asked for by SNI, RFC 6066; null if for none
 * @param peerCertificates the peer's, verified, its own first; empty if it was asked for none
 * @param resumed whether an earlier session was taken up again
 */
public record Agreement(
        String protocol,
        String cipherSuite,
        @Nullable String applicationProtocol,
        @Nullable String serverName,
        List<X509Certificate> peerCertificates,
        boolean resumed) {}
