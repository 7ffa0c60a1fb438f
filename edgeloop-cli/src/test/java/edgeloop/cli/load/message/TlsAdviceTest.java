package edgeloop.cli.load.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The way out, by what OpenSSL and the JDK say of one trouble. */
class TlsAdviceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "the certificate of x is refused: self-signed certificate|--ca FILE",
                "the certificate of x is refused: its issuer is not trusted|--ca FILE",
                "the certificate of x is refused: hostname mismatch|--tls-name",
                "the certificate of x is refused: IP address mismatch|--tls-name",
                "the certificate of x is refused: No name matching x found|--tls-name",
                "the certificate of x is refused: No subject alternative names present|--tls-name",
                "the certificate of x is refused: certificate has expired|by --insecure",
                "the certificate of x is refused: it is not valid yet (NotBefore)|by --insecure",
                "tlsv13 alert certificate required|--tls-cert",
                "tlsv1 alert unknown ca|--tls-cert",
                "the peer sent alert certificate_required|--tls-cert",
                "tlsv1 alert protocol version|versions",
                "wrong version number|speak TLS on that port",
                "what came is no TLS|speak TLS on that port",
            })
    void wayOutIsOfTheTrouble(String why, String wayOut) {
        String advice = TlsAdvice.on("192.0.2.1:443", why);
        assertThat(advice).contains(why).contains("; ");
        assertThat(advice.substring(advice.indexOf("; "))).contains(wayOut);
    }
}
