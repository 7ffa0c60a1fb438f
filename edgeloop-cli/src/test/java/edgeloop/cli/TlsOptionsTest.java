package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.TlsOptions.Certificate;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Which key, password and OCSP response go with which certificate, and what makes no sense. */
final class TlsOptionsTest {
    private final CapturedOutput out = new CapturedOutput();
    private final CapturedOutput err = new CapturedOutput();

    private static TlsOptions parse(String arguments) {
        TlsOptions options = new TlsOptions();
        CommandSpec spec = CommandSpec.create();
        options.addTo(spec);
        new CommandLine(spec).parseArgs(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        return options;
    }

    private static Certificate pem(String file, String key, String ocsp) {
        return new Certificate(
                Path.of(file), Path.of(key), null, ocsp == null ? null : Path.of(ocsp));
    }

    @Test
    void keysGoWithCertificatesByTheirOrder() {
        assertThat(parse("--tls-cert a --tls-key b --tls-cert c --tls-key=d").certificates())
                .containsExactly(pem("a", "b", null), pem("c", "d", null));
        assertThat(parse("--tls-key b --tls-key d --tls-cert a --tls-cert c").certificates())
                .containsExactly(pem("a", "b", null), pem("c", "d", null));
    }

    @Test
    void passwordsAndOcspResponsesGoWithWhatIsBeforeThem() {
        TlsOptions options =
                parse(
                        "--tls-cert a --tls-key b --tls-pkcs12 p --tls-password-file w --tls-ocsp o"
                                + " --tls-pkcs12 q --tls-cert c --tls-ocsp r --tls-key d");
        assertThat(options.problem(Protocol.ECHO, 0)).isNull();
        assertThat(options.certificates())
                .containsExactly(
                        pem("a", "b", null),
                        new Certificate(Path.of("p"), null, Path.of("w"), Path.of("o")),
                        new Certificate(Path.of("q"), null, null, null),
                        pem("c", "d", "r"));
    }

    @Test
    void nothingIsOnByDefault() {
        TlsOptions options = parse("");
        assertThat(options.isOn()).isFalse();
        assertThat(options.problem(Protocol.HTTP, 8080)).isNull();
        assertThat(options.redirectFrom()).isNull();
        assertThat(options.provider()).isEqualTo("auto");
        assertThat(options.hasTickets()).isTrue();
        assertThat(options.isModern()).isFalse();
        assertThat(options.isClientAuthDemanded()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --tls-key=a | --tls-key needs --tls-cert and --tls-key, or --tls-pkcs12
                    --tls-profile=modern | --tls-profile needs --tls-cert and --tls-key, or --tls-pkcs12
                    --tls-tickets=on | --tls-tickets needs --tls-cert and --tls-key, or --tls-pkcs12
                    --hsts=1 | --hsts needs --tls-cert and --tls-key, or --tls-pkcs12
                    --protocol=http --root=/ --redirect-from=80 | --redirect-from needs --tls-cert and --tls-key, or --tls-pkcs12
                    --tls-cert=a | each --tls-cert needs a --tls-key, and 1 of them has none
                    --tls-cert=a --tls-key=b --tls-key=c | --tls-key is given more often than --tls-cert
                    --tls-cert=a --tls-key=b --tls-client-auth=ask | --tls-client-auth needs --tls-client-ca FILE, whose certificates are trusted
                    --tls-cert=a --tls-key=b --tls-key-log=l --tls-provider=jdk | --tls-key-log is of --tls-provider openssl
                    --tls-password-file=w --tls-pkcs12=p | --tls-password-file goes behind the --tls-pkcs12 that it is for
                    --tls-cert=a --tls-key=b --tls-password-file=w | --tls-password-file goes behind the --tls-pkcs12 that it is for
                    --tls-pkcs12=p --tls-password-file=w --tls-password-file=x | --tls-password-file is given twice for p
                    --tls-ocsp=o --tls-cert=a --tls-key=b | --tls-ocsp goes behind the --tls-cert or --tls-pkcs12 that it is for
                    --tls-cert=a --tls-key=b --tls-ocsp=o --tls-ocsp=q | --tls-ocsp is given twice for a
                    --tls-cert=a --tls-key=b --hsts=1 | --hsts is an option of --protocol http
                    --tls-cert=a --tls-key=b --redirect-from=80 | --redirect-from is an option of --protocol http
                    -p 80 --tls-cert=a --tls-key=b --protocol=http --root=/ --redirect-from=80 | --redirect-from must be another port than --port
                    --tls-cert= | --tls-cert must name a file, not ''
                    --tls-client-ca= | --tls-client-ca must name a file, not ''
                    --tls-cert | --tls-cert needs a value
                    --tls-cert a --tls-key | --tls-key needs a value
                    --tls-client-ca a --tls-client-ca b | --tls-client-ca is given more than once
                    --tls-profile=old | --tls-profile must be intermediate or modern, not 'old'
                    --tls-provider=nss | --tls-provider must be auto, openssl or jdk, not 'nss'
                    --tls-client-auth=no | --tls-client-auth must be ask or demand, not 'no'
                    --tls-tickets=maybe | --tls-tickets must be on or off, not 'maybe'
                    --tls-handshake-timeout=soon | --tls-handshake-timeout must be a time such as 500ms, 5s, 2m or 1h, not 'soon'
                    --hsts=-1 | --hsts must be from 0 to 2147483647, not -1
                    --hsts=1y | --hsts must be from 0 to 2147483647, not '1y'
                    --redirect-from=65536 | --redirect-from must be from 0 to 65535, not 65536
                    """)
    void whatMakesNoSenseIsOneLine(String arguments, String complaint) throws Exception {
        CommandLine command = ServerCommand.commandLine(out.writer(), err.writer());
        assertThat(command.execute(arguments.split(" "))).isEqualTo(2);
        assertThat(err.text()).isEqualTo("myepollserver: " + complaint + "; see --help\n");
        assertThat(out.text()).isEmpty();
    }

    @Test
    void helpNamesEveryOption() {
        CommandSpec spec = CommandSpec.create();
        new TlsOptions().addTo(spec);
        String help = ServerCommand.commandLine(out.writer(), err.writer()).getUsageMessage();
        assertThat(spec.options()).hasSize(14);
        spec.options().forEach(each -> assertThat(help).contains(each.longestName() + "="));
    }
}
