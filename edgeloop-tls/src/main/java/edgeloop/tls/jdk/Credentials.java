package edgeloop.tls.jdk;

import edgeloop.TlsException;
import edgeloop.tls.config.CertificateNames;
import edgeloop.tls.config.Identity;
import edgeloop.tls.config.TlsFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A key, and the certificates that go with it.
 *
 * @param chain its certificate, its issuer's, and so on
 * @param key of the first of them
 * @param names that the certificate is for, in lower case
 */
record Credentials(List<X509Certificate> chain, PrivateKey key, List<String> names) {
    /** For keys that may be used with any. */
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

    /** Without the key. */
    @Override
    public String toString() {
        return "Credentials" + names;
    }

    static Credentials load(Identity identity) {
        if (identity.ocspResponse() != null) {
            throw new TlsException(
                    "OpenSSL alone staples an OCSP response, "
                            + identity.ocspResponse()
                            + "; install it, or go without",
                    null);
        }
        return switch (identity) {
            case Identity.Pem pem -> ofPem(pem);
            case Identity.Pkcs12 file -> ofPkcs12(file);
        };
    }

    private static Credentials ofPem(Identity.Pem pem) {
        List<X509Certificate> chain = PemFile.certificates(pem.chain());
        PrivateKey key = PemFile.key(pem.key());
        if (!isPair(chain.getFirst().getPublicKey(), key)) {
            throw TlsFile.unusable(
                    pem.key(), "it is not the key of the certificate in " + pem.chain(), null);
        }
        return of(chain, key);
    }

    private static Credentials ofPkcs12(Identity.Pkcs12 identity) {
        Path file = identity.file();
        char[] password = identity.password().toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(TlsFile.read(file)), password);
            List<String> keys = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getCertificateChain(alias) != null) {
                    keys.add(alias);
                }
            }
            if (keys.size() != 1) {
                String number = keys.isEmpty() ? "no key with a certificate" : "several keys";
                throw TlsFile.unusable(file, "there must be one key in it, not " + number, null);
            }
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate each : store.getCertificateChain(keys.getFirst())) {
                chain.add((X509Certificate) each);
            }
            return of(chain, (PrivateKey) store.getKey(keys.getFirst(), password));
        } catch (IOException e) {
            boolean refused = e.getCause() instanceof UnrecoverableKeyException;
            String why = refused ? "the password is wrong" : "it is no PKCS#12, or broken";
            throw TlsFile.unusable(file, why, e);
        } catch (GeneralSecurityException | ClassCastException e) {
            throw TlsFile.unusable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static Credentials of(List<X509Certificate> chain, PrivateKey key) {
        return new Credentials(List.copyOf(chain), key, CertificateNames.of(chain.getFirst()));
    }

    /** What is signed with the one must be verified with the other. */
    private static boolean isPair(PublicKey of, PrivateKey key) {
        byte[] something = {1, 2, 3};
        try {
            Signature signature =
                    Signature.getInstance(
                            switch (key.getAlgorithm()) {
                                case "RSA" -> "SHA256withRSA";
                                case "EC" -> "SHA256withECDSA";
                                default -> key.getAlgorithm();
                            });
            if (key instanceof RSAKey rsa && key.getAlgorithm().equals("RSASSA-PSS")) {
                boolean isBound = rsa.getParams() instanceof PSSParameterSpec;
                signature.setParameter(isBound ? rsa.getParams() : PSS);
            }
            signature.initSign(key);
            signature.update(something);
            byte[] signed = signature.sign();
            signature.initVerify(of);
            signature.update(something);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // of another kind
        }
    }

    /**
     * Whether the certificate is for a name, {@code *.} standing for one label.
     *
     * @param name in lower case
     */
    boolean areFor(String name) {
        return CertificateNames.match(names, name);
    }

    /** Whether the key is of a kind, as the JDK calls it when it asks for one. */
    boolean areOf(String keyType) {
        return key.getAlgorithm().equals(keyType);
    }
}
