package edgeloop.tls.jdk;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate is shown: on a server that whose names match what the client asks for, and else
 * the first; of several, the one whose kind of key the client can use. Aliases are indexes.
 */
final class Keys extends X509ExtendedKeyManager {
    private final List<Credentials> all;

    /** Those for a name of the first's. */
    private final List<Credentials> defaults;

    Keys(List<Credentials> all) {
        this.all = List.copyOf(all);
        this.defaults = all.stream().filter(this::isLikeTheFirst).toList();
    }

    private boolean isLikeTheFirst(Credentials other) {
        Credentials first = all.getFirst();
        return other.equals(first) || other.names().stream().anyMatch(first.names()::contains);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        String name = engine == null ? null : requestedName(engine);
        List<Credentials> candidates = List.of();
        if (name != null) {
            candidates = all.stream().filter(each -> each.areFor(name)).toList();
        }
        if (candidates.isEmpty()) {
            candidates = defaults;
        }
        for (Credentials each : candidates) {
            if (each.areOf(keyType)) {
                return alias(each);
            }
        }
        return null;
    }

    private static @Nullable String requestedName(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            return hostName(session.getRequestedServerNames());
        }
        return null;
    }

    /** What a client asks for by SNI, in lower case. */
    static @Nullable String hostName(List<SNIServerName> names) {
        for (SNIServerName each : names) {
            if (each instanceof SNIHostName host) {
                return host.getAsciiName().toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    /** Whatever issuers the server names: it says why better than silence does. */
    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        for (String keyType : keyTypes) {
            for (Credentials each : all) {
                if (each.areOf(keyType)) {
                    return alias(each);
                }
            }
        }
        return null;
    }

    private String alias(Credentials credentials) {
        return Integer.toString(all.indexOf(credentials));
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return all.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return all.get(Integer.parseInt(alias)).key();
    }

    // Those of sockets are never asked.

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineClientAlias(keyTypes, issuers, null);
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }
}
