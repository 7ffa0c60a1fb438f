package edgeloop.cli;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.HandlerFactory;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import edgeloop.TcpOptions;
import edgeloop.TlsException;
import edgeloop.http.Http;
import edgeloop.http.HttpOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options of {@code myepollserver}, and what it does with them.
 *
 * <p>Given to picocli as objects, not as annotations: for these it makes proxies and reflects at
 * each start, which takes a fifth of the time to the first echo.
 */
final class ServerCommand implements Callable<Integer> {
    static final String NAME = "myepollserver";

    private static final ConnectionHandler ECHO = Connection::write;

    /** How long a log that takes nothing may hold up the end. */
    private static final Duration LOG_TIMEOUT = Duration.ofSeconds(1);

    private final LineWriter out;
    private final LineWriter err;

    private final OptionSpec port =
            Options.number(0, 65_535, "-p", "--port")
                    .paramLabel("PORT")
                    .defaultValue("8080")
                    .description(
                            "Port to listen on; 0 picks a free one (default: ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec bind =
            OptionSpec.builder("--bind")
                    .type(String.class)
                    .converters(new HostConverter())
                    .paramLabel("ADDRESS")
                    .description("Address or host name to listen on (default: all, IPv4 and IPv6).")
                    .build();

    private final OptionSpec maxEvents =
            Options.number(1, ServerOptions.MAX_EVENTS_LIMIT, "--max-events")
                    .defaultValue("1024")
                    .description(
                            "Most events taken per epoll_wait; io_uring takes all (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec backlog =
            Options.number(1, Integer.MAX_VALUE, "--backlog")
                    .defaultValue("4096")
                    .description(
                            "Most connections waiting to be accepted, cut to net.core.somaxconn"
                                    + " (default: ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec reusePort =
            Options.flag("--reuse-port")
                    .description(
                            "Share the port with other servers of this user that have this option"
                                    + " too; the kernel spreads the connections over them.")
                    .build();

    private final OptionSpec statsSeconds =
            Options.number(1, 86_400, "--stats")
                    .paramLabel("SECONDS")
                    .arity("0..1")
                    .fallbackValue("1")
                    .description("Print statistics every SECONDS (without a number: every second).")
                    .build();

    private final OptionSpec maxConnections =
            Options.number(1, Integer.MAX_VALUE, "--max-connections")
                    .description(
                            "Most open connections; more are closed on arrival (default: as many as"
                                    + " descriptors).")
                    .build();

    private final OptionSpec maxConnectionsPerIp =
            Options.number(1, Integer.MAX_VALUE, "--max-connections-per-ip")
                    .description(
                            "Most open connections from one IPv4 address or IPv6 network; more are"
                                    + " closed on arrival (default: no limit).")
                    .build();

    private final OptionSpec ipv6Prefix =
            Options.number(1, 128, "--ipv6-prefix")
                    .defaultValue("64")
                    .description(
                            "Length of the prefix that makes an IPv6 network of"
                                    + " --max-connections-per-ip (default: ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec maxBufferMemory =
            OptionSpec.builder("--max-buffer-memory")
                    .type(Long.class)
                    .converters(new SizeConverter(ServerOptions.MIN_BUFFER_BYTES))
                    .paramLabel("SIZE")
                    .description(
                            "Most memory for waiting input and output of all connections; at it,"
                                    + " those that hold most without moving are cut off (default: a"
                                    + " quarter of the memory there is, at most 512m).")
                    .build();

    private final OptionSpec idleTimeout =
            Options.time("--idle-timeout")
                    .defaultValue("0")
                    .description(
                            "Close connections that moved no byte, or sent no request, for TIME; 0"
                                    + " for never, with HTTP for 60 s (default: 0).")
                    .build();

    private final OptionSpec idleBytes =
            Options.number(1, ConnectionOptions.MAX_IDLE_BYTES, "--idle-bytes")
                    .defaultValue("1")
                    .description(
                            "Every N bytes moved, either way, renew --idle-timeout: with more than"
                                    + " 1 it ends those that trickle too (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec writeTimeout =
            Options.time("--write-timeout")
                    .defaultValue("60s")
                    .description(
                            "Reset connections whose peer took nothing of waiting output for TIME;"
                                    + " 0 for never (default: ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec minOutputRate =
            Options.number(0, Integer.MAX_VALUE, "--min-output-rate")
                    .description(
                            "Reset connections whose peer takes less than N bytes a second of"
                                    + " waiting output, when it is behind by --write-timeout; 0"
                                    + " for any rate (default: 0, with HTTP 256).")
                    .build();

    private final OptionSpec lingerTimeout =
            Options.time("--linger-timeout")
                    .defaultValue("1s")
                    .description(
                            "How long a connection that was closed here waits for its peer to close"
                                    + " too (default: ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec halfCloseTimeout =
            Options.time("--half-close-timeout")
                    .defaultValue("10s")
                    .description(
                            "Close connections whose peer has sent its FIN, that have nothing to"
                                    + " send and moved no byte for TIME; 0 for never (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec tcpKeepAlive =
            Options.time("--tcp-keepalive")
                    .converters(new KeepAliveConverter())
                    .defaultValue("0")
                    .description(
                            "Ask a peer that has sent nothing for TIME whether it is there, by TCP,"
                                    + " and after a third of it again; unanswered three times the"
                                    + " connection ends; 0 for never (default: 0).")
                    .build();

    private final OptionSpec tcpUserTimeout =
            Options.time("--tcp-user-timeout")
                    .defaultValue("0")
                    .description(
                            "End connections whose peer has acknowledged nothing of what it was"
                                    + " sent for TIME; 0 for the kernel's own, some 15 minutes"
                                    + " (default: 0).")
                    .build();

    private final OptionSpec drainTimeout =
            Options.time("--drain-timeout")
                    .defaultValue("10s")
                    .description(
                            "How long connections may take to finish at shutdown (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec protocol =
            OptionSpec.builder("--protocol")
                    .type(Protocol.class)
                    .converters(new Protocol.Converter())
                    .paramLabel("echo|http")
                    .defaultValue("echo")
                    .description("What to speak (default: ${DEFAULT-VALUE}).")
                    .build();

    private final EventOptions eventOptions = new EventOptions();
    private final ReactorOptions reactorOptions = new ReactorOptions();
    private final HttpCommandOptions httpOptions = new HttpCommandOptions();
    private final TlsOptions tlsOptions = new TlsOptions();

    private final OptionSpec trace =
            Options.flag("--trace")
                    .description(
                            "Print every event by name to stderr, with the time, the address"
                                    + " listened on and the peer.")
                    .build();

    private ServerCommand(LineWriter out, LineWriter err) {
        this.out = out;
        this.err = err;
    }

    /** The command, ready to parse and to run. */
    static CommandLine commandLine(LineWriter out, LineWriter err) {
        return new CommandLine(new ServerCommand(out, err).spec())
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(new UsageErrors(err))
                .setExecutionExceptionHandler(
                        (e, _, _) -> {
                            err.print(Diagnostics.unexpected(NAME, e));
                            return CommandLine.ExitCode.SOFTWARE;
                        });
    }

    private CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.wrapWithoutInspection(this)
                        .name(NAME)
                        .versionProvider(() -> new String[] {NAME + " " + ProgramVersion.number()});
        spec.usageMessage()
                .description(
                        "Echoes whatever its TCP clients send, or serves files to HTTP clients: all"
                                + " of them on one thread, or on as many as --reactors says.")
                .sortOptions(false)
                .autoWidth(true)
                .footer(
                        "",
                        "A TIME is a whole number with the unit ms, s, m or h; without one it is in"
                                + " seconds. A SIZE is a whole number with the unit k, m or g.",
                        "SIGINT and SIGTERM end the server: it serves who waits, finishes what it"
                                + " has read and closes. A second signal closes at once. SIGHUP and"
                                + " SIGUSR1 open the access log anew. SIGHUP loads the files of TLS"
                                + " anew, as a change of them does within seconds; with one that"
                                + " can't be used the old ones stay.",
                        "Exit codes: 0 ended by a signal, 1 could not start or failed, 2 bad"
                                + " option, 130 or 143 a second signal (SIGINT, SIGTERM) cut"
                                + " something off.");
        // In the order of the help.
        spec.addOption(port)
                .addOption(bind)
                .addOption(maxEvents)
                .addOption(backlog)
                .addOption(reusePort)
                .addOption(statsSeconds)
                .addOption(maxConnections)
                .addOption(maxConnectionsPerIp)
                .addOption(ipv6Prefix)
                .addOption(maxBufferMemory)
                .addOption(idleTimeout)
                .addOption(idleBytes)
                .addOption(writeTimeout)
                .addOption(minOutputRate)
                .addOption(lingerTimeout)
                .addOption(halfCloseTimeout)
                .addOption(tcpKeepAlive)
                .addOption(tcpUserTimeout)
                .addOption(drainTimeout);
        eventOptions.addTo(spec);
        reactorOptions.addTo(spec);
        spec.addOption(protocol);
        httpOptions.addTo(spec);
        tlsOptions.addTo(spec);
        return spec.addOption(trace)
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Show this help message and exit.")
                                .build())
                .addOption(
                        OptionSpec.builder("-V", "--version")
                                .versionHelp(true)
                                .description("Print version information and exit.")
                                .build());
    }

    /** Runs the server until a signal ends it. */
    @Override
    public Integer call() throws InterruptedException {
        Protocol spoken = protocol.getValue();
        String problem = problem(spoken);
        if (problem != null) {
            err.print(NAME + ": " + problem + "; see --help");
            return CommandLine.ExitCode.USAGE;
        }
        Telemetry telemetry = telemetry();
        ServerOptions options;
        try {
            options = options(telemetry);
        } catch (UnknownHostException e) {
            return fail(
                    "unknown host '"
                            + bind.getValue()
                            + "'; give --bind an address of this machine");
        }
        TlsSetup tls = null;
        if (tlsOptions.isOn()) {
            try {
                tls = TlsSetup.of(tlsOptions, spoken, err);
            } catch (IOException e) {
                return fail(String.valueOf(e.getMessage()));
            }
            options = tls.apply(options);
        }
        if (spoken == Protocol.ECHO) {
            return serve(options, _ -> ECHO, telemetry, tls, null, null);
        }
        AccessLogFile log;
        Http http;
        try {
            log = httpOptions.openAccessLog(err);
            http = httpOptions.open(httpLimits(), log);
        } catch (NoSuchFileException e) {
            return fail("--root " + e.getFile() + " is not there");
        } catch (NotDirectoryException e) {
            return fail("--root " + e.getFile() + " is not a directory");
        } catch (IOException e) {
            return fail("cannot write the access log: " + e.getMessage());
        }
        int exitCode = serve(options, http, telemetry, tls, http, log);
        if (log != null) {
            log.finish(err, LOG_TIMEOUT);
        }
        return exitCode;
    }

    /** What is wrong with the options for {@code spoken}, or null. */
    private @Nullable String problem(Protocol spoken) {
        if (spoken == Protocol.HTTP && idleBytes.<Integer>getValue() != 1) {
            return "--idle-bytes is an option of --protocol echo";
        }
        String problem = eventOptions.problem();
        if (problem == null) {
            problem =
                    reactorOptions.problem(
                            statsSeconds.getValue() != null, maxBufferMemory.getValue());
        }
        if (problem == null) {
            problem = httpOptions.problem(spoken);
        }
        return problem == null ? tlsOptions.problem(spoken, port.getValue()) : problem;
    }

    private HttpOptions httpLimits() {
        return tlsOptions.apply(
                HttpCommandOptions.limits(idleTimeout.getValue(), minOutputRate.getValue()));
    }

    private int serve(
            ServerOptions options,
            HandlerFactory handlers,
            Telemetry telemetry,
            @Nullable TlsSetup tls,
            @Nullable Http http,
            @Nullable AccessLogFile log)
            throws InterruptedException {
        Server server;
        try {
            server = Server.start(options, handlers);
        } catch (SyscallException e) {
            return fail(StartFailure.describe(e, options));
        } catch (TlsException e) {
            return fail(String.valueOf(e.getMessage()));
        }
        Server redirects = null;
        Integer plainPort = tlsOptions.redirectFrom();
        if (plainPort != null) {
            ServerOptions plain = Redirects.options(options, plainPort);
            try {
                redirects = Redirects.start(plain, httpLimits(), server.port());
            } catch (SyscallException e) {
                server.close();
                return fail(StartFailure.describe(e, plain, "--redirect-from"));
            }
        }
        Served served = new Served(server, http, tls != null, redirects);
        StatsPrinter statistics = null;
        Integer seconds = statsSeconds.getValue();
        if (seconds != null) {
            Duration interval = Duration.ofSeconds(seconds);
            boolean perReactor = reactorOptions.isPerReactor();
            statistics = StatsPrinter.start(served, telemetry, out, interval, perReactor);
        }
        String refusal = eventOptions.refusal(server);
        if (refusal != null) {
            err.print(NAME + ": " + EngineWords.taken(refusal));
        }
        ServerRun run = new ServerRun(served, statistics, out, err);
        Signals.on(signal -> reopen(log, signal), "HUP", "USR1");
        String more = reactorOptions.words();
        if (tls != null) {
            more += tls.begin(server, log);
        }
        if (redirects != null) {
            more += "\nRedirecting from port " + redirects.port();
        }
        run.announce(eventOptions.words(server), maxEvents.getValue(), more);
        int exitCode = run.await();
        telemetry.finish();
        return exitCode;
    }

    private void reopen(@Nullable AccessLogFile log, String signal) {
        if (log == null) {
            err.print(NAME + ": " + signal + " opens the access log anew, and there is none");
        } else {
            log.reopen();
        }
    }

    /** Who hears of what the reactors do. */
    Telemetry telemetry() {
        // A debug build traces by itself; see bin/launch.
        boolean traced = trace.<Boolean>getValue() || Boolean.getBoolean("edgeloop.debug");
        return new Telemetry(
                reactorOptions.count(), traced ? err : null, statsSeconds.getValue() != null);
    }

    /** What the command line asks of the library. */
    ServerOptions options(Telemetry telemetry) throws UnknownHostException {
        // HTTP ends an idle connection itself, between two requests.
        Duration idle =
                protocol.getValue() == Protocol.HTTP ? Duration.ZERO : idleTimeout.getValue();
        String address = bind.getValue();
        Long bufferBytes = maxBufferMemory.getValue();
        ServerOptions options =
                ServerOptions.defaults()
                        .withPort(port.getValue())
                        .withBindAddress(address == null ? null : InetAddress.getByName(address))
                        .withMaxEvents(maxEvents.getValue())
                        .withBacklog(backlog.getValue())
                        .withDrainTimeout(drainTimeout.getValue())
                        .withMaxConnections(orUnlimited(maxConnections))
                        .withMaxConnectionsPerIp(orUnlimited(maxConnectionsPerIp))
                        .withIpv6PrefixLength(ipv6Prefix.getValue())
                        .withMaxBufferBytes(bufferBytes == null ? 0 : bufferBytes)
                        .withReusePort(reusePort.getValue())
                        .withTcp(tcpOptions())
                        .withConnection(connectionOptions(idle))
                        .withListeners(telemetry.listeners());
        return reactorOptions.apply(eventOptions.apply(options));
    }

    private TcpOptions tcpOptions() {
        Duration idle = tcpKeepAlive.getValue();
        TcpOptions options = TcpOptions.defaults().withUserTimeout(tcpUserTimeout.getValue());
        return idle.isZero() ? options : options.withKeepAlive(idle);
    }

    private ConnectionOptions connectionOptions(Duration idle) {
        Integer rate = minOutputRate.getValue();
        boolean http = protocol.getValue() == Protocol.HTTP; // which has options of its own
        return ConnectionOptions.defaults()
                .withIdleTimeout(idle)
                .withIdleBytes(idleBytes.getValue())
                .withWriteTimeout(writeTimeout.getValue())
                .withMinOutputRate(rate == null || http ? 0 : rate)
                .withLingerTimeout(lingerTimeout.getValue())
                .withHalfCloseTimeout(halfCloseTimeout.getValue());
    }

    private static int orUnlimited(OptionSpec option) {
        Integer limit = option.getValue();
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    private int fail(String message) {
        err.print(Diagnostics.oneLine(NAME + ": " + message));
        return CommandLine.ExitCode.SOFTWARE;
    }
}
