package edgeloop.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the other tests take for granted. */
class TestCertificatesTest {
    private final TestCertificates certificates = TestCertificates.get();

    @Test
    void namesAreThoseOfTheServer() throws Exception {
        assertThat(certificates.server().certificate().getSubjectAlternativeNames())
                .contains(List.of(2, "localhost"), List.of(2, "*.example.test"))
                .contains(List.of(7, "127.0.0.1"));
        assertThat(certificates.rsaServer().privateKey().getAlgorithm()).isEqualTo("RSA");
    }

    /** The root is known to whoever trusts it, and is not sent. */
    @Test
    void chainEndsBelowTheRoot() throws Exception {
        assertThat(Files.readString(certificates.server().chain()).split("BEGIN CERTIFICATE"))
                .hasSize(3);
        assertThat(TestCertificates.load(certificates.client().pkcs12()).size()).isEqualTo(1);
    }
}
