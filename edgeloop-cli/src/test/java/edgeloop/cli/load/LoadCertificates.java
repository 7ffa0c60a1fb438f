package edgeloop.cli.load;

import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.TlsException;
import edgeloop.cli.KeyTool;
import edgeloop.tls.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
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
            folder = KeyTool.folder("loadtest-tls");
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
        List<String> key = List.of("-keyalg", "EC", "-groupname", "secp256r1");
        List<String> extensions = List.of("-ext", "san=dns:localhost,ip:127.0.0.1", "-ext", "bc:c");
        List<String> more = Stream.of(key, extensions).flatMap(List::stream).toList();
        KeyTool.makeKey(file, new String(PASSWORD), ALIAS, "localhost", more);
        return KeyStore.getInstance(file.toFile(), PASSWORD);
    }

    private Path write(String name, String type, byte[] der) throws IOException {
        return Files.writeString(folder.resolve(name), KeyTool.pem(type, der));
    }
}
