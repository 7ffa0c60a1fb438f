package edgeloop.tls;

import edgeloop.TlsException;
import edgeloop.TransportSecurity;
import edgeloop.layer.LayerContext;
import edgeloop.tls.config.Identity;
import edgeloop.tls.config.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 and 1.2 for a server or a client: what it is to be made of. Immutable; each {@code with}
 * method answers a copy. Files are read when a server or a client starts, and again at {@link
 * edgeloop.Server#reloadTls}.
 *
 * <pre>{@code
 * Tls tls = Tls.server(Path.of("chain.pem"), Path.of("key.pem"));
 * Server.start(ServerOptions.defaults().withPort(8443).withTls(tls), handlers);
 * }</pre>
 *
 * <p>Renegotiation, compression and early data are off. Sessions are taken up again by tickets (RFC
 * 5077, RFC 8446 section 2.2), whose keys all reactors of a server share.
 */
public final class Tls extends TransportSecurity {
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(24);
    private static final int MAX_PROTOCOL_BYTES = 255; // RFC 7301 section 3.1

    private final Settings settings;
    private final Side side;
    private final Providers providers;

    private Tls(Side side, Settings settings) {
        this.side = side;
        this.settings = settings;
        this.providers = new Providers(settings, side);
    }

    private static Tls of(Side side, List<Identity> identities, @Nullable SSLContext context) {
        Settings settings =
                Settings.defaults()
                        .withIdentities(identities)
                        .withContext(context)
                        .withProvider(context == null ? Provider.AUTO : Provider.JDK);
        return new Tls(side, settings);
    }

    /**
     * A server's, with a certificate.
     *
     * @param chain its certificate in PEM, and behind it those of its issuers
     * @param key its key in PEM, not encrypted
     * @return TLS for a server
     */
    public static Tls server(Path chain, Path key) {
        return of(Side.SERVER, List.of(new Identity.Pem(chain, key, null)), null);
    }

    /**
     * A server's, with a certificate in PKCS#12 (RFC 7292).
     *
     * @param file with a certificate, those of its issuers and its key
     * @param password of the file
     * @return TLS for a server
     */
    public static Tls server(Path file, String password) {
        return of(Side.SERVER, List.of(new Identity.Pkcs12(file, password, null)), null);
    }

    /**
     * A server's, as the JDK has it: {@link Provider#JDK} is what it takes then.
     *
     * @param context has the certificates and who is trusted
     * @return TLS for a server
     */
    public static Tls server(SSLContext context) {
        return of(Side.SERVER, List.of(), Objects.requireNonNull(context, "context"));
    }

    /**
     * {@return a client's, which trusts the issuers that the machine trusts} The name or address
     * that it connects to is what the server's certificate must be for (RFC 9525).
     */
    public static Tls client() {
        return of(Side.CLIENT, List.of(), null);
    }

    /**
     * A client's, as the JDK has it: {@link Provider#JDK} is what it takes then.
     *
     * @param context has who is trusted, and perhaps a certificate
     * @return TLS for a client
     */
    public static Tls client(SSLContext context) {
        return of(Side.CLIENT, List.of(), Objects.requireNonNull(context, "context"));
    }

    /**
     * {@return a copy with one more certificate} A server takes the one whose names match what the
     * client asks for (SNI, RFC 6066), {@code *.} standing for one label, and else the first; of
     * several for the same name, the one whose kind of key the client can use. A client has one.
     *
     * @param chain as for {@link #server(Path, Path)}
     * @param key likewise
     */
    public Tls withCertificate(Path chain, Path key) {
        return withIdentity(new Identity.Pem(chain, key, null));
    }

    /**
     * {@return a copy with one more certificate, in PKCS#12}
     *
     * @param file as for {@link #server(Path, String)}
     * @param password likewise
     */
    public Tls withCertificate(Path file, String password) {
        return withIdentity(new Identity.Pkcs12(file, password, null));
    }

    private Tls withIdentity(Identity identity) {
        checkNoContext("a certificate");
        if (side == Side.CLIENT && !settings.identities().isEmpty()) {
            throw new IllegalArgumentException("a client has one certificate");
        }
        List<Identity> all = new ArrayList<>(settings.identities());
        all.add(identity);
        return withIdentities(all);
    }

    private Tls withIdentities(List<Identity> identities) {
        return new Tls(side, settings.withIdentities(identities));
    }

    /**
     * {@return a copy that staples an OCSP response to the certificate added last} It is read with
     * the certificate, and sent to clients that ask for it (RFC 6066 section 8).
     *
     * @param response in DER, as {@code openssl ocsp -respout} writes it
     */
    public Tls withOcspResponse(Path response) {
        if (side == Side.CLIENT || settings.identities().isEmpty()) {
            throw new IllegalArgumentException("an OCSP response goes with a server's certificate");
        }
        List<Identity> all = new ArrayList<>(settings.identities());
        all.set(all.size() - 1, all.getLast().withOcspResponse(response));
        return withIdentities(all);
    }

    private void checkNoContext(String what) {
        if (settings.context() != null) {
            throw new IllegalArgumentException(what + " is the SSLContext's affair");
        }
    }

    /**
     * {@return a copy by another provider}
     *
     * @param provider an {@link SSLContext} goes with {@link Provider#JDK} alone
     */
    public Tls withProvider(Provider provider) {
        if (settings.context() != null && provider != Provider.JDK) {
            throw new IllegalArgumentException("an SSLContext goes with Provider.JDK alone");
        }
        return new Tls(side, settings.withProvider(Objects.requireNonNull(provider, "provider")));
    }

    /**
     * {@return a copy with other versions and cipher suites}
     *
     * @param profile {@link Profile#INTERMEDIATE} by default
     */
    public Tls withProfile(Profile profile) {
        return new Tls(side, settings.withProfile(Objects.requireNonNull(profile, "profile")));
    }

    /**
     * {@return a copy that offers application protocols, or chooses among them (ALPN, RFC 7301)} A
     * server refuses a client that offers others alone, and serves one that offers none.
     *
     * @param protocols the most wanted first, such as {@code http/1.1}; each of 1 to 255 bytes
     */
    public Tls withApplicationProtocols(String... protocols) {
        for (String each : protocols) {
            int length = each.getBytes(StandardCharsets.UTF_8).length;
            if (length < 1 || length > MAX_PROTOCOL_BYTES) {
                throw new IllegalArgumentException(
                        "an application protocol has 1 to 255 bytes: " + each);
            }
        }
        return new Tls(side, settings.withApplicationProtocols(List.of(protocols)));
    }

    /**
     * {@return a copy of a server's that asks clients for certificates, or does not}
     *
     * @param authentication whether, and whether one without is served
     * @param trust the issuers that are trusted, in PEM; null only for {@link
     *     ClientAuthentication#NONE}, or with an {@link SSLContext}
     */
    public Tls withClientAuthentication(ClientAuthentication authentication, @Nullable Path trust) {
        if (side == Side.CLIENT) {
            throw new IllegalArgumentException("it is a server that asks for certificates");
        }
        boolean needed = authentication != ClientAuthentication.NONE && settings.context() == null;
        if (needed != (trust != null)) {
            throw new IllegalArgumentException(
                    needed ? "whose certificates are trusted?" : "trust without certificates");
        }
        return new Tls(side, settings.withClientAuthentication(authentication).withTrust(trust));
    }

    /**
     * {@return a copy of a client's that trusts these issuers in the place of the machine's}
     *
     * @param trust certificates in PEM
     */
    public Tls withTrust(Path trust) {
        checkClient("withTrust");
        checkNoContext("trust");
        return client(Objects.requireNonNull(trust, "trust"), true, settings.serverName());
    }

    /**
     * {@return a copy of a client's that speaks with anybody} The connection is secret to all but
     * who answers, and that may be anyone: for tests.
     */
    public Tls withoutVerification() {
        checkClient("withoutVerification");
        checkNoContext("verification");
        return client(settings.trust(), false, settings.serverName());
    }

    /**
     * {@return a copy of a client's that asks for a name (SNI) and verifies that, whatever address
     * it connects to}
     *
     * @param name a DNS name, or an address, which is verified and, RFC 6066 section 3, not asked
     *     for
     */
    public Tls withServerName(String name) {
        checkClient("withServerName");
        if (name.isBlank()) {
            throw new IllegalArgumentException("serverName must be a name: '" + name + "'");
        }
        return client(settings.trust(), settings.verified(), Objects.requireNonNull(name, "name"));
    }

    private void checkClient(String method) {
        if (side != Side.CLIENT) {
            throw new IllegalArgumentException(method + " is for a client");
        }
    }

    private Tls client(@Nullable Path trust, boolean verified, @Nullable String name) {
        return new Tls(side, settings.withTrust(trust).withVerified(verified).withServerName(name));
    }

    /**
     * {@return a copy that takes sessions up again, or does not}
     *
     * @param on true by default
     */
    public Tls withResumption(boolean on) {
        return new Tls(side, settings.withResumed(on));
    }

    /**
     * {@return a copy whose handshakes may take another time, 10 s by default} It counts from the
     * moment that the kernel has connected the two.
     *
     * @param timeout from 0, for ever, to 24 days
     */
    public Tls withHandshakeTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "handshakeTimeout must be from 0 to 24 days: " + timeout);
        }
        return new Tls(side, settings.withHandshakeTimeout(timeout));
    }

    /**
     * {@return a copy that writes each connection's secrets to a file, so that Wireshark can read
     * what was captured} Whoever has that file can, too. OpenSSL alone knows how.
     *
     * @param file appended to, in NSS's key log format, and readable by its owner alone
     */
    public Tls withKeyLog(Path file) {
        return new Tls(side, settings.withKeyLog(Objects.requireNonNull(file, "file")));
    }

    /**
     * {@return who does it, with the version, such as {@code OpenSSL 3.0.19} or {@code Java
     * 25.0.3}} Loads OpenSSL where that may be it.
     */
    public String providerName() {
        return providers.name();
    }

    /**
     * {@return why {@link Provider#AUTO} takes the JDK's, in one line: there is no OpenSSL 3, or
     * its configuration keeps it from what is needed here; null where it does not, or is not asked
     * for}
     */
    public @Nullable String openSslRefusal() {
        return settings.provider() == Provider.AUTO ? providers.openSslRefusal() : null;
    }

    @Override
    protected LayerContext load(Side wanted) {
        if (wanted != side) {
            throw new TlsException(
                    side == Side.SERVER
                            ? "this Tls is a server's: a client takes Tls.client()"
                            : "this Tls is a client's: a server takes Tls.server(...)",
                    null);
        }
        return providers.load();
    }

    /** {@return what it is made of, and no secret} */
    @Override
    public String toString() {
        return "Tls[" + side + ", " + settings + "]";
    }
}
