package edgeloop.cli;

import edgeloop.http.HttpOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * The options of {@code myepollserver} about TLS. This loads nothing of {@code edgeloop.tls}, which
 * takes its time; {@link TlsSetup} does, where TLS is asked for.
 */
final class TlsOptions {
    /** Where the password of a file in PKCS#12 is, if no file has it. */
    static final String PASSWORD_VARIABLE = "EDGELOOP_TLS_PASSWORD";

    /**
     * A file, and at which place among those of the command line it was given: a certificate's key
     * and its OCSP response are options of their own.
     */
    record Given(int place, Path file) {}

    /**
     * A certificate as it was asked for.
     *
     * @param file in PEM, or in PKCS#12 if there is no key
     * @param passwordFile of a file in PKCS#12; null where the environment has it
     */
    record Certificate(
            Path file, @Nullable Path key, @Nullable Path passwordFile, @Nullable Path ocsp) {}

    private int places;

    private final OptionSpec certificates =
            files("--tls-cert")
                    .description(
                            "Speak TLS, with the certificate of FILE, in PEM, and those of its"
                                    + " issuers behind it. With several, a client gets the one for"
                                    + " the name that it asks for, or else the first.")
                    .build();

    private final OptionSpec keys =
            files("--tls-key")
                    .description(
                            "The key of a --tls-cert, in PEM, not encrypted: the first one's, the"
                                    + " second one's, ...")
                    .build();

    private final OptionSpec stores =
            files("--tls-pkcs12")
                    .description(
                            "In the place of --tls-cert and --tls-key: a FILE in PKCS#12 with both."
                                    + " Its password is in --tls-password-file, or in the"
                                    + " environment as "
                                    + PASSWORD_VARIABLE
                                    + ".")
                    .build();

    private final OptionSpec passwordFiles =
            files("--tls-password-file")
                    .description(
                            "The first line of FILE is the password of the --tls-pkcs12 before.")
                    .build();

    private final OptionSpec ocspResponses =
            files("--tls-ocsp")
                    .description(
                            "Send clients that ask for it the OCSP response in FILE, in DER, for"
                                    + " the --tls-cert or --tls-pkcs12 before.")
                    .build();

    private final OptionSpec profile =
            Options.choice("--tls-profile", "intermediate", "modern")
                    .description(
                            "Which versions: TLS 1.3 and 1.2, or 1.3 alone; the cipher suites are"
                                    + " those that Mozilla names so (default: intermediate).")
                    .build();

    private final OptionSpec provider =
            Options.choice("--tls-provider", "auto", "openssl", "jdk")
                    .description(
                            "Who does it: OpenSSL where the machine has it and the JDK else,"
                                    + " OpenSSL or nobody, or the JDK (default: auto).")
                    .build();

    private final OptionSpec clientCa =
            file("--tls-client-ca")
                    .description(
                            "Ask clients for certificates, and trust the issuers in FILE, in PEM.")
                    .build();

    private final OptionSpec clientAuth =
            Options.choice("--tls-client-auth", "ask", "demand")
                    .description(
                            "Whether a client without a certificate is served, with --tls-client-ca"
                                    + " (default: demand).")
                    .build();

    private final OptionSpec tickets =
            Options.choice("--tls-tickets", "on", "off")
                    .description(
                            "Whether clients may take up earlier sessions again, by tickets"
                                    + " (default: on).")
                    .build();

    private final OptionSpec handshakeTimeout =
            Options.time("--tls-handshake-timeout")
                    .description("How long a handshake may take; 0 for ever (default: 10s).")
                    .build();

    private final OptionSpec keyLog =
            file("--tls-key-log")
                    .description(
                            "Append each connection's secrets to FILE, for Wireshark: whoever has"
                                    + " that can read what was said. By OpenSSL alone.")
                    .build();

    private final OptionSpec hsts =
            Options.number(0, Integer.MAX_VALUE, "--hsts")
                    .paramLabel("SECONDS")
                    .description(
                            "Have browsers take https for this host alone, for SECONDS from each"
                                    + " answer on (Strict-Transport-Security); 0 to end that.")
                    .build();

    private final OptionSpec redirectFrom =
            Options.number(0, 65_535, "--redirect-from")
                    .paramLabel("PORT")
                    .description(
                            "Listen on PORT too, without TLS, and send those who come there to"
                                    + " https; 0 picks a free one.")
                    .build();

    /** One that may be given again and again; the order of all those is kept. */
    private OptionSpec.Builder files(String name) {
        return OptionSpec.builder(name)
                .type(List.class)
                .auxiliaryTypes(Given.class)
                .converters((ITypeConverter<Given>) text -> new Given(places++, toPath(text)))
                .paramLabel("FILE");
    }

    private static OptionSpec.Builder file(String name) {
        return OptionSpec.builder(name)
                .type(Path.class)
                .converters((ITypeConverter<Path>) TlsOptions::toPath)
                .paramLabel("FILE");
    }

