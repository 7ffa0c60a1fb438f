package edgeloop.tls.openssl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgeloop.layer.Agreement;
import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks what a connection has agreed on. */
final class Agreements {

    private Agreements() {}

    static Agreement of(long ssl, boolean resumed) {
        long cipher = Native.call("SSL_get_current_cipher", ssl);
        String suite = Native.string(Native.call("SSL_CIPHER_standard_name", cipher));
        String protocol = Native.string(Native.call("SSL_get_version", ssl));
        return new Agreement(
                Objects.requireNonNullElse(protocol, "unknown"),
                Objects.requireNonNullElse(suite, "unknown"),
                applicationProtocol(ssl),
                Native.string(OpenSsl.serverName(ssl)),
                peerCertificates(ssl),
                resumed);
    }

    private static @Nullable String applicationProtocol(long ssl) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(JAVA_LONG);
            MemorySegment length = arena.allocate(JAVA_INT);
            long _ = Native.call("SSL_get0_alpn_selected", ssl, data.address(), length.address());
            long address = data.get(JAVA_LONG, 0);
            return address == 0
                    ? null
                    : new String(
                            Native.bytes(address, length.get(JAVA_INT, 0)), StandardCharsets.UTF_8);
        }
    }

    /** The chain as it was verified; a resumed session has no chain but the peer's own. */
    private static List<X509Certificate> peerCertificates(long ssl) {
        List<X509Certificate> all = new ArrayList<>();
        long own = Native.call("SSL_get1_peer_certificate", ssl);
        if (own == 0) {
            return all;
        }
        try {
            long chain = Native.call("SSL_get0_verified_chain", ssl);
            int count = chain == 0 ? 0 : (int) Native.call("OPENSSL_sk_num", chain);
            for (int i = 0; i < count; i++) {
                all.add(certificate(Native.call("OPENSSL_sk_value", chain, i)));
            }
            if (all.isEmpty()) {
                all.add(certificate(own));
            }
        } catch (CertificateException e) {
            throw new IllegalStateException("OpenSSL has verified what Java can't read", e);
        } finally {
            long _ = Native.call("X509_free", own);
        }
        return List.copyOf(all);
    }

    static X509Certificate certificate(long x509) throws CertificateException {
        try (Arena arena = Arena.ofConfined()) {
            int length = (int) Native.call("i2d_X509", x509, 0);
            MemorySegment der = arena.allocate(Math.max(1, length));
            MemorySegment place = arena.allocate(JAVA_LONG);
            place.set(JAVA_LONG, 0, der.address());
            long _ = Native.call("i2d_X509", x509, place.address());
            byte[] bytes = der.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(bytes));
        }
    }
}
