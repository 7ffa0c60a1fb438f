package edgeloop.cli;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.HandlerFactory;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import edgeloop.http.Http;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code myepollserver}, and what it does with them. */
@Command(
        name = ServerCommand.NAME,
        description =
                "Echoes whatever its TCP clients send, or serves files to HTTP clients: all of"
                        + " them on one thread.",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "A TIME is a whole number with the unit ms, s, m or h; without one it is in seconds.",
            "SIGINT and SIGTERM end the server: it finishes what it has read and closes. A second"
                    + " signal closes at once.",
            "Exit codes: 0 ended by a signal, 1 could not start or failed, 2 bad option."
        })
final class ServerCommand implements Callable<Integer> {
    static final String NAME = "myepollserver";

    private static final ConnectionHandler ECHO = Connection::write;

    /** How long a log that takes nothing may hold up the end. */
    private static final Duration LOG_TIMEOUT = Duration.ofSeconds(1);

    private final LineWriter out;
    private final LineWriter err;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            converter = Port.class,
            defaultValue = "8080",
            description = "Port to listen on; 0 picks a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            converter = Host.class,
            description = "Address or host name to listen on (default: all, IPv4 and IPv6).")
    private @Nullable String bind;

    @Option(
            names = "--max-events",
            paramLabel = "N",
            converter = Events.class,
            defaultValue = "1024",
            description = "Most events taken per epoll_wait (default: ${DEFAULT-VALUE}).")
    private int maxEvents;

    @Option(
            names = "--backlog",
            paramLabel = "N",
            converter = Count.class,
            defaultValue = "4096",
            description =
                    "Most connections waiting to be accepted, cut to net.core.somaxconn"
                            + " (default: ${DEFAULT-VALUE}).")
    private int backlog;

    @Option(
            names = "--stats",
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "1",
            converter = Seconds.class,
            description = "Print statistics every SECONDS (without a number: every second).")
    private @Nullable Integer statsSeconds;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            converter = Count.class,
            description =
                    "Most open connections; more are closed on arrival (default: as many as"
                            + " descriptors).")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--max-connections-per-ip",
            paramLabel = "N",
            converter = Count.class,
            description =
                    "Most open connections from one address; more are closed on arrival (default:"
                            + " no limit).")
    private @Nullable Integer maxConnectionsPerIp;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "0",
            description =
                    "Close connections that moved no byte, or sent no request, for TIME; 0 for"
                            + " never, with HTTP for 60 s (default: 0).")
    private Duration idleTimeout = Duration.ZERO;

    @Option(
            names = "--idle-bytes",
            paramLabel = "N",
            converter = IdleBytes.class,
            defaultValue = "1",
            description =
                    "Every N bytes moved, either way, renew --idle-timeout: with more than 1 it ends"
                            + " those that trickle too (default: ${DEFAULT-VALUE}).")
    private int idleBytes;

    @Option(
            names = "--write-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "60s",
            description =
                    "Reset connections whose peer took nothing of waiting output for TIME; 0 for never"
                            + " (default: ${DEFAULT-VALUE}).")
    private Duration writeTimeout = Duration.ZERO;

    @Option(
            names = "--linger-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "1s",
            description =
                    "How long a connection that was closed here waits for its peer to close too"
                            + " (default: ${DEFAULT-VALUE}).")
    private Duration lingerTimeout = Duration.ZERO;

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "10s",
            description =
                    "How long connections may take to finish at shutdown (default:"
                            + " ${DEFAULT-VALUE}).")
    private Duration drainTimeout = Duration.ZERO;

    @Option(
            names = "--protocol",
            paramLabel = "echo|http",
            converter = Protocol.Converter.class,
            defaultValue = "echo",
            description = "What to speak (default: ${DEFAULT-VALUE}).")
    private Protocol protocol = Protocol.ECHO;

    @Mixin private HttpCommandOptions httpOptions = new HttpCommandOptions();

    @Option(names = "--trace", description = "Print every epoll event by name to stderr.")
    private boolean trace;

    private ServerCommand(LineWriter out, LineWriter err) {
        this.out = out;
        this.err = err;
    }

    /** The command, ready to parse and to run. */
    static CommandLine commandLine(LineWriter out, LineWriter err) {
        return new CommandLine(new ServerCommand(out, err))
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(new UsageErrors(err))
                .setExecutionExceptionHandler(
                        (e, _, _) -> {
                            err.print(Diagnostics.unexpected(NAME, e));
                            return CommandLine.ExitCode.SOFTWARE;
                        });
    }

    /** Runs the server until a signal ends it. */
    @Override
    public Integer call() throws InterruptedException {
        String problem = httpOptions.problem(protocol);
        if (problem != null) {
            err.print(NAME + ": " + problem + "; see --help");
            return CommandLine.ExitCode.USAGE;
        }
        LatencyRecorder latency = statsSeconds == null ? null : new LatencyRecorder();
        ServerOptions options;
        try {
            options = options(latency);
        } catch (UnknownHostException e) {
            return fail("unknown host '" + bind + "'; give --bind an address of this machine");
        }
        if (protocol == Protocol.ECHO) {
            return serve(options, _ -> ECHO, latency, null);
        }
        AccessLogFile log;
        Http http;
        try {
            log = httpOptions.openAccessLog(err);
            http = httpOptions.open(idleTimeout, log);
        } catch (NoSuchFileException e) {
            return fail("--root " + e.getFile() + " is not there");
        } catch (NotDirectoryException e) {
            return fail("--root " + e.getFile() + " is not a directory");
        } catch (IOException e) {
            return fail("cannot write the access log: " + e.getMessage());
        }
        int exitCode = serve(options, http, latency, http);
        if (log != null) {
            log.finish(err, LOG_TIMEOUT);
        }
        return exitCode;
    }

    private int serve(
            ServerOptions options,
            HandlerFactory handlers,
            @Nullable LatencyRecorder latency,
            @Nullable Http http)
            throws InterruptedException {
        Server server;
        try {
            server = Server.start(options, handlers);
        } catch (SyscallException e) {
            return fail(StartFailure.describe(e, options));
        }
        StatsPrinter statistics = null;
        if (statsSeconds != null && latency != null) {
            Duration interval = Duration.ofSeconds(statsSeconds);
            statistics = StatsPrinter.start(server, http, latency, out, interval);
        }
        ServerRun run = new ServerRun(server, http, statistics, out, err);
        run.announce(maxEvents);
        return run.await();
    }

    /**
     * What the command line asks of the library.
     *
     * @param latency to be told of each request, or null
     */
    ServerOptions options(@Nullable LatencyRecorder latency) throws UnknownHostException {
        // HTTP ends an idle connection itself, between two requests.
        Duration idle = protocol == Protocol.HTTP ? Duration.ZERO : idleTimeout;
        // A debug build traces by itself; see bin/launch.
        boolean tracing = trace || Boolean.getBoolean("edgeloop.debug");
        return ServerOptions.defaults()
                .withPort(port)
                .withBindAddress(bind == null ? null : InetAddress.getByName(bind))
                .withMaxEvents(maxEvents)
                .withBacklog(backlog)
                .withDrainTimeout(drainTimeout)
                .withMaxConnections(orUnlimited(maxConnections))
                .withMaxConnectionsPerIp(orUnlimited(maxConnectionsPerIp))
                .withConnection(connectionOptions(idle))
                .withListener(Telemetry.of(tracing ? new TraceListener(err) : null, latency));
    }

    private ConnectionOptions connectionOptions(Duration idle) {
        return ConnectionOptions.defaults()
                .withIdleTimeout(idle)
                .withIdleBytes(idleBytes)
                .withWriteTimeout(writeTimeout)
                .withLingerTimeout(lingerTimeout);
    }

    private static int orUnlimited(@Nullable Integer limit) {
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    private int fail(String message) {
        err.print(Diagnostics.oneLine(NAME + ": " + message));
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static final class Port extends IntConverter {
        Port() {
            super(0, 65_535);
        }
    }

    private static final class Events extends IntConverter {
        Events() {
            super(1, ServerOptions.MAX_EVENTS_LIMIT);
        }
    }

    private static final class IdleBytes extends IntConverter {
        IdleBytes() {
            super(1, ConnectionOptions.MAX_IDLE_BYTES);
        }
    }

    private static final class Count extends IntConverter {
        Count() {
            super(1, Integer.MAX_VALUE);
        }
    }

    private static final class Seconds extends IntConverter {
        Seconds() {
            super(1, 86_400);
        }
    }

    private static final class Host implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (text.isBlank()) {
                // InetAddress takes no name for the loopback address.
                throw new TypeConversionException("must be an address or a host name");
            }
            return text;
        }
    }
}
