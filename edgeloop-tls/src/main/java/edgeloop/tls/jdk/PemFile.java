package edgeloop.tls.jdk;

import edgeloop.tls.config.TlsFile;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Certificates and keys in PEM, RFC 7468, and the keys of OpenSSL's that came before it. */
final class PemFile {
    /** Of RFC 1421, in keys of the traditional form. */
    private static final String ENCRYPTED = "Proc-Type: 4,ENCRYPTED";

    /** Whose keys may be in PKCS#8; each refuses those of the others. */
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

    private final Path file;
    private final List<TlsFile.Block> blocks;

    private PemFile(Path file) {
        this.file = file;
        this.blocks = TlsFile.blocks(file, TlsFile.read(file));
    }

    private static byte[] der(TlsFile.Block block) {
        return Base64.getMimeDecoder().decode(block.body());
    }

    /** All certificates of a file, of which there is one at least. */
    static List<X509Certificate> certificates(Path file) {
        return new PemFile(file).certificates();
    }

    /** The first key of a file. */
    static PrivateKey key(Path file) {
        return new PemFile(file).key();
    }

    private List<X509Certificate> certificates() {
        List<X509Certificate> all = new ArrayList<>();
        for (TlsFile.Block block : blocks) {
            if (block.type().equals("CERTIFICATE") || block.type().equals("X509 CERTIFICATE")) {
                all.add(certificate(block, all.size() + 1));
            }
        }
        if (all.isEmpty()) {
            throw TlsFile.unusable(file, "no certificate in PEM in it", null);
        }
        return all;
    }

    private X509Certificate certificate(TlsFile.Block block, int number) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            var in = new ByteArrayInputStream(der(block));
            return (X509Certificate) factory.generateCertificate(in);
        } catch (CertificateException | IllegalArgumentException e) {
            throw TlsFile.unusable(file, "certificate " + number + " in it is broken", e);
        }
    }

    private PrivateKey key() {
        byte @Nullable [] curve = null;
        for (TlsFile.Block block : blocks) {
            if (block.type().equals("ENCRYPTED PRIVATE KEY") || block.body().contains(ENCRYPTED)) {
                throw TlsFile.unusable(
                        file,
                        "its key is encrypted; openssl pkey -in ... -out ... writes it plain",
                        null);
            }
            try {
                switch (block.type()) {
                    case "PRIVATE KEY" -> {
                        return parse(der(block));
                    }
                    case "RSA PRIVATE KEY" -> {
                        return parse(Der.pkcs8OfRsa(der(block)));
                    }
                    case "EC PRIVATE KEY" -> {
                        return parse(ofKnownCurve(Der.pkcs8OfEc(der(block), curve)));
                    }
                    case "EC PARAMETERS" -> curve = der(block);
                    default -> {}
                }
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw TlsFile.unusable(file, "its key is broken, or of an unknown kind", e);
            }
        }
        throw TlsFile.unusable(file, "no private key in PEM in it", null);
    }

    private static byte[] ofKnownCurve(byte @Nullable [] pkcs8) throws InvalidKeySpecException {
        if (pkcs8 == null) {
            throw new InvalidKeySpecException("which curve?");
        }
        return pkcs8;
    }

    private static PrivateKey parse(byte[] pkcs8) throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
        InvalidKeySpecException last = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                last = e;
            }
        }
        throw Objects.requireNonNull(last);
    }
}
