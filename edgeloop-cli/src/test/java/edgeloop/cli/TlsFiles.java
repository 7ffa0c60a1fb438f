package edgeloop.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority and certificates of it, made once for the tests of a JVM by its {@code keytool}, in
 * a folder that goes with that JVM.
 */
final class TlsFiles {
    static final String PASSWORD = "pass word";

    private static final char[] SECRET = PASSWORD.toCharArray();
    private static final List<String> EC = List.of("-keyalg", "EC", "-groupname", "secp256r1");
    private static final List<String> RSA = List.of("-keyalg", "RSA", "-keysize", "2048");
    private static final String LOCALHOST = "san=dns:localhost,ip:127.0.0.1";

    /**
     * A certificate and its key.
     *
     * @param chain in PEM
     * @param key likewise
     * @param pkcs12 both, with {@link #PASSWORD}
     * @param certificate the certificate
     */
    record Pair(Path chain, Path key, Path pkcs12, X509Certificate certificate) {
        /** The options of the server that name it. */
        List<String> options() {
            return List.of("--tls-cert", chain.toString(), "--tls-key", key.toString());
        }

        String serial() {
            return certificate.getSerialNumber().toString(16);
        }
    }

    private static final class Holder {
        static final TlsFiles MADE = new TlsFiles();
    }

    /** Who has issued all but {@link #strange}, in PEM. */
    final Path authority;

    /** P-256, for localhost and 127.0.0.1. */
    final Pair server;

    /** RSA, for the same. */
    final Pair rsa;

    /** P-256 again, for the same. */
    final Pair renewed;

    /** P-256, for second.test. */
    final Pair second;

    /** For a client. */
    final Pair client;

    /** For a client, by nobody that anyone knows. */
    final Pair strange;

    private final Path folder;
    private final Path all;

    private TlsFiles() {
        try {
            folder = KeyTool.folder("edgeloop-tls");
            all = folder.resolve("all.p12");
            make("root", "Edgeloop Test Root", null, EC, "bc:c", "ku:c=keyCertSign,cRLSign");
            make("server", "localhost", "root", EC, LOCALHOST);
            make("rsa", "localhost", "root", RSA, LOCALHOST);
            make("renewed", "localhost", "root", EC, LOCALHOST);
            make("second", "second.test", "root", EC, "san=dns:second.test");
            make("client", "a client", "root", EC, "eku=clientAuth");
            make("strange", "a stranger", null, EC, "eku=clientAuth");
            KeyStore store = load(all);
            authority = writeCertificate("root", store.getCertificate("root"));
            server = pair(store, "server");
            rsa = pair(store, "rsa");
            renewed = pair(store, "renewed");
            second = pair(store, "second");
            client = pair(store, "client");
            strange = pair(store, "strange");
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException("no certificates for tests", e);
        }
    }

    /** The only ones. */
    static TlsFiles get() {
        return Holder.MADE;
    }

    /** Of a client that trusts {@link #authority} and has a certificate, or none. */
    SSLContext clientContext(Pair own) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", load(all).getCertificate("root"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (own != null) {
            keys.init(load(own.pkcs12()), SECRET);
        } else {
            keys.init(null, null);
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, SECRET);
            return store;
        }
    }

    private Pair pair(KeyStore store, String alias) throws IOException, GeneralSecurityException {
        Certificate certificate = store.getCertificate(alias);
        var key = store.getKey(alias, SECRET);
        KeyStore alone = KeyStore.getInstance("PKCS12");
        alone.load(null, null);
        alone.setKeyEntry(alias, key, SECRET, new Certificate[] {certificate});
        Path pkcs12 = folder.resolve(alias + ".p12");
        try (OutputStream out = Files.newOutputStream(pkcs12)) {
            alone.store(out, SECRET);
        }
        Path pem = folder.resolve(alias + "-key.pem");
        Files.writeString(pem, KeyTool.pem("PRIVATE KEY", key.getEncoded()));
        return new Pair(
                writeCertificate(alias, certificate), pem, pkcs12, (X509Certificate) certificate);
    }

    private Path writeCertificate(String name, Certificate certificate)
            throws IOException, GeneralSecurityException {
        return Files.writeString(
                folder.resolve(name + ".pem"),
                KeyTool.pem("CERTIFICATE", certificate.getEncoded()));
    }

    /** Makes a key and has it signed, by itself if {@code signer} is null. */
    private void make(
            String alias, String name, String signer, List<String> kind, String... extensions)
            throws IOException, InterruptedException {
        List<String> more = new ArrayList<>(kind);
        for (String each : extensions) {
            more.addAll(List.of("-ext", each));
        }
        if (signer != null) {
            more.addAll(List.of("-signer", signer));
        }
        KeyTool.makeKey(all, PASSWORD, alias, name, more);
    }
}
