package edgeloop.tls.jdk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import edgeloop.TlsException;
import edgeloop.layer.LayerSource.Side;
import edgeloop.tls.Profile;
import edgeloop.tls.config.Identity;
import edgeloop.tls.config.PeerName;
import edgeloop.tls.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Makes engines of what {@link Settings} say, and of the files that they name, as these were. */
final class Engines {
    private static final List<String> MODERN_PROTOCOLS = List.of("TLSv1.3");
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private static final List<String> MODERN_SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256");

    /** Mozilla's intermediate ones, https://wiki.mozilla.org/Security/Server_Side_TLS. */
    private static final List<String> SUITES =
            Stream.concat(
                            MODERN_SUITES.stream(),
                            Stream.of(
                                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
                                    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
                                    "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"))
                    .toList();

    private final Settings settings;
    private final SSLContext context;
    private final String[] protocols;
    private final String[] suites;
    private final String[] applicationProtocols;

    /** In the place of ports, where no session is to be found again. */
    private final AtomicInteger neverAgain = new AtomicInteger(Integer.MIN_VALUE);

    private Engines(Settings settings, SSLContext context) {
        this.settings = settings;
        this.context = context;
        boolean modern = settings.profile() == Profile.MODERN;
        SSLParameters offered = context.getDefaultSSLParameters();
        this.protocols =
                common("version", modern ? MODERN_PROTOCOLS : PROTOCOLS, offered.getProtocols());
        this.suites =
                common("cipher suite", modern ? MODERN_SUITES : SUITES, offered.getCipherSuites());
        this.applicationProtocols =
                settings.applicationProtocols().stream()
                        .map(Engines::toAlpn)
                        .toArray(String[]::new);
    }

    private static String[] common(String what, List<String> wanted, String[] offered) {
        List<String> both = new ArrayList<>(wanted);
        both.retainAll(Arrays.asList(offered));
        if (both.isEmpty()) {
            throw new TlsException("the SSLContext has no " + what + " of " + wanted, null);
        }
        return both.toArray(String[]::new);
    }

    /** The JDK writes each char of a protocol's name as a byte. */
    private static String toAlpn(String name) {
        return new String(name.getBytes(UTF_8), ISO_8859_1);
    }

    static String ofAlpn(String name) {
        return new String(name.getBytes(ISO_8859_1), UTF_8);
    }

    static Engines load(Settings settings, Side side) {
        Path keyLog = settings.keyLog();
        if (keyLog != null) {
            throw new TlsException(
                    "OpenSSL alone writes a key log, " + keyLog + "; install it, or go without",
                    null);
        }
        SSLContext given = settings.context();
        return new Engines(settings, given == null ? context(settings, side) : given);
    }

    private static SSLContext context(Settings settings, Side side) {
        List<Credentials> all = new ArrayList<>();
        for (Identity identity : settings.identities()) {
            all.add(Credentials.load(identity));
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager[] keys = all.isEmpty() ? null : new KeyManager[] {new Keys(all)};
            context.init(keys, trust(settings, side), null);
            if (!settings.resumed()) { // none is looked for; 0 would be no bound
                context.getClientSessionContext().setSessionCacheSize(1);
                context.getServerSessionContext().setSessionCacheSize(1);
            }
            return context;
        } catch (GeneralSecurityException e) {
            throw new TlsException("the JDK has no TLS: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Settings settings, Side side)
            throws GeneralSecurityException {
        if (!settings.verified()) {
            return new TrustManager[] {new TrustAll()};
        }
        Path file = settings.trust();
        if (file == null && side == Side.SERVER) {
            return new TrustManager[0]; // it asks for no certificate
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(file == null ? null : store(file));
        return factory.getTrustManagers();
    }

    private static KeyStore store(Path file) throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
        int n = 0;
        for (X509Certificate each : PemFile.certificates(file)) {
            store.setCertificateEntry(Integer.toString(n++), each);
        }
        return store;
    }

    /** For a client that has connected. */
    SSLEngine server() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = parameters();
        switch (settings.clientAuthentication()) {
            case NONE -> {}
            case ASK -> parameters.setWantClientAuth(true);
            case DEMAND -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** For a server that was connected to. */
    SSLEngine client(PeerName peer) {
        // By these two the JDK finds the session that it takes up again.
        int port = settings.resumed() ? peer.port() : neverAgain.getAndIncrement();
        SSLEngine engine = context.createSSLEngine(peer.host(), port);
        engine.setUseClientMode(true);
        SSLParameters parameters = parameters();
        String asked = peer.serverName();
        parameters.setServerNames(asked == null ? List.of() : List.of(new SNIHostName(asked)));
        if (settings.verified()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private SSLParameters parameters() {
        SSLParameters parameters = new SSLParameters(suites, protocols);
        parameters.setApplicationProtocols(applicationProtocols);
        // All are good: the client knows what its processor is quick with.
        parameters.setUseCipherSuitesOrder(false);
        return parameters;
    }
}
