package edgeloop.tls.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a certificate, those of its issuers and its key are. */
public sealed interface Identity {
    /** Where the answer of an OCSP responder is, in DER, RFC 6960; null for none. */
    @Nullable Path ocspResponse();

    /** This one, with an answer of an OCSP responder. */
    Identity withOcspResponse(Path response);

    /**
     * Files in PEM.
     *
     * @param chain the certificate, and behind it its issuers'
     * @param key its key, not encrypted
     */
    record Pem(Path chain, Path key, @Nullable Path ocspResponse) implements Identity {
        @Override
        public Identity withOcspResponse(Path response) {
            return new Pem(chain, key, response);
        }
    }

    /**
     * A file in PKCS#12, with one key.
     *
     * @param password of the file and of the key
     */
    record Pkcs12(Path file, String password, @Nullable Path ocspResponse) implements Identity {
        @Override
        public Identity withOcspResponse(Path response) {
            return new Pkcs12(file, password, response);
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Pkcs12[" + file + "]";
        }
    }
}
