package edgeloop.tls.openssl;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What certificates are for: their subject alternative names, RFC 9525. */
final class CertificateNames {
    private static final int DNS_NAME = 2; // RFC 5280 section 4.2.1.6

    private CertificateNames() {}

    static List<String> of(long x509) {
        try {
            return of(Agreements.certificate(x509));
        } catch (CertificateException e) {
            return List.of(); // Java can't read what OpenSSL can: then it is the default's, or none
        }
    }

    private static List<String> of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> each : all) {
                    if (each.getFirst() instanceof Integer kind && kind == DNS_NAME) {
                        names.add(each.get(1).toString().toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // then it is for none that we could tell
        }
        return List.copyOf(names);
    }

    /** Whether one of {@code names} is {@code wanted}, {@code *.} standing for one label. */
    static boolean match(List<String> names, String wanted) {
        int dot = wanted.indexOf('.');
        String wildcard = dot < 0 ? null : "*" + wanted.substring(dot);
        return names.contains(wanted) || (wildcard != null && names.contains(wildcard));
    }
}
