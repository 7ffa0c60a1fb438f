package edgeloop.cli.load.engine;

import edgeloop.Addresses;
import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.ConnectionOptions;
import edgeloop.SyscallException;
import edgeloop.cli.load.measure.ErrorCounts;
import edgeloop.cli.load.message.Advice;
import edgeloop.cli.load.message.CannotRunException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the address at which a server answers, by connecting to it, on a reactor of its own. The
 * connection is closed again: those of a run may need local addresses that depend on the server's.
 */
public final class ServerSearch implements AutoCloseable {
    private final Client client;

    private ServerSearch(Client client) {
        this.client = client;
    }

    /**
     * Starts a reactor to look for servers with.
     *
     * @param connectTimeout of each attempt
     * @throws CannotRunException if the kernel refuses the reactor's descriptors
     */
    public static ServerSearch start(Duration connectTimeout) throws CannotRunException {
        try {
            ConnectionOptions soonClosed =
                    ConnectionOptions.defaults().withLingerTimeout(Duration.ZERO);
            ClientOptions options =
                    ClientOptions.defaults()
                            .withConnection(soonClosed)
                            .withConnectTimeout(connectTimeout);
            return new ServerSearch(Client.start(options));
        } catch (SyscallException e) {
            throw LoadSession.noReactor(e);
        }
    }

    /** Puts a name's addresses in the order in which they are tried: RFC 8305 section 4. */
    public static List<InetSocketAddress> order(List<InetAddress> addresses, int port) {
        return AddressRace.order(addresses).stream()
                .distinct()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /**
     * What was found.
     *
     * @param address the one to connect to; null if none answers
     * @param failures each address that was tried and why it is not that, as people read it
     */
    public record Found(@Nullable InetSocketAddress address, String failures) {}

    /**
     * Tries all addresses once, and waits for the outcome.
     *
     * @param limit how long that may take; null if it may take as long as attempts do
     */
    public Found tryAll(List<InetSocketAddress> addresses, @Nullable Duration limit)
            throws InterruptedException {
        CompletableFuture<AddressRace.Outcome> outcome = new CompletableFuture<>();
        AddressRace race = new AddressRace(addresses, new Network(), outcome::complete);
        client.reactor()
                .execute(
                        () -> {
                            race.begin();
                            if (limit != null) {
                                client.reactor().schedule(limit, race::giveUp);
                            }
                        });
        AddressRace.Outcome ended = client.reactor().await(outcome);
        return new Found(ended.winner(), describe(ended.causes()));
    }

    private static String describe(Map<InetSocketAddress, String> causes) {
        String failures =
                causes.entrySet().stream()
                        .map(entry -> Addresses.format(entry.getKey()) + ' ' + entry.getValue())
                        .collect(Collectors.joining(", "));
        Map<String, Long> counted = new LinkedHashMap<>();
        causes.values().forEach(cause -> counted.merge(cause, 1L, Long::sum));
        return failures + Advice.on(counted);
    }

    /** Lets some time pass. */
    public void pause(Duration delay) throws InterruptedException {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        client.reactor().execute(() -> client.reactor().schedule(delay, () -> over.complete(true)));
        boolean _ = client.reactor().await(over);
    }

    /** The time, exactly, on the reactor's clock. */
    public long clockNanos() {
        return client.reactor().exactNanoTime();
    }

    /** Ends with it all connections. */
    @Override
    public void close() {
        client.close();
    }

    private final class Network implements AddressRace.Network {
        @Override
        public void connect(
                InetSocketAddress address, Runnable onSuccess, Consumer<String> onFailure) {
            client.connect(
                    address,
                    _ -> {
                        onSuccess.run();
                        return (_, in) -> in.skip(in.remaining());
                    },
                    reason -> onFailure.accept(ErrorCounts.name(ErrorCounts.causeOf(reason))));
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            client.reactor().schedule(delay, task);
        }
    }
}
