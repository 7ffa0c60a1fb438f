package edgeloop.cli.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.TlsException;
import edgeloop.tls.Tls;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate for localhost and 127.0.0.1 that signs itself, in a folder that goes with the JVM.
 * The {@code keytool} of the running JDK makes it, so that no file lies about which expires.
 */
final class LoadCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String ALIAS = "server";

    private static final class Holder {
        static final LoadCertificates MADE = new LoadCertificates();
    }

    private final Path folder;
    private final Path chain;
    private final Path key;
    private final KeyStore store;

    private LoadCertificates() {
        try {
            folder = Files.createTempDirectory("loadtest-tls");
            Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
            store = make(folder.resolve("server.p12"));
            chain = write("chain.pem", "CERTIFICATE", certificate().getEncoded());
            Key secret = store.getKey(ALIAS, PASSWORD);
            key = write("key.pem", "PRIVATE KEY", secret.getEncoded());
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException("no certificate for tests", e);
        }
    }

    static LoadCertificates get() {
        return Holder.MADE;
    }

    /** Whether anybody here speaks TLS as the options ask for it. */
    static boolean areOfUse() {
        try {
            Client.start(ClientOptions.defaults().withTls(Tls.client())).close();
            return true;
        } catch (TlsException e) {
            return false;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** In PEM; who trusts this trusts its server. */
    Path chain() {
        return chain;
    }

    /** In PEM. */
    Path key() {
        return key;
    }

    /** A server's, by whatever this machine has. */
    Tls server() {
        return Tls.server(chain, key);
    }

    /** A server's, as the JDK has it. */
    SSLContext context() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private Certificate certificate() throws GeneralSecurityException {
        return store.getCertificate(ALIAS);
    }

    private static KeyStore make(Path file)
            throws IOException, GeneralSecurityException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of("-genkeypair", "-alias", ALIAS, "-dname", "CN=localhost"));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"));
        command.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1", "-ext", "bc:c"));
        command.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", new String(PASSWORD)));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(file.resolveSibling("keytool.log").toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("keytool hangs: " + command);
        }
        if (process.exitValue() != 0) {
            throw new IOException(Files.readString(file.resolveSibling("keytool.log")));
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD);
    }

    private Path write(String name, String type, byte[] der) throws IOException {
        Base64.Encoder encoder = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII));
        String pem =
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(type, encoder.encodeToString(der), type);
        return Files.writeString(folder.resolve(name), pem);
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(each -> each.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
