package edgeloop;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What TLS has agreed on with a peer, {@link Connection#tls}.
 *
 * @param protocol the version, as {@code TLSv1.3}
 * @param cipherSuite its name in the registry of IANA, as {@code TLS_AES_128_GCM_SHA256}
 * @param applicationProtocol what ALPN has chosen, RFC 7301; null if nothing
 * @param serverName what the client asked for by SNI, RFC 6066; null if for none
 * @param peerCertificates the peer's chain, verified, its own first; empty if it was asked for none
 *     or, on a server that does not demand one, had none
 * @param resumed whether an earlier session was taken up again
 * @param handshakeNanos how long that took, from when the kernel had connected the two
 */
public record TlsSession(
        String protocol,
        String cipherSuite,
        @Nullable String applicationProtocol,
        @Nullable String serverName,
        List<X509Certificate> peerCertificates,
        boolean resumed,
        long handshakeNanos) {}
