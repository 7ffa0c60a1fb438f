package edgeloop.cli.load.engine;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the addresses of a name until one answers: RFC 8305 section 5. They are tried in
 * order, the next one when one has failed or the last has had its time, and none is given up before
 * another has won. On one thread.
 */
final class AddressRace {
    /** The Connection Attempt Delay of RFC 8305 section 8. */
    static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

    private static final String NO_ANSWER = "timeout";

    /** Connects, and tells the time. */
    interface Network {
        /** Begins to connect; one of the two is called later, the latter with the cause. */
        void connect(InetSocketAddress address, Runnable onSuccess, Consumer<String> onFailure);

        /** Runs {@code task} after {@code delay}. */
        void schedule(Duration delay, Runnable task);
    }

    /**
     * How it went.
     *
     * @param winner the address to which a connection was established; null if there was none
     * @param causes why the others failed that had by then, in the order in which they did
     */
    record Outcome(@Nullable InetSocketAddress winner, Map<InetSocketAddress, String> causes) {}

    private final List<InetSocketAddress> addresses;
    private final Network network;
    private final Consumer<Outcome> onEnd;
    private final Map<InetSocketAddress, String> causes = new LinkedHashMap<>();
    private int begun;
    private boolean over;

    /**
     * @param addresses at least one, all different, in the order to try them in
     */
    AddressRace(List<InetSocketAddress> addresses, Network network, Consumer<Outcome> onEnd) {
        this.addresses = addresses;
        this.network = network;
        this.onEnd = onEnd;
    }

    /**
     * Lets the families take turns, so that one which does not work costs one delay: RFC 8305
     * section 4. The first one's stays the first, except on this machine itself, where it is IPv4:
     * 127.0.0.0/8 has many addresses to connect from, and ::1 is alone.
     *
     * @param preferred at least one, in the order of RFC 6724
     */
    static List<InetAddress> order(List<InetAddress> preferred) {
        List<InetAddress> sorted = new ArrayList<>(preferred);
        if (preferred.stream().allMatch(InetAddress::isLoopbackAddress)) {
            sorted.sort(Comparator.comparing(AddressRace::isSix));
        }
        boolean firstIsSix = isSix(sorted.getFirst());
        List<InetAddress> first = sorted.stream().filter(a -> isSix(a) == firstIsSix).toList();
        List<InetAddress> second = sorted.stream().filter(a -> isSix(a) != firstIsSix).toList();
        List<InetAddress> ordered = new ArrayList<>();
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            first.stream().skip(i).limit(1).forEach(ordered::add);
            second.stream().skip(i).limit(1).forEach(ordered::add);
        }
        return ordered;
    }

    private static boolean isSix(InetAddress address) {
        return address instanceof Inet6Address;
    }

    /** Begins; the end is told later. */
    void begin() {
        tryNext();
    }

    /** Ends it, if it goes on yet: whoever has not answered by now does so too late. */
    void giveUp() {
        addresses.stream().limit(begun).forEach(late -> causes.putIfAbsent(late, NO_ANSWER));
        end(null);
    }

    private void tryNext() {
        if (over || begun == addresses.size()) {
            return;
        }
        InetSocketAddress address = addresses.get(begun++);
        int attempt = begun;
        network.connect(address, () -> end(address), cause -> failed(address, cause));
        network.schedule(
                ATTEMPT_DELAY,
                () -> {
                    if (begun == attempt) {
                        tryNext();
                    }
                });
    }

    private void failed(InetSocketAddress address, String cause) {
        if (over) {
            return;
        }
        causes.put(address, cause);
        if (causes.size() == addresses.size()) {
            end(null);
        } else {
            tryNext();
        }
    }

    private void end(@Nullable InetSocketAddress winner) {
        if (!over) {
            over = true;
            onEnd.accept(new Outcome(winner, causes));
        }
    }
}
