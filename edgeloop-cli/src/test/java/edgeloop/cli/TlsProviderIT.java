package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose TLS it is, where the machine has no OpenSSL or one that is told not to. */
@Timeout(180)
final class TlsProviderIT {
    private static final String NO_LIBRARY = "-Dedgeloop.tls.libssl=libabsent.so.3";

    /** The only provider of algorithms has none that TLS of today needs. */
    private static final String LEGACY_ONLY =
            """
            openssl_conf = all
            [all]
            providers = providers
            [providers]
            legacy = legacy
            [legacy]
            activate = 1
            """;

    @TempDir Path folder;
    private ServerProcess server;

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private void start(String javaOptions, String configuration, String... options)
            throws IOException {
        List<String> command =
                Stream.concat(
                                Stream.of("./myepollserver", "-p", "0"),
                                Stream.concat(
                                        TlsFiles.get().server.options().stream(),
                                        Stream.of(options)))
                        .toList();
        ProcessBuilder builder = ServerProcess.builder(command.toArray(String[]::new));
        builder.environment().merge("EDGELOOP_JAVA_OPTS", javaOptions, (a, b) -> a + " " + b);
        if (configuration != null) {
            Path file = Files.writeString(folder.resolve("openssl.cnf"), configuration);
            builder.environment().put("OPENSSL_CONF", file.toString());
        }
        server = ServerProcess.launch(builder);
    }

    private void assertEchoes() throws Exception {
        try (SSLSocket socket = TlsSockets.connect(server.port())) {
            assertThat(TlsSockets.echo(socket, 7)).isEqualTo(7);
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
    }

    @Test
    void autoTakesTheJdkWhereThereIsNoOpenSslAndSaysSo() throws Exception {
        start(NO_LIBRARY, null);
        assertEchoes();
        assertThat(server.out().all().get(3)).matches("TLS 1\\.3 and 1\\.2 by Java 2\\S+");
        assertThat(server.err().all())
                .singleElement()
                .asString()
                .startsWith(
                        "myepollserver: --tls-provider auto takes the JDK: OpenSSL 3 is not here")
                .contains("libabsent.so.3", "libssl3");
    }

    @Test
    void openSslByNameIsNeeded() throws Exception {
        start(NO_LIBRARY, null, "--tls-provider=openssl");
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.out().all()).isEmpty();
        assertThat(server.err().all())
                .singleElement()
                .asString()
                .startsWith("myepollserver: OpenSSL 3 is not here (libabsent.so.3");
    }

    /** A library that is there and no OpenSSL 3. */
    @Test
    void anotherLibraryIsNotTaken() throws Exception {
        start("-Dedgeloop.tls.libssl=libc.so.6", null, "--tls-provider=openssl");
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.err().all())
                .singleElement()
                .asString()
                .startsWith("myepollserver: OpenSSL 3 is needed, and libc.so.6 is");
    }

    @Test
    void jdkIsTakenByName() throws Exception {
        start("-Da=b", null, "--tls-provider=jdk");
        assertEchoes();
        assertThat(server.out().all().get(3)).matches("TLS 1\\.3 and 1\\.2 by Java 2\\S+");
        assertThat(server.err().all()).isEmpty();
    }

    @Test
    void configurationThatForbidsWhatIsNeededIsNamed() throws Exception {
        start("-Da=b", LEGACY_ONLY, "--tls-provider=openssl");
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.out().all()).isEmpty();
        assertThat(server.err().all())
                .singleElement()
                .asString()
                .startsWith("myepollserver: OpenSSL refuses SSL_CTX_new (")
                .endsWith("OPENSSL_CONF=" + folder.resolve("openssl.cnf"));
    }

    @Test
    void autoTakesTheJdkWhereAConfigurationIsAgainstIt() throws Exception {
        start("-Da=b", LEGACY_ONLY);
        assertEchoes();
        assertThat(server.err().all())
                .singleElement()
                .asString()
                .startsWith("myepollserver: --tls-provider auto takes the JDK: OpenSSL refuses")
                .endsWith("OPENSSL_CONF=" + folder.resolve("openssl.cnf"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MinProtocol = TLSv1.3", "MinProtocol = DTLSv1", "CipherString = NULL"})
    void configurationOfVersionsIsNotInTheWay(String line) throws Exception {
        start(
                "-Da=b",
                """
                openssl_conf = all
                [all]
                ssl_conf = ssl
                [ssl]
                system_default = default
                [default]
                %s
                """
                        .formatted(line),
                "--tls-provider=openssl");
        try (SSLSocket socket = TlsSockets.connect(server.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThat(TlsSockets.echo(socket, 7)).isEqualTo(7);
        }
        assertThat(server.err().all()).isEmpty();
    }

    @Test
    void garbageForAConfigurationIsNotInTheWay() throws Exception {
        start("-Da=b", "[[[\n", "--tls-provider=openssl");
        assertEchoes();
        assertThat(server.err().all()).isEmpty();
    }
}
