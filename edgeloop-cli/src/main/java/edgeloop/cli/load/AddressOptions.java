package edgeloop.cli.load;

import edgeloop.cli.DurationConverter;
import edgeloop.cli.load.engine.ServerSearch;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.protocol.Resolver;
import edgeloop.cli.load.protocol.Target;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which of a name's addresses is loaded, and how long a server may take to come up. */
final class AddressOptions {
    private static final Duration RETRY_DELAY = Duration.ofMillis(100);

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "10s",
            description = "How long a connect may take (default: ${DEFAULT-VALUE}).")
    private Duration connectTimeout = Duration.ZERO;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "0",
            description = "Wait so long for a server that is yet to come up (default: not at all).")
    private Duration wait = Duration.ZERO;

    @Option(names = "-4", description = "Connect to an IPv4 address.")
    private boolean four;

    @Option(names = "-6", description = "Connect to an IPv6 address.")
    private boolean six;

    Duration connectTimeout() {
        return connectTimeout;
    }

    /** Checks what can be checked at once. */
    void check() {
        if (four && six) {
            throw usage("-4 and -6 exclude each other");
        }
        if (connectTimeout.isZero()) {
            throw usage("--connect-timeout must be longer than 0");
        }
    }

    private ParameterException usage(String message) {
        if (command == null) {
            throw new IllegalStateException("picocli fills this in");
        }
        return new ParameterException(command.commandLine(), message);
    }

    /**
     * The one address that all connections go to. Where a name has several it is one that answers,
     * found by RFC 8305 section 5. Where it has one, and a server is not waited for, that is not
     * tried: the run's own connections show whether it answers.
     *
     * <p>Signals are not handled meanwhile: they end the program, as there is nothing to report.
     *
     * @param note told that the server is waited for
     * @throws CannotRunException if there is none
     */
    InetSocketAddress choose(Target server, Resolver resolver, Consumer<String> note)
            throws CannotRunException, InterruptedException {
        if (!wait.isZero()) {
            return await(server, resolver, note);
        }
        List<InetSocketAddress> addresses = addresses(server, resolver);
        if (addresses.size() == 1) {
            return addresses.getFirst();
        }
        try (ServerSearch search = ServerSearch.start(connectTimeout)) {
            return search(search, addresses, null);
        }
    }

    private static InetSocketAddress search(
            ServerSearch search, List<InetSocketAddress> addresses, @Nullable Duration limit)
            throws CannotRunException, InterruptedException {
        ServerSearch.Found found = search.tryAll(addresses, limit);
        if (found.address() == null) {
            throw new CannotRunException("no connection could be established: " + found.failures());
        }
        return found.address();
    }

    private InetSocketAddress await(Target server, Resolver resolver, Consumer<String> note)
            throws CannotRunException, InterruptedException {
        // Java keeps for 10 s that a name is unknown, but it may come up with its server.
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        try (ServerSearch search = ServerSearch.start(connectTimeout)) {
            long end = search.clockNanos() + wait.toNanos();
            for (boolean first = true; ; first = false) {
                try {
                    List<InetSocketAddress> addresses = addresses(server, resolver);
                    long left = Math.max(end - search.clockNanos(), RETRY_DELAY.toNanos());
                    return search(search, addresses, Duration.ofNanos(left));
                } catch (CannotRunException e) {
                    if (search.clockNanos() - end >= 0) {
                        throw e;
                    }
                    if (first) {
                        note.accept(
                                Text.format(
                                        "waiting up to %.1f s for %s",
                                        wait.toNanos() / 1e9, server.hostAndPort()));
                    }
                }
                search.pause(RETRY_DELAY);
            }
        }
    }

    private List<InetSocketAddress> addresses(Target server, Resolver resolver)
            throws CannotRunException {
        List<InetAddress> addresses;
        try {
            addresses = resolver.addresses(server.host());
        } catch (UnknownHostException e) {
            throw new CannotRunException("unknown host '" + server.host() + "'");
        }
        List<InetAddress> wanted = addresses.stream().filter(this::isWanted).toList();
        if (wanted.isEmpty()) {
            throw usage("'" + server.host() + "' has no " + (four ? "IPv4" : "IPv6") + " address");
        }
        return ServerSearch.order(wanted, server.port());
    }

    private boolean isWanted(InetAddress address) {
        return address instanceof Inet6Address ? !four : !six;
    }
}