    /** A variable that is not set leaves an empty one, which is the present directory to Java. */
    private static Path toPath(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("must name a file");
        }
        return Path.of(text);
    }

    void addTo(CommandSpec spec) {
        spec.addOption(certificates)
                .addOption(keys)
                .addOption(stores)
                .addOption(passwordFiles)
                .addOption(ocspResponses)
                .addOption(profile)
                .addOption(provider)
                .addOption(clientCa)
                .addOption(clientAuth)
                .addOption(tickets)
                .addOption(handshakeTimeout)
                .addOption(keyLog)
                .addOption(hsts)
                .addOption(redirectFrom);
    }

    // ---- What is wrong with them ----------------------------------------------------------------

    /**
     * What is wrong with these options, or null.
     *
     * @param port the one to listen on
     */
    @Nullable String problem(Protocol protocol, int port) {
        if (!isOn()) {
            OptionSpec alone = firstGiven();
            return alone == null
                    ? null
                    : alone.longestName() + " needs --tls-cert and --tls-key, or --tls-pkcs12";
        }
        int missing = given(certificates).size() - given(keys).size();
        if (missing != 0) {
            return missing > 0
                    ? "each --tls-cert needs a --tls-key, and " + missing + " of them has none"
                    : "--tls-key is given more often than --tls-cert";
        }
        if (protocol != Protocol.HTTP && httpOption() != null) {
            return httpOption() + " is an option of --protocol http";
        }
        if (port != 0 && Integer.valueOf(port).equals(redirectFrom())) {
            return "--redirect-from must be another port than --port";
        }
        if (clientAuth.getValue() != null && clientCa.getValue() == null) {
            return "--tls-client-auth needs --tls-client-ca FILE, whose certificates are trusted";
        }
        if (keyLog.getValue() != null && "jdk".equals(provider.getValue())) {
            return "--tls-key-log is of --tls-provider openssl";
        }
        String problem = problemOf(passwordFiles, given(stores), "--tls-pkcs12");
        return problem == null
                ? problemOf(ocspResponses, all(certificates, stores), "--tls-cert or --tls-pkcs12")
                : problem;
    }

    /** Each of these belongs to a certificate before it, and to each belongs one at most. */
    private @Nullable String problemOf(OptionSpec option, List<Given> owners, String names) {
        List<Given> taken = new ArrayList<>();
        for (Given each : given(option)) {
            Given owner = before(each, owners);
            if (owner == null) {
                return option.longestName() + " goes behind the " + names + " that it is for";
            }
            if (taken.contains(owner)) {
                return option.longestName() + " is given twice for " + owner.file();
            }
            taken.add(owner);
        }
        return null;
    }

    private @Nullable String httpOption() {
        return hsts.getValue() != null
                ? "--hsts"
                : redirectFrom.getValue() != null ? "--redirect-from" : null;
    }

    private @Nullable OptionSpec firstGiven() {
        List<OptionSpec> others =
                List.of(
                        keys,
                        passwordFiles,
                        ocspResponses,
                        profile,
                        provider,
                        clientCa,
                        clientAuth,
                        tickets,
                        handshakeTimeout,
                        keyLog,
                        hsts,
                        redirectFrom);
        for (OptionSpec each : others) {
            if (each.getValue() != null) {
                return each;
            }
        }
        return null;
    }

    // ---- What they say --------------------------------------------------------------------------

    /** Whether TLS is asked for. */
    boolean isOn() {
        return certificates.getValue() != null || stores.getValue() != null;
    }

    /** The certificates that were asked for, in the order of the command line. */
    List<Certificate> certificates() {
        List<Given> owners = all(certificates, stores);
        List<Certificate> all = new ArrayList<>();
        for (Given owner : owners) {
            int pair = given(certificates).indexOf(owner);
            all.add(
                    new Certificate(
                            owner.file(),
                            pair < 0 ? null : given(keys).get(pair).file(),
                            fileOf(owner, passwordFiles, given(stores)),
                            fileOf(owner, ocspResponses, owners)));
        }
        return all;
    }

    private @Nullable Path fileOf(Given owner, OptionSpec option, List<Given> owners) {
        for (Given each : given(option)) {
            if (owner.equals(before(each, owners))) {
                return each.file();
            }
        }
        return null;
    }

    private static @Nullable Given before(Given given, List<Given> owners) {
        Given last = null;
        for (Given each : owners) {
            last = each.place() < given.place() ? each : last;
        }
        return last;
    }

    private static List<Given> given(OptionSpec option) {
        List<Given> files = option.getValue();
        return files == null ? List.of() : files;
    }

    private static List<Given> all(OptionSpec first, OptionSpec second) {
        List<Given> all = new ArrayList<>(given(first));
        all.addAll(given(second));
        all.sort(Comparator.comparingInt(Given::place));
        return all;
    }

    boolean isModern() {
        return "modern".equals(profile.getValue());
    }

    /** One of auto, openssl, jdk. */
    String provider() {
        return Objects.requireNonNullElse(provider.<@Nullable String>getValue(), "auto");
    }

    /** Whose certificates of clients are trusted; null if none are asked for. */
    @Nullable Path clientCa() {
        return clientCa.getValue();
    }

    boolean isClientAuthDemanded() {
        return !"ask".equals(clientAuth.getValue());
    }

    boolean hasTickets() {
        return !"off".equals(tickets.getValue());
    }

    /** Null for the default. */
    @Nullable Duration handshakeTimeout() {
        return handshakeTimeout.getValue();
    }

    @Nullable Path keyLog() {
        return keyLog.getValue();
    }

    /** These limits, and what is told to browsers. */
    HttpOptions apply(HttpOptions limits) {
        Integer seconds = hsts.getValue();
        return seconds == null
                ? limits
                : limits.withStrictTransportSecurity(Duration.ofSeconds(seconds));
    }

    /** The port from which clients are sent to that of TLS; null for none. */
    @Nullable Integer redirectFrom() {
        return redirectFrom.getValue();
    }
}
