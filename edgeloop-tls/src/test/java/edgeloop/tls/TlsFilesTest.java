package edgeloop.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.Client;
import edgeloop.Server;
import edgeloop.TlsException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The files that TLS is made of: what can't be used is named in one line; and reloading. */
@ParameterizedClass(name = "{0}")
@MethodSource("edgeloop.tls.Exchange#providers")
class TlsFilesTest {
    private static final TestCertificates CERTIFICATES = Exchange.CERTIFICATES;
    private static final TestCertificates.Entry EC = CERTIFICATES.server();
    private static final TestCertificates.Entry RSA = CERTIFICATES.rsaServer();

    @Parameter Provider provider;

    @TempDir Path folder;

    private Exchange exchange;

    @BeforeEach
    void open() {
        exchange = new Exchange(provider);
    }

    @AfterEach
    void close() {
        exchange.close();
    }

    private void assertRefused(Tls tls, Path file) {
        assertThatThrownBy(() -> exchange.serve(tls.withProvider(provider), Exchange.ECHO))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(file.toString())
                .message()
                .doesNotContain("\n");
    }

    private void assertServes(Tls tls, X509Certificate certificate) throws Exception {
        Server server = exchange.serve(tls.withProvider(provider), Exchange.ECHO);
        assertThat(shownBy(server)).isEqualTo(certificate);
    }

    private X509Certificate shownBy(Server server) throws Exception {
        Client client = exchange.client(exchange.clientTls());
        return exchange.call(client, server.port()).session().peerCertificates().getFirst();
    }

