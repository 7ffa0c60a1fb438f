package edgeloop.tls.config;

import edgeloop.Options;
import edgeloop.tls.ClientAuthentication;
import edgeloop.tls.Profile;
import edgeloop.tls.Provider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What {@link edgeloop.tls.Tls} was told. */
public final class Settings extends Options {
    private static final Table TABLE = new Table();
    private static final Option<List<Identity>> IDENTITIES = TABLE.object("identities", List.of());
    private static final Option<@Nullable SSLContext> CONTEXT =
            TABLE.add("context", null, (_, _) -> {});
    private static final Option<Provider> PROVIDER = TABLE.object("provider", Provider.AUTO);
    private static final Option<Profile> PROFILE = TABLE.object("profile", Profile.INTERMEDIATE);
    private static final Option<List<String>> APPLICATION_PROTOCOLS =
            TABLE.object("applicationProtocols", List.of());
    private static final Option<ClientAuthentication> CLIENT_AUTHENTICATION =
            TABLE.object("clientAuthentication", ClientAuthentication.NONE);
    private static final Option<@Nullable Path> TRUST = TABLE.add("trust", null, (_, _) -> {});
    private static final Option<Boolean> VERIFIED = TABLE.object("verified", true);
    private static final Option<@Nullable String> SERVER_NAME =
            TABLE.add("serverName", null, (_, _) -> {});
    private static final Option<Boolean> RESUMED = TABLE.object("resumed", true);
    private static final Option<Duration> HANDSHAKE_TIMEOUT =
            TABLE.timeout("handshakeTimeout", Duration.ofSeconds(10));
    private static final Option<@Nullable Path> KEY_LOG = TABLE.add("keyLog", null, (_, _) -> {});

    private static final Settings DEFAULTS = new Settings(TABLE.defaults());

    private Settings(Values values) {
        super(values);
    }

    /** {@return what holds where nothing is said} */
    public static Settings defaults() {
        return DEFAULTS;
    }

    /** {@return the first is the default; a client has one or none} */
    public List<Identity> identities() {
        return get(IDENTITIES);
    }

    /** {@return a copy with another one of these} */
    public Settings withIdentities(List<Identity> value) {
        return new Settings(with(IDENTITIES, List.copyOf(value)));
    }

    /** {@return the JDK's, in the place of identities and trust; null for none} */
    public @Nullable SSLContext context() {
        return get(CONTEXT);
    }

    /** {@return a copy with another one of these} */
    public Settings withContext(@Nullable SSLContext value) {
        return new Settings(with(CONTEXT, value));
    }

    /** {@return whose TLS it is} */
    public Provider provider() {
        return get(PROVIDER);
    }

    /** {@return a copy with another one of these} */
    public Settings withProvider(Provider value) {
        return new Settings(with(PROVIDER, value));
    }

    /** {@return which versions and cipher suites} */
    public Profile profile() {
        return get(PROFILE);
    }

    /** {@return a copy with another one of these} */
    public Settings withProfile(Profile value) {
        return new Settings(with(PROFILE, value));
    }

    /** {@return for ALPN, the most wanted first} */
    public List<String> applicationProtocols() {
        return get(APPLICATION_PROTOCOLS);
    }

    /** {@return a copy with another one of these} */
    public Settings withApplicationProtocols(List<String> value) {
        return new Settings(with(APPLICATION_PROTOCOLS, List.copyOf(value)));
    }

    /** {@return whether a server asks for certificates} */
    public ClientAuthentication clientAuthentication() {
        return get(CLIENT_AUTHENTICATION);
    }

    /** {@return a copy with another one of these} */
    public Settings withClientAuthentication(ClientAuthentication value) {
        return new Settings(with(CLIENT_AUTHENTICATION, value));
    }

    /** {@return certificates in PEM that are trusted; null for the machine's} */
    public @Nullable Path trust() {
        return get(TRUST);
    }

    /** {@return a copy with another one of these} */
    public Settings withTrust(@Nullable Path value) {
        return new Settings(with(TRUST, value));
    }

    /** {@return whether a client verifies its server} */
    public boolean verified() {
        return get(VERIFIED);
    }

    /** {@return a copy with another one of these} */
    public Settings withVerified(boolean value) {
        return new Settings(with(VERIFIED, value));
    }

    /** {@return what a client asks for in the place of the address's name} */
    public @Nullable String serverName() {
        return get(SERVER_NAME);
    }

    /** {@return a copy with another one of these} */
    public Settings withServerName(@Nullable String value) {
        return new Settings(with(SERVER_NAME, value));
    }

    /** {@return whether sessions may be taken up again} */
    public boolean resumed() {
        return get(RESUMED);
    }

    /** {@return a copy with another one of these} */
    public Settings withResumed(boolean value) {
        return new Settings(with(RESUMED, value));
    }

    /** {@return how long a handshake may take; zero for ever} */
    public Duration handshakeTimeout() {
        return get(HANDSHAKE_TIMEOUT);
    }

    /** {@return a copy with another one of these} */
    public Settings withHandshakeTimeout(Duration value) {
        return new Settings(with(HANDSHAKE_TIMEOUT, value));
    }

    /** {@return where secrets are written for debugging; null for nowhere} */
    public @Nullable Path keyLog() {
        return get(KEY_LOG);
    }

    /** {@return a copy with another one of these} */
    public Settings withKeyLog(@Nullable Path value) {
        return new Settings(with(KEY_LOG, value));
    }
}
