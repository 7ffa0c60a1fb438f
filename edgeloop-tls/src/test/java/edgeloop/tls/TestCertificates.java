package edgeloop.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Certificates for tests, made once for the JVM by the {@code keytool} that belongs to it, in a
 * folder that goes with the JVM: an authority, one between it and the servers, and those below.
 */
public final class TestCertificates {
    /** Of each file in PKCS#12. */
    public static final String PASSWORD = "changeit";

    /** The names of {@link #server} and those like it; the last is a wildcard. */
    public static final List<String> SERVER_NAMES = List.of("localhost", "*.example.test");

    private static final String SERVER_SAN = "san=dns:localhost,ip:127.0.0.1,dns:*.example.test";
    private static final String[] EC = {"-keyalg", "EC", "-groupname", "secp256r1"};
    private static final String[] RSA = {"-keyalg", "RSA", "-keysize", "2048"};

    private static final class Holder {
        static final TestCertificates MADE = new TestCertificates();
    }

    /**
     * A key, and the chain of certificates that goes with it.
     *
     * @param chain in PEM: its own, then its issuers' but for the root
     * @param key in PEM, PKCS#8, not encrypted
     * @param pkcs12 both, with {@link #PASSWORD}
     * @param certificate its own
     * @param privateKey the key
     */
    public record Entry(
            Path chain,
            Path key,
            Path pkcs12,
            X509Certificate certificate,
            PrivateKey privateKey) {}

    private final Path folder;
    private final Path store;
    private final Path authority;
    private final Path otherAuthority;
    private final Entry server;
    private final Entry rsaServer;
    private final Entry renewedServer;
    private final Entry expiredServer;
    private final Entry secondServer;
    private final Entry client;
    private final Entry strangeClient;

    private TestCertificates() {
        try {
            folder = Files.createTempDirectory("edgeloop-tls");
            Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
            store = folder.resolve("all.p12");
            String[] issuing = {"-ext", "bc:c", "-ext", "ku:c=keyCertSign,cRLSign"};
            make("root", "Edgeloop Test Root", null, EC, issuing);
            make("other", "Another Root", null, EC, issuing);
            make("between", "Edgeloop Test Issuer", "root", EC, issuing);
            String[] serving = {"-ext", SERVER_SAN, "-ext", "eku=serverAuth"};
            make("server", "localhost", "between", EC, serving);
            make("rsa", "localhost", "between", RSA, serving);
            make("renewed", "localhost", "between", EC, serving);
            String[] past = {"-startdate", "-10d", "-validity", "5"};
            make("expired", "localhost", "between", EC, join(serving, past));
            String[] second = {
                "-ext", "san=dns:second.test,dns:*.second.test", "-ext", "eku=serverAuth"
            };
            make("second", "second.test", "between", EC, second);
            String[] asking = {"-ext", "eku=clientAuth"};
            make("client", "a client", "root", EC, asking);
            make("strange", "a strange client", "other", EC, asking);

            KeyStore all = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            authority = writeCertificates("root.pem", List.of(all.getCertificate("root")));
            otherAuthority = writeCertificates("other.pem", List.of(all.getCertificate("other")));
            server = entry(all, "server");
            rsaServer = entry(all, "rsa");
            renewedServer = entry(all, "renewed");
            expiredServer = entry(all, "expired");
            secondServer = entry(all, "second");
            client = entry(all, "client");
            strangeClient = entry(all, "strange");
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException("no certificates for tests", e);
        }
    }

    /** The only ones. */
    public static TestCertificates get() {
        return Holder.MADE;
    }

    /** A folder for what tests write beside them. */
    public Path folder() {
        return folder;
    }

    /** Who is to be trusted, in PEM. */
    public Path authority() {
        return authority;
    }

    /** Another one, who has issued {@link #strangeClient} alone, in PEM. */
    public Path otherAuthority() {
        return otherAuthority;
    }

    /** P-256, for {@link #SERVER_NAMES} and 127.0.0.1. */
    public Entry server() {
        return server;
    }

    /** RSA of 2,048 bits, for the same. */
    public Entry rsaServer() {
        return rsaServer;
    }

    /** Another P-256 for the same. */
    public Entry renewedServer() {
        return renewedServer;
    }

    /** For the same, and it has expired. */
    public Entry expiredServer() {
        return expiredServer;
    }

    /** P-256, for second.test and *.second.test. */
    public Entry secondServer() {
        return secondServer;
    }

    /** Issued by {@link #authority}. */
    public Entry client() {
        return client;
    }

    /** Issued by {@link #otherAuthority}. */
    public Entry strangeClient() {
        return strangeClient;
    }

    /** Writes a file in PEM. */
    public Path writePem(String name, String type, byte[] der) throws IOException {
        return Files.writeString(folder.resolve(name), pem(type, der));
    }

    private static String pem(String type, byte[] der) {
        Base64.Encoder encoder = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII));
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(type, encoder.encodeToString(der), type);
    }

    private Path writeCertificates(String name, List<? extends Certificate> certificates)
            throws IOException, GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (Certificate each : certificates) {
            text.append(pem("CERTIFICATE", each.getEncoded()));
        }
        return Files.writeString(folder.resolve(name), text);
    }

    private Entry entry(KeyStore all, String alias) throws IOException, GeneralSecurityException {
        char[] password = PASSWORD.toCharArray();
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate each : all.getCertificateChain(alias)) {
            X509Certificate certificate = (X509Certificate) each;
            if (!certificate
                    .getSubjectX500Principal()
                    .equals(certificate.getIssuerX500Principal())) {
                chain.add(certificate);
            }
        }
        PrivateKey key = (PrivateKey) all.getKey(alias, password);
        KeyStore alone = KeyStore.getInstance("PKCS12");
        alone.load(null, null);
        alone.setKeyEntry(alias, key, password, chain.toArray(Certificate[]::new));
        Path pkcs12 = folder.resolve(alias + ".p12");
        try (OutputStream out = Files.newOutputStream(pkcs12)) {
            alone.store(out, password);
        }
        return new Entry(
                writeCertificates(alias + "-chain.pem", chain),
                writePem(alias + "-key.pem", "PRIVATE KEY", key.getEncoded()),
                pkcs12,
                chain.getFirst(),
                key);
    }

    private static String[] join(String[]... parts) {
        return Arrays.stream(parts).flatMap(Arrays::stream).toArray(String[]::new);
    }

    /** Makes a key and has it signed, by itself if {@code signer} is null. */
    private void make(String alias, String name, String signer, String[] kind, String[] more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + name));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD));
        if (signer != null) {
            command.addAll(List.of("-signer", signer, "-sigalg", "SHA256withECDSA"));
        }
        if (!List.of(more).contains("-validity")) {
            command.addAll(List.of("-validity", "3650"));
        }
        command.addAll(List.of(kind));
        command.addAll(List.of(more));
        File output = folder.resolve("keytool.log").toFile();
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("keytool hangs: " + command);
        }
        if (process.exitValue() != 0) {
            throw new IOException(command + ": " + Files.readString(output.toPath(), UTF_8));
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(each -> each.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file as a store of the JDK's. */
    public static KeyStore load(Path pkcs12) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(pkcs12)) {
            KeyStore loaded = KeyStore.getInstance("PKCS12");
            loaded.load(in, PASSWORD.toCharArray());
            return loaded;
        }
    }
}
