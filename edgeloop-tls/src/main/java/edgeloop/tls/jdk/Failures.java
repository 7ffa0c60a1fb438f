package edgeloop.tls.jdk;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.jspecify.annotations.Nullable;

/** What the JDK's exceptions say, in a line for people. */
final class Failures {
    private static final String ALERT = "Received fatal alert: ";
    private static final String NO_CERTIFICATE = "Empty client certificate chain";

    private Failures() {}

    /**
     * @param peer who a client thought it was speaking with; null on a server
     */
    static String describe(Throwable thrown, @Nullable String peer) {
        String message = message(thrown);
        int alert = message.indexOf(ALERT);
        if (alert >= 0) {
            return "the peer sent alert " + message.substring(alert + ALERT.length());
        }
        if (message.contains(NO_CERTIFICATE)) {
            return "the client has no certificate";
        }
        String refusal = refusal(thrown);
        if (refusal != null) {
            String whose = peer == null ? "the client" : peer;
            return "the certificate of " + whose + " is refused: " + refusal;
        }
        return message;
    }

    /** Why the peer's certificate can't be verified; null if it is something else. */
    private static @Nullable String refusal(Throwable thrown) {
        String refusal = null;
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            String message = message(each);
            switch (each) {
                case CertificateExpiredException _ -> {
                    return "it has expired (" + message + ")";
                }
                case CertificateNotYetValidException _ -> {
                    return "it is not valid yet (" + message + ")";
                }
                case CertPathBuilderException _ when message.startsWith("unable to find") ->
                        refusal = "its issuer is not trusted";
                case CertificateException _ ->
                        refusal = message.startsWith("PKIX") ? "it is not trusted" : message;
                default -> {}
            }
        }
        return refusal;
    }

    /** One line, without the alert's name that newer JDKs put in front. */
    private static String message(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null || message.isBlank()) {
            return thrown.getClass().getSimpleName();
        }
        String line = message.lines().findFirst().orElse("").strip();
        return line.replaceFirst("^\\([a-z_]+\\) ", "");
    }
}
