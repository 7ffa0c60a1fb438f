package edgeloop.tls;

import edgeloop.TlsException;
import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource.Side;
import edgeloop.tls.config.Settings;
import edgeloop.tls.jdk.JdkContext;
import edgeloop.tls.openssl.OpenSsl;
import edgeloop.tls.openssl.OpenSslContext;
import org.jspecify.annotations.Nullable;

/** Finds out who does it. */
final class Providers {
    private Providers() {}

    static LayerContext load(Settings settings, Side side) {
        if (settings.provider() == Provider.JDK) {
            return JdkContext.load(settings, side);
        }
        String refusal = openSslRefusal(settings, side);
        if (refusal == null) {
            return OpenSslContext.load(settings, side);
        }
        if (settings.provider() == Provider.OPENSSL) {
            throw new TlsException(refusal, null);
        }
        return JdkContext.load(settings, side);
    }

    /** Why OpenSSL can't be used, that there is none or that it is told not to; null if it can. */
    static @Nullable String openSslRefusal(Settings settings, Side side) {
        String missing = OpenSsl.missing();
        return missing == null ? OpenSslContext.refusal(settings, side) : missing;
    }

    /** Who does it, for people. */
    static String name(Settings settings, Side side) {
        boolean jdk =
                settings.provider() == Provider.JDK
                        || (settings.provider() == Provider.AUTO
                                && openSslRefusal(settings, side) != null);
        return jdk ? "Java " + System.getProperty("java.version") : OpenSsl.name();
    }
}
