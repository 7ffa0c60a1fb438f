package edgeloop.cli.load.message;

import java.util.Locale;
import java.util.stream.Stream;

/** What to do where TLS could not be established, by what is said of it. */
public final class TlsAdvice {
    private TlsAdvice() {}

    /**
     * The whole of it in one line.
     *
     * @param server as people read it
     * @param why what the provider says; words differ from one to the other
     */
    public static String on(String server, String why) {
        String text = why.toLowerCase(Locale.ROOT).replace('_', ' ');
        if (text.startsWith("the certificate of ")) {
            return why + "; " + onCertificate(text);
        }
        return "TLS could not be established with " + server + ": " + why + "; " + onOther(text);
    }

    private static String onCertificate(String text) {
        if (hasOneOf(text, "mismatch", "no name matching", "subject alternative")) {
            return "verify another name by --tls-name NAME, or none by --insecure";
        }
        if (hasOneOf(text, "expired", "not yet valid", "not valid yet")) {
            return "load it all the same by --insecure";
        }
        return "trust its issuer by --ca FILE, or load it unverified by --insecure";
    }

    private static boolean hasOneOf(String text, String... words) {
        return Stream.of(words).anyMatch(text::contains);
    }

    private static String onOther(String text) {
        if (text.contains("alert") && hasOneOf(text, "certificate", "unknown ca")) {
            return "it wants a certificate that it trusts: --tls-cert FILE --tls-key FILE";
        }
        if (text.contains("alert")) {
            return "see what it allows: versions, cipher suites, names";
        }
        return "does it speak TLS on that port? Without TLS write http://, or HOST:PORT";
    }
}
