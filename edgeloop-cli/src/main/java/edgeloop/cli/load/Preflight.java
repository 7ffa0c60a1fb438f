package edgeloop.cli.load;

import edgeloop.cli.load.engine.TlsCheck;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import edgeloop.cli.load.protocol.Target;
import edgeloop.cli.load.result.Results;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a run needs of the machine, looked at before it begins: descriptors, local ports, and the
 * queue that connects wait in.
 */
final class Preflight {
    /** Descriptors that the JVM and one reactor have open besides the connections. */
    private static final int OTHER_DESCRIPTORS = 64;

    /** What each further reactor has open: an epoll instance, an eventfd and a timerfd. */
    private static final int REACTORS_DESCRIPTORS = 3;

    /** Ports of one address that are counted on; others are in use, or in TIME_WAIT. */
    private static final double USABLE_PORTS = 0.9;

    /** Each closed connection holds its port for a minute; RFC 9293 section 3.6.1. */
    private static final int SOURCES_FOR_CHURN = 32;

    /** Two times are kept of each, which then take a quarter of the heap. */
    private static final int MOST_REQUESTS_ON_THEIR_WAY = 4_000_000;

    /** What comes of it where a server that expects TLS is spoken with without. */
    private static final Set<String> TO_PLAIN_BYTES =
            Set.of(
                    "malformed answer",
                    "mismatch",
                    "closed early",
                    "reset",
                    "abandoned",
                    "status 400");

    private Preflight() {}

    /** How many requests can be on their way; throws {@link IllegalArgumentException}. */
    static int concurrency(long connectionsTimesPipeline) {
        if (connectionsTimesPipeline > MOST_REQUESTS_ON_THEIR_WAY) {
            throw new IllegalArgumentException(
                    "--connections times --pipeline must be at most " + MOST_REQUESTS_ON_THEIR_WAY);
        }
        return (int) connectionsTimesPipeline;
    }

    /**
     * Checks that there are descriptors enough. The JVM has raised the soft limit to the hard one
     * when it started.
     *
     * @throws CannotRunException if there are not
     */
    static void checkDescriptors(int connections, int threads) throws CannotRunException {
        checkDescriptors(connections, threads, descriptorLimit());
    }

    static void checkDescriptors(int connections, int threads, long limit)
            throws CannotRunException {
        long others = OTHER_DESCRIPTORS + (long) (threads - 1) * REACTORS_DESCRIPTORS;
        long needed = connections + others;
        if (needed > limit) {
            throw new CannotRunException(
                    Text.count(connections)
                            + " connections need "
                            + Text.count(needed)
                            + " descriptors and the limit is "
                            + Text.count(limit)
                            + ": raise it as root with ulimit -Hn "
                            + needed
                            + (limit > others ? ", or use -c " + (limit - others) : ""));
        }
    }

    /**
     * The local addresses to connect from: none if the kernel's choice has ports enough.
     *
     * @param churn whether connections are closed and replaced during the run
     * @throws CannotRunException if this machine's addresses together have not ports enough
     */
    static List<InetAddress> sources(InetAddress target, int connections, boolean churn)
            throws CannotRunException {
        return sources(target, connections, churn, portsPerAddress(), ownAddresses(target));
    }

    static List<InetAddress> sources(
            InetAddress target,
            int connections,
            boolean churn,
            int portsPerAddress,
            List<InetAddress> ownAddresses)
            throws CannotRunException {
        int usable = Math.max(1, (int) (USABLE_PORTS * portsPerAddress));
        int needed = Math.ceilDiv(connections, usable);
        if (target.isLoopbackAddress() && target instanceof Inet4Address) {
            int addresses = churn ? Math.max(needed, SOURCES_FOR_CHURN) : needed;
            return addresses == 1 ? List.of() : loopback(addresses);
        }
        if (needed == 1) {
            return List.of();
        }
        if (ownAddresses.size() >= needed) {
            return ownAddresses;
        }
        throw new CannotRunException(
                Text.count(connections)
                        + " connections to one address and port need more local ports than there"
                        + " are ("
                        + Text.count(portsPerAddress)
                        + " for each of "
                        + Math.max(1, ownAddresses.size())
                        + " addresses): widen net.ipv4.ip_local_port_range, add addresses to an"
                        + " interface, or use fewer connections");
    }

    /** Of 127.0.0.0/8, all of which is this machine; RFC 1122 section 3.2.1.3. */
    private static List<InetAddress> loopback(int count) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(address(new byte[] {127, 0, (byte) (i / 250), (byte) (1 + i % 250)}));
        }
        return addresses;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    private static List<InetAddress> ownAddresses(InetAddress target) {
        if (target.isLoopbackAddress()) {
            return List.of(target); // the only one that it can be reached from
        }
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(own -> own.getClass() == target.getClass())
                    .filter(own -> !own.isLoopbackAddress() && !own.isLinkLocalAddress())
                    .toList();
        } catch (SocketException e) {
            return List.of();
        }
    }

    /** Warns if a server on this machine cannot queue all connects at once. */
    static void noteBacklog(
            InetAddress target, int connections, double connectRate, Consumer<String> notes) {
        long queue = number(Path.of("/proc/sys/net/core/somaxconn"), 0, Long.MAX_VALUE);
        if (!target.isLoopbackAddress() || connectRate > 0 || connections <= queue) {
            return;
        }
        notes.accept(
                "at most "
                        + Text.count(queue)
                        + " of "
                        + Text.count(connections)
                        + " connects can wait for a server on this machine (net.core.somaxconn); if"
                        + " some take a second, use --connect-rate");
    }

    /**
     * Tells of a server that answered nothing as it should because it wants TLS: one asks for that
     * by an alert, another by a status, and most close.
     */
    static void noteTls(
            Target server, InetSocketAddress address, Results results, Consumer<String> notes)
            throws InterruptedException {
        Results.Requests requests = results.requests();
        boolean mayBe =
                !server.tls()
                        && requests.answered() == 0
                        && !requests.errors().isEmpty()
                        && TO_PLAIN_BYTES.containsAll(requests.errors().keySet());
        if (mayBe && TlsCheck.isWantedBy(address)) {
            notes.accept(server.hostAndPort() + " speaks TLS: write " + server.withTls());
        }
    }

    private static long descriptorLimit() {
        // "Max open files            1024                 20000                files"
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith("Max open files")) {
                    String soft = line.split("\\s+", -1)[3];
                    return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
                }
            }
        } catch (IOException | RuntimeException e) {
            // Without /proc nothing is known: EMFILE will tell.
        }
        return Long.MAX_VALUE;
    }

    private static int portsPerAddress() {
        Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
        return (int) (number(range, 1, 60_999) - number(range, 0, 32_768) + 1);
    }

    /** A number of a file below /proc/sys, which gives its content to the first read(2) alone. */
    private static long number(Path file, int position, long otherwise) {
        try (var in = new FileInputStream(file.toFile())) {
            byte[] content = new byte[100];
            int length = Math.max(0, in.read(content));
            String line = new String(content, 0, length, StandardCharsets.US_ASCII).strip();
            return Long.parseLong(line.split("\\s+", -1)[position]);
        } catch (IOException | RuntimeException e) {
            return otherwise;
        }
    }
}