    private Path file(String name, String content) throws Exception {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void missingFileIsNamed() {
        Path missing = folder.resolve("missing.pem");
        assertRefused(Tls.server(missing, EC.key()), missing);
        assertRefused(Tls.server(EC.chain(), missing), missing);
        assertRefused(Tls.server(missing, TestCertificates.PASSWORD), missing);
    }

    @Test
    void fileWithoutWhatItIsForIsNamed() throws Exception {
        assertRefused(Tls.server(EC.key(), EC.key()), EC.key());
        assertRefused(Tls.server(EC.chain(), EC.chain()), EC.chain());
        Path garbage = file("garbage", "garbage");
        assertRefused(Tls.server(garbage, EC.key()), garbage);
        assertRefused(Tls.server(EC.chain(), garbage), garbage);
        assertRefused(Tls.server(garbage, TestCertificates.PASSWORD), garbage);
        Path folderItself = folder;
        assertRefused(Tls.server(folderItself, EC.key()), folderItself);
    }

    @Test
    void brokenPemIsNamed() throws Exception {
        Path chain =
                file("chain.pem", Files.readString(EC.chain()).replaceFirst("MII[^\n]*", "MIIA"));
        assertRefused(Tls.server(chain, EC.key()), chain);
        Path key = file("key.pem", Files.readString(EC.key()).replaceFirst("\nM[^\n]*", "\nMIIA"));
        assertRefused(Tls.server(EC.chain(), key), key);
    }

    /**
     * Whoever writes it has not come to its end: with what is there clients would find no issuer.
     */
    @Test
    void chainThatIsCutOffIsNamed() throws Exception {
        String whole = Files.readString(EC.chain()) + Files.readString(RSA.chain());
        int second = Files.readString(EC.chain()).length();
        for (int length : new int[] {second + 20, second + 200, whole.length() - 30}) {
            Path chain = file("cut-" + length + ".pem", whole.substring(0, length));
            assertRefused(Tls.server(chain, EC.key()), chain);
        }
    }

    @Test
    void brokenIssuerIsNamed() throws Exception {
        String issuer = Files.readString(RSA.chain()).replaceFirst("MII[^\n]*", "MIIA");
        Path chain = file("chain.pem", Files.readString(EC.chain()) + issuer);
        assertRefused(Tls.server(chain, EC.key()), chain);
    }

    /** As some programs want it. */
    @Test
    void keyMayBeInTheFileOfTheCertificate() throws Exception {
        Path both = file("both.pem", Files.readString(EC.chain()) + Files.readString(EC.key()));
        assertServes(Tls.server(both, both), EC.certificate());
    }

    @Test
    void keyOfAnotherCertificateIsNamed() {
        assertRefused(Tls.server(EC.chain(), RSA.key()), RSA.key());
        Path other = CERTIFICATES.renewedServer().key();
        assertRefused(Tls.server(EC.chain(), other), other);
    }

    @Test
    void encryptedKeyIsNamed() throws Exception {
        Path encrypted =
                file(
                        "encrypted.pem",
                        """
                        -----BEGIN ENCRYPTED PRIVATE KEY-----
                        MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBC1
                        -----END ENCRYPTED PRIVATE KEY-----
                        """);
        assertRefused(Tls.server(EC.chain(), encrypted), encrypted);
    }

    @Test
    void wrongPasswordIsNamed() throws Exception {
        assertServes(Tls.server(EC.pkcs12(), TestCertificates.PASSWORD), EC.certificate());
        assertRefused(Tls.server(EC.pkcs12(), "wrong"), EC.pkcs12());
    }

    @Test
    void trustWithoutCertificateIsNamed() throws Exception {
        Path none = file("none.pem", "# none\n");
        assertRefused(
                exchange.serverTls().withClientAuthentication(ClientAuthentication.ASK, none),
                none);
        assertThatThrownBy(() -> exchange.client(exchange.clientTls().withTrust(none)))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(none.toString());
    }

    // ---- The traditional forms of keys --------------------------------------------------------

    /** What is in the last element of a PKCS#8, RFC 5208: the traditional form. */
    private static byte[] inner(byte[] pkcs8, int innerLength) {
        return Arrays.copyOfRange(pkcs8, pkcs8.length - innerLength, pkcs8.length);
    }

    private static int sequenceLength(byte[] der, int at) {
        return 4 + (Byte.toUnsignedInt(der[at + 2]) << 8 | Byte.toUnsignedInt(der[at + 3]));
    }

    @Test
    void rsaKeyMayBeOfTheTraditionalForm() throws Exception {
        byte[] pkcs8 = RSA.privateKey().getEncoded();
        int at = 26; // behind a header, a version, an algorithm and another header
        byte[] key = inner(pkcs8, sequenceLength(pkcs8, at));
        Path file = CERTIFICATES.writePem("rsa-traditional.pem", "RSA PRIVATE KEY", key);
        assertServes(Tls.server(RSA.chain(), file), RSA.certificate());
    }

    /** RFC 5915: a version, 32 bytes and what OpenSSL adds, the curve. */
    @Test
    void ecKeyMayBeOfTheTraditionalForm() throws Exception {
        byte[] pkcs8 = EC.privateKey().getEncoded();
        byte[] scalar = new byte[32];
        int at = new String(pkcs8, US_ASCII).indexOf("\2\1\1\4 "); // a version, 32 bytes
        System.arraycopy(pkcs8, at + 5, scalar, 0, 32);
        byte[] p256 = {0x06, 0x08, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 3, 1, 7};
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        key.writeBytes(new byte[] {0x30, 3 + 34 + 12, 2, 1, 1, 4, 32});
        key.writeBytes(scalar);
        key.writeBytes(new byte[] {(byte) 0xA0, 10});
        key.writeBytes(p256);
        Path file = CERTIFICATES.writePem("ec.pem", "EC PRIVATE KEY", key.toByteArray());
        assertServes(Tls.server(EC.chain(), file), EC.certificate());
        Path both =
                file(
                        "both.pem",
                        Files.readString(CERTIFICATES.writePem("p256", "EC PARAMETERS", p256))
                                + Files.readString(file));
        assertServes(Tls.server(EC.chain(), both), EC.certificate());
    }

    // ---- Reloading ----------------------------------------------------------------------------

    private void place(TestCertificates.Entry entry) throws Exception {
        Files.copy(entry.chain(), folder.resolve("chain.pem"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(entry.key(), folder.resolve("key.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void reloadedCertificateIsForNewConnections() throws Exception {
        place(EC);
        Tls tls = Tls.server(folder.resolve("chain.pem"), folder.resolve("key.pem"));
        Server server = exchange.serve(tls.withProvider(provider), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        Talk old = exchange.call(client, server.port()).say("old");
        assertThat(old.hear(3)).isEqualTo("old");
        place(CERTIFICATES.renewedServer());
        assertThat(shownBy(server)).isEqualTo(EC.certificate());
        server.reloadTls();
        assertThat(shownBy(server)).isEqualTo(CERTIFICATES.renewedServer().certificate());
        assertThat(old.say("er").hear(5)).isEqualTo("older");
    }

    @Test
    void whatCannotBeReloadedLeavesAllAsItWas() throws Exception {
        place(EC);
        Tls tls = Tls.server(folder.resolve("chain.pem"), folder.resolve("key.pem"));
        Server server = exchange.serve(tls.withProvider(provider), Exchange.ECHO);
        Path key = folder.resolve("key.pem");
        Files.copy(RSA.key(), key, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(server::reloadTls)
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(key.toString());
        assertThat(shownBy(server)).isEqualTo(EC.certificate());
        Files.copy(EC.key(), key, StandardCopyOption.REPLACE_EXISTING);
        assertThatCode(server::reloadTls).doesNotThrowAnyException();
    }

    /** What one gave to a client is none of a server's. */
    @Test
    void sidesAreNotMistaken() {
        assertThatThrownBy(() -> exchange.serve(exchange.clientTls(), Exchange.ECHO))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("client");
        assertThatThrownBy(() -> exchange.client(exchange.serverTls()))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("server");
    }
}
