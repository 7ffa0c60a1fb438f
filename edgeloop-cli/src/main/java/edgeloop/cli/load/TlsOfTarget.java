package edgeloop.cli.load;

import edgeloop.TransportSecurity;
import edgeloop.cli.load.protocol.Target;
import edgeloop.tls.Profile;
import edgeloop.tls.Provider;
import edgeloop.tls.Tls;
import java.nio.file.Path;
import java.time.Duration;

/** Makes TLS as the options ask for it. By itself, so that a run without TLS loads none of it. */
final class TlsOfTarget {
    /** RFC 7301 section 6. */
    private static final String HTTP = "http/1.1";

    private TlsOfTarget() {}

    static TransportSecurity make(ClientTlsOptions asked, Target server, Duration timeout) {
        Tls tls =
                Tls.client()
                        .withProvider(provider(asked.provider()))
                        .withProfile(profile(asked.profile()))
                        .withResumption(asked.resumes())
                        .withHandshakeTimeout(timeout);
        if (server.path() != null) {
            tls = tls.withApplicationProtocols(HTTP);
        }
        // An address that was looked up does not know by which name.
        String name = asked.nameOf(server);
        if (name != null) {
            tls = tls.withServerName(name);
        }
        Path trust = asked.trust();
        if (trust != null) {
            tls = tls.withTrust(trust);
        }
        if (asked.insecure()) {
            tls = tls.withoutVerification();
        }
        Path certificate = asked.certificate();
        Path key = asked.key();
        return certificate == null || key == null ? tls : tls.withCertificate(certificate, key);
    }

    private static Provider provider(ClientTlsOptions.TlsProvider asked) {
        return switch (asked) {
            case auto -> Provider.AUTO;
            case openssl -> Provider.OPENSSL;
            case jdk -> Provider.JDK;
        };
    }

    private static Profile profile(ClientTlsOptions.TlsProfile asked) {
        return switch (asked) {
            case intermediate -> Profile.INTERMEDIATE;
            case modern -> Profile.MODERN;
        };
    }
}
