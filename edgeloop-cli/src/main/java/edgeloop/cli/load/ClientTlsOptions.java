package edgeloop.cli.load;

import edgeloop.TransportSecurity;
import edgeloop.cli.load.protocol.Target;
import edgeloop.cli.load.result.Results;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a server is spoken with by TLS, and by what it has to prove who it is. */
final class ClientTlsOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--insecure",
            description = "TLS: load a server whose certificate is not verified.")
    private boolean insecure;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "TLS: trust the issuers in FILE, in PEM (default: those that this machine"
                            + " trusts).")
    private @Nullable Path trust;

    @Option(
            names = "--tls-name",
            paramLabel = "NAME",
            description =
                    "TLS: ask for this name (SNI) and verify it (default: the target's host).")
    private @Nullable String name;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "TLS: the certificate to show, and behind it its issuers', in PEM; goes with"
                            + " --tls-key.")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "TLS: the key of --tls-cert, in PEM, not encrypted.")
    private @Nullable Path key;

    @Option(
            names = "--tls-resume",
            description =
                    "TLS: let connections take up the session of an earlier one (default: each has"
                            + " a full handshake).")
    private boolean resume;

    @Option(
            names = "--tls-profile",
            paramLabel = "NAME",
            defaultValue = "intermediate",
            description =
                    "TLS: what is offered, intermediate (TLS 1.3 and 1.2) or modern (1.3 alone)"
                            + " (default: ${DEFAULT-VALUE}).")
    private TlsProfile profile = TlsProfile.intermediate;

    @Option(
            names = "--tls-provider",
            paramLabel = "NAME",
            defaultValue = "auto",
            description =
                    "TLS: whose it is, openssl, jdk, or auto for this machine's OpenSSL 3 where"
                            + " it has one (default: ${DEFAULT-VALUE}).")
    private TlsProvider provider = TlsProvider.auto;

    /** The names are what the user writes. */
    enum TlsProfile {
        intermediate,
        modern
    }

    /** Likewise. */
    enum TlsProvider {
        auto,
        openssl,
        jdk
    }

    /** Refuses what does not go together, or is for nothing. */
    void check(Target server) {
        CommandSpec spec = spec();
        for (String option : spec.optionsMap().keySet()) {
            boolean ofTls = option.startsWith("--tls-") || isOneOf(option, "--insecure", "--ca");
            if (ofTls && isGiven(spec, option) && !server.tls()) {
                throw usage(option + " is for targets that begin with https:// or tls://, by TLS");
            }
        }
        if (insecure && trust != null) {
            throw usage("--insecure and --ca exclude each other");
        }
        if ((certificate == null) != (key == null)) {
            throw usage(
                    certificate == null
                            ? "--tls-key goes with --tls-cert"
                            : "--tls-cert goes with --tls-key");
        }
        if (name != null && (name.isBlank() || isAddress(name))) {
            throw usage("--tls-name must be a name, not '" + name + "'");
        }
    }

    private static boolean isOneOf(String option, String first, String second) {
        return option.equals(first) || option.equals(second);
    }

    private static boolean isGiven(CommandSpec spec, String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("picocli fills this in");
        }
        return command;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    /** Whether it is an address in digits, which SNI has no place for: RFC 6066 section 3. */
    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }

    /**
     * What the connections are secured by; null where the target is not spoken with by TLS.
     *
     * @param timeout how long a handshake may take
     */
    @Nullable TransportSecurity security(Target server, Duration timeout) {
        return server.tls() ? TlsOfTarget.make(this, server, timeout) : null;
    }

    /** As results have it. */
    Results.@Nullable Tls asked(Target server) {
        return server.tls()
                ? new Results.Tls(!insecure, resume, profile.name(), provider.name())
                : null;
    }

    // ---- For what is made of it ---------------------------------------------------------------

    boolean insecure() {
        return insecure;
    }

    @Nullable Path trust() {
        return trust;
    }

    @Nullable Path certificate() {
        return certificate;
    }

    @Nullable Path key() {
        return key;
    }

    boolean resumes() {
        return resume;
    }

    TlsProfile profile() {
        return profile;
    }

    TlsProvider provider() {
        return provider;
    }

    /** The name that is asked for and verified; null where it is the address. */
    @Nullable String nameOf(Target server) {
        if (name != null) {
            return name;
        }
        return isAddress(server.host()) ? null : server.host();
    }
}
