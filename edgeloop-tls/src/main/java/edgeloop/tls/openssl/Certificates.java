package edgeloop.tls.openssl;

import edgeloop.tls.config.CertificateNames;
import edgeloop.tls.config.Identity;
import edgeloop.tls.config.Settings;
import edgeloop.tls.config.TlsFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What was loaded at one time: an SSL_CTX for each set of names, in which there may be a
 * certificate of each kind of key. Connections keep the SSL_CTX that they began with.
 */
final class Certificates {
    private static final int NOACK = 3;
    private static final int OK = 0;
    private static final int STATUS_REQUEST_OCSP_RESPONSE = 71;

    /** One SSL_CTX, and what is in it. */
    private record Entry(long sslContext, List<Credentials> credentials) {
        boolean takes(Credentials other) {
            Credentials first = credentials.getFirst();
            return first.names().equals(other.names())
                    && credentials.stream().allMatch(c -> c.keyKind() != other.keyKind());
        }
    }

    /** A number for each, which callbacks are given in the place of a pointer. */
    final long id;

    private final List<Entry> entries = new ArrayList<>();

    /** Those who use it; the context's own use counts. */
    private int users = 1;

    private Certificates(long id) {
        this.id = id;
    }

    static Certificates load(Settings settings, ContextMaker maker, long id) {
        Certificates all = new Certificates(id);
        try {
            if (settings.identities().isEmpty()) {
                all.entries.add(new Entry(maker.make(id, 0), List.of()));
            }
            for (Identity each : settings.identities()) {
                all.add(Credentials.load(each), maker);
            }
            return all;
        } catch (RuntimeException e) {
            all.free();
            throw e;
        }
    }

    private void add(Credentials credentials, ContextMaker maker) {
        Entry entry = null;
        for (Entry each : entries) {
            if (each.takes(credentials)) {
                entry = each;
            }
        }
        if (entry == null) {
            try {
                long made = maker.make(id, entries.size());
                entry = new Entry(made, new ArrayList<>());
                entries.add(entry);
            } catch (RuntimeException e) {
                credentials.close();
                throw e;
            }
        }
        entry.credentials().add(credentials);
        use(entry.sslContext(), credentials);
    }

    private static void use(long context, Credentials credentials) {
        boolean taken =
                (int) Native.call("SSL_CTX_use_certificate", context, credentials.certificate())
                                == 1
                        && (int) Native.call("SSL_CTX_use_PrivateKey", context, credentials.key())
                                == 1;
        for (long issuer : credentials.issuers()) {
            taken &= (int) ContextMaker.control(context, ContextMaker.ADD_CHAIN, 1, issuer) == 1;
        }
        if (!taken) {
            throw TlsFile.unusable(
                    credentials.where(),
                    "OpenSSL refuses it (" + OpenSsl.takeError("no reason given") + ")",
                    null);
        }
    }

    /** The one for clients that ask for no name that is here. */
    long sslContext() {
        return entries.getFirst().sslContext();
    }

    /** Whether there is no other to choose. */
    boolean isOne() {
        return entries.size() == 1;
    }

    /** The one for a name, as a client asks for it; 0 if there is none. */
    long sslContextFor(@Nullable String name) {
        if (name != null) {
            String wanted = name.toLowerCase(Locale.ROOT);
            for (Entry each : entries) {
                for (Credentials credentials : each.credentials()) {
                    if (CertificateNames.match(credentials.names(), wanted)) {
                        return each.sslContext();
                    }
                }
            }
        }
        return 0;
    }

    /** Staples what there is for the certificate that was chosen; must not throw. */
    int staple(long ssl) {
        long chosen = Native.call("SSL_get_certificate", ssl);
        for (Entry each : entries) {
            for (Credentials credentials : each.credentials()) {
                byte[] response = credentials.ocspResponse();
                if (credentials.certificate() == chosen && response != null) {
                    return staple(ssl, response);
                }
            }
        }
        return NOACK;
    }

    private static int staple(long ssl, byte[] response) {
        long copy = Native.call("CRYPTO_malloc", response.length); // which OpenSSL frees
        if (copy == 0) {
            return NOACK;
        }
        Native.copy(MemorySegment.ofArray(response), copy, response.length);
        long _ = Native.call("SSL_ctrl", ssl, STATUS_REQUEST_OCSP_RESPONSE, response.length, copy);
        return OK;
    }

    synchronized void retain() {
        users++;
    }

    /** Whether that was the last use, and it is gone. */
    synchronized boolean release() {
        users--;
        if (users == 0) {
            free();
        }
        return users == 0;
    }

    private void free() {
        for (Entry each : entries) {
            each.credentials().forEach(Credentials::close);
            long _ = Native.call("SSL_CTX_free", each.sslContext());
        }
        entries.clear();
    }
}
