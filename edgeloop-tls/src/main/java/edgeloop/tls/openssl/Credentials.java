package edgeloop.tls.openssl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgeloop.tls.config.CertificateNames;
import edgeloop.tls.config.Identity;
import edgeloop.tls.config.TlsFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate, those of its issuers and its key, as OpenSSL has them.
 *
 * @param certificate an X509
 * @param issuers likewise, its issuer first
 * @param key an EVP_PKEY
 * @param ocspResponse in DER, or null
 * @param names what the certificate is for, lower case
 * @param where the file that it came from
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
record Credentials(
        long certificate,
        List<Long> issuers,
        long key,
        byte @Nullable [] ocspResponse,
        List<String> names,
        Path where)
        implements AutoCloseable {
    /** What OpenSSL says at the end of a file. */
    private static final String NO_MORE = "no start line";

    static Credentials load(Identity identity) {
        Path response = identity.ocspResponse();
        byte[] ocsp = response == null ? null : TlsFile.read(response);
        return switch (identity) {
            case Identity.Pem pem -> ofPem(pem, ocsp);
            case Identity.Pkcs12 file -> ofPkcs12(file, ocsp);
        };
    }

    private static Credentials ofPem(Identity.Pem pem, byte @Nullable [] ocsp) {
        List<Long> chain = certificates(pem.chain(), TlsFile.read(pem.chain()));
        long key = 0;
        try {
            key = key(pem.key());
            checkPair(chain.getFirst(), key, pem.chain(), pem.key());
            List<String> names = namesOf(chain.getFirst());
            return new Credentials(
                    chain.getFirst(),
                    List.copyOf(chain.subList(1, chain.size())),
                    key,
                    ocsp,
                    names,
                    pem.chain());
        } catch (RuntimeException e) {
            free(chain, key);
            throw e;
        }
    }

    /** All certificates of what was read of a file in PEM, of which there is one at least. */
    static List<Long> certificates(Path file, byte[] content) {
        List<TlsFile.Block> _ = TlsFile.blocks(file, content); // what is cut off is no end
        List<Long> all = new ArrayList<>();
        withBio(
                content,
                bio -> {
                    long x509 = Native.call("PEM_read_bio_X509", bio);
                    while (x509 != 0) {
                        all.add(x509);
                        x509 = Native.call("PEM_read_bio_X509", bio);
                    }
                    return 0;
                });
        String why = OpenSsl.takeError(NO_MORE);
        if (all.isEmpty()) {
            throw TlsFile.unusable(file, "no certificate in PEM in it (" + why + ")", null);
        }
        if (!why.equals(NO_MORE)) {
            free(all, 0);
            throw TlsFile.unusable(
                    file,
                    "certificate " + (all.size() + 1) + " in it is broken (" + why + ")",
                    null);
        }
        return all;
    }

    private static long key(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            // Where it is encrypted: an empty pass phrase, or OpenSSL would ask the terminal.
            long none = arena.allocateFrom("").address();
            long key =
                    withBio(
                            TlsFile.read(file),
                            bio -> Native.call("PEM_read_bio_PrivateKey", bio, 0, 0, none));
            String why = OpenSsl.takeError("");
            if (key == 0) {
                throw TlsFile.unusable(
                        file, "no key in PEM in it that is not encrypted (" + why + ")", null);
            }
            return key;
        }
    }

    private static void checkPair(long certificate, long key, Path chain, Path keyFile) {
        if ((int) Native.call("X509_check_private_key", certificate, key) != 1) {
            String _ = OpenSsl.takeError("");
            throw TlsFile.unusable(
                    keyFile, "it is not the key of the certificate in " + chain, null);
        }
    }

    private static Credentials ofPkcs12(Identity.Pkcs12 identity, byte @Nullable [] ocsp) {
        Path file = identity.file();
        long p12 = withBio(TlsFile.read(file), bio -> Native.call("d2i_PKCS12_bio", bio, 0));
        if (p12 == 0) {
            throw TlsFile.unusable(file, "it is no PKCS#12 (" + OpenSsl.takeError("") + ")", null);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS, 3);
            long at = out.address();
            long password = arena.allocateFrom(identity.password()).address();
            long parsed = Native.call("PKCS12_parse", p12, password, at, at + 8, at + 16);
            long key = out.get(JAVA_LONG, 0);
            long certificate = out.get(JAVA_LONG, 8);
            List<Long> issuers = takeStack(out.get(JAVA_LONG, 16));
            String why = OpenSsl.takeError("no key or no certificate in it");
            if ((int) parsed != 1 || key == 0 || certificate == 0) {
                List<Long> all = new ArrayList<>(issuers);
                all.add(certificate);
                free(all, key);
                throw TlsFile.unusable(file, why, null);
            }
            return new Credentials(certificate, issuers, key, ocsp, namesOf(certificate), file);
        } finally {
            long _ = Native.call("PKCS12_free", p12);
        }
    }

    private static List<String> namesOf(long x509) {
        try {
            return CertificateNames.of(Agreements.certificate(x509));
        } catch (CertificateException e) {
            return List.of(); // Java can't read what OpenSSL can: then it is the default's, or none
        }
    }

    /** The elements of a STACK_OF(X509), which itself is freed. */
    private static List<Long> takeStack(long stack) {
        List<Long> all = new ArrayList<>();
        if (stack != 0) {
            int count = (int) Native.call("OPENSSL_sk_num", stack);
            for (int i = 0; i < count; i++) {
                all.add(Native.call("OPENSSL_sk_value", stack, i));
            }
            long _ = Native.call("OPENSSL_sk_free", stack);
        }
        return List.copyOf(all);
    }

    @FunctionalInterface
    private interface OfBio {
        long apply(long bio);
    }

    private static long withBio(byte[] bytes, OfBio reader) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
            long bio = Native.call("BIO_new_mem_buf", memory.address(), bytes.length);
            try {
                return reader.apply(bio);
            } finally {
                long _ = Native.call("BIO_free", bio);
                memory.fill((byte) 0); // it may have been a key
            }
        }
    }

    /** The kind of key, such as {@code EC}: an SSL_CTX takes one certificate of each. */
    int keyKind() {
        return (int) Native.call("EVP_PKEY_get_base_id", key);
    }

    @Override
    public void close() {
        free(List.of(certificate), key);
        free(issuers, 0);
    }

    private static void free(List<Long> certificates, long key) {
        for (long each : certificates) {
            long _ = Native.call("X509_free", each);
        }
        long _ = Native.call("EVP_PKEY_free", key);
    }
}
