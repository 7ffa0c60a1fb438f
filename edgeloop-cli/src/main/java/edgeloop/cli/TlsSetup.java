package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.tls.ClientAuthentication;
import edgeloop.tls.Profile;
import edgeloop.tls.Provider;
import edgeloop.tls.Tls;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The server's TLS, as {@link TlsOptions} asks for it: all that loads {@code edgeloop.tls}. */
final class TlsSetup {
    private static final long MAX_PASSWORD_FILE_BYTES = 64 * 1024;

    private final Tls tls;
    private final String versions;
    private final @Nullable Path keyLog;
    private final TlsReloader reloader;
    private final LineWriter err;

    private TlsSetup(
            Tls tls, String versions, @Nullable Path keyLog, TlsReloader reloader, LineWriter err) {
        this.tls = tls;
        this.versions = versions;
        this.keyLog = keyLog;
        this.reloader = reloader;
        this.err = err;
    }

    /**
     * Makes it of what the options say. What is in the files is seen to when the server starts.
     *
     * @param err hears what is not as one may think it is, and of certificates that are loaded anew
     * @throws IOException if a password can't be had; its message is for the user
     */
    static TlsSetup of(TlsOptions options, Protocol protocol, LineWriter err) throws IOException {
        List<Path> files = new ArrayList<>();
        Tls tls = null;
        for (TlsOptions.Certificate each : options.certificates()) {
            tls = with(tls, each, files);
        }
        if (tls == null) {
            throw new IllegalStateException("isOn() was not asked");
        }
        tls =
                tls.withProvider(Provider.valueOf(options.provider().toUpperCase(Locale.ROOT)))
                        .withProfile(options.isModern() ? Profile.MODERN : Profile.INTERMEDIATE)
                        .withResumption(options.hasTickets());
        if (protocol == Protocol.HTTP) {
            tls = tls.withApplicationProtocols("http/1.1");
        }
        Path clientCa = options.clientCa();
        if (clientCa != null) {
            files.add(clientCa);
            tls =
                    tls.withClientAuthentication(
                            options.isClientAuthDemanded()
                                    ? ClientAuthentication.DEMAND
                                    : ClientAuthentication.ASK,
                            clientCa);
        }
        Duration timeout = options.handshakeTimeout();
        if (timeout != null) {
            tls = tls.withHandshakeTimeout(timeout);
        }
        Path keyLog = options.keyLog();
        if (keyLog != null) {
            tls = tls.withKeyLog(keyLog);
        }
        String versions = options.isModern() ? "TLS 1.3" : "TLS 1.3 and 1.2";
        TlsReloader reloader = new TlsReloader(List.copyOf(files), err);
        return new TlsSetup(tls, versions, keyLog, reloader, err);
    }

    private static Tls with(
            @Nullable Tls before, TlsOptions.Certificate certificate, List<Path> files)
            throws IOException {
        Path file = certificate.file();
        Path key = certificate.key();
        files.add(file);
        Tls tls;
        if (key != null) {
            files.add(key);
            tls = before == null ? Tls.server(file, key) : before.withCertificate(file, key);
        } else {
            String password = password(certificate);
            tls =
                    before == null
                            ? Tls.server(file, password)
                            : before.withCertificate(file, password);
        }
        Path ocsp = certificate.ocsp();
        if (ocsp != null) {
            files.add(ocsp);
            tls = tls.withOcspResponse(ocsp);
        }
        return tls;
    }

    private static String password(TlsOptions.Certificate certificate) throws IOException {
        Path file = certificate.passwordFile();
        if (file == null) {
            String password = System.getenv(TlsOptions.PASSWORD_VARIABLE);
            if (password == null) {
                throw new IOException(
                        "no password for "
                                + certificate.file()
                                + ": give --tls-password-file behind it, or set "
                                + TlsOptions.PASSWORD_VARIABLE);
            }
            return password;
        }
        try {
            if (Files.size(file) > MAX_PASSWORD_FILE_BYTES) {
                throw new IOException("it is too long for a password's file");
            }
            return Files.readString(file, UTF_8).lines().findFirst().orElse("");
        } catch (NoSuchFileException e) {
            throw new IOException("--tls-password-file " + file + " is not there", e);
        } catch (IOException e) {
            throw new IOException("cannot read --tls-password-file " + file + ": " + why(e), e);
        }
    }

    private static String why(IOException e) {
        return e instanceof AccessDeniedException
                ? "no permission"
                : String.valueOf(e.getMessage());
    }

    /** What connections are secured by. */
    ServerOptions apply(ServerOptions options) {
        return options.withTls(tls);
    }

    /**
     * Begins to look after the files of a server that has started, and answers what it says of TLS:
     * a line, with a line break before it.
     *
     * @param log what SIGHUP is for besides, or null
     */
    String begin(Server server, @Nullable AccessLogFile log) {
        reloader.start(server);
        Signals.on(signal -> renew(log, signal), "HUP");
        String refusal = tls.openSslRefusal();
        if (refusal != null) {
            err.print(
                    Diagnostics.oneLine(
                            ServerCommand.NAME
                                    + ": --tls-provider auto takes the JDK: "
                                    + refusal));
        }
        if (keyLog != null) {
            err.print(
                    Diagnostics.oneLine(
                            ServerCommand.NAME
                                    + ": --tls-key-log: whoever can read "
                                    + keyLog
                                    + " can read what is said on every connection"));
        }
        return "\n" + versions + " by " + tls.providerName();
    }

    private void renew(@Nullable AccessLogFile log, String signal) {
        reloader.request(signal);
        if (log != null) {
            log.reopen();
        }
    }
}
