package edgeloop.tls;

import edgeloop.TlsException;
import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource.Side;
import edgeloop.tls.config.Settings;
import edgeloop.tls.jdk.JdkContext;
import edgeloop.tls.openssl.OpenSsl;
import edgeloop.tls.openssl.OpenSslContext;
import org.jspecify.annotations.Nullable;

/** Finds out who does it; what OpenSSL would say to it is asked once. */
final class Providers {
    private final Settings settings;
    private final Side side;
    private boolean asked;
    private @Nullable String refusal;

    Providers(Settings settings, Side side) {
        this.settings = settings;
        this.side = side;
    }

    LayerContext load() {
        if (isJdk()) {
            return JdkContext.load(settings, side);
        }
        String why = openSslRefusal(); // before it is asked about files, of which it would say no
        if (why != null) {
            throw new TlsException(why, null);
        }
        return OpenSslContext.load(settings, side);
    }

    /** Why OpenSSL can't be used, that there is none or that it is told not to; null if it can. */
    synchronized @Nullable String openSslRefusal() {
        if (!asked) {
            asked = true;
            refusal = OpenSsl.missing();
            if (refusal == null) {
                refusal = OpenSslContext.refusal(settings, side);
            }
        }
        return refusal;
    }

    /** Who does it, for people. */
    String name() {
        return isJdk() ? "Java " + System.getProperty("java.version") : OpenSsl.name();
    }

    private boolean isJdk() {
        return switch (settings.provider()) {
            case JDK -> true;
            case OPENSSL -> false;
            case AUTO -> openSslRefusal() != null;
        };
    }
}
