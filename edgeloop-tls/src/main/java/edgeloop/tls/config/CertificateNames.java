package edgeloop.tls.config;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What certificates are for: their subject alternative names, RFC 9525. */
public final class CertificateNames {
    private static final int DNS_NAME = 2; // RFC 5280 section 4.2.1.6

    private CertificateNames() {}

    /** {@return them, in lower case} */
    public static List<String> of(X509Certificate certificate) {
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
            return List.of(); // then it is for none that could be told
        }
        return List.copyOf(names);
    }

    /**
     * {@return whether one of them is for a name, {@code *.} standing for one label}
     *
     * @param wanted in lower case
     */
    public static boolean match(List<String> names, String wanted) {
        int dot = wanted.indexOf('.');
        return names.contains(wanted) || (dot > 0 && names.contains("*" + wanted.substring(dot)));
    }
}
