package edgeloop.cli.load.measure;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of all attempts to connect, up to one moment. The books: {@code attempted} = {@code
 * established} + those that failed + {@code pending}, each of which is counted by itself.
 *
 * @param attempted connects begun
 * @param established those that succeeded
 * @param failed those that did not, by cause
 * @param pending those under way
 * @param lostWhileIdle connections that ended while no request was on its way, by cause
 * @param phaseNanos how long the connect phase took
 * @param resumed those established that took an earlier session of TLS up again
 * @param agreed those established by TLS, by the protocol's version and the cipher suite
 */
public record ConnectionCounts(
        long attempted,
        long established,
        Map<String, Long> failed,
        long pending,
        Map<String, Long> lostWhileIdle,
        long phaseNanos,
        long resumed,
        Map<String, Long> agreed) {

    /** Of several threads, each with connections of its own. */
    public static ConnectionCounts together(List<ConnectionCounts> parts) {
        return new ConnectionCounts(
                parts.stream().mapToLong(ConnectionCounts::attempted).sum(),
                parts.stream().mapToLong(ConnectionCounts::established).sum(),
                sums(parts.stream().map(ConnectionCounts::failed).toList()),
                parts.stream().mapToLong(ConnectionCounts::pending).sum(),
                sums(parts.stream().map(ConnectionCounts::lostWhileIdle).toList()),
                parts.stream().mapToLong(ConnectionCounts::phaseNanos).max().orElse(0),
                parts.stream().mapToLong(ConnectionCounts::resumed).sum(),
                sums(parts.stream().map(ConnectionCounts::agreed).toList()));
    }

    /** Name by name. */
    static Map<String, Long> sums(List<Map<String, Long>> parts) {
        Map<String, Long> sums = new TreeMap<>();
        parts.forEach(part -> part.forEach((name, n) -> sums.merge(name, n, Long::sum)));
        return sums;
    }

    public boolean balances() {
        return attempted == established + sum(failed) + pending;
    }

    long errorCount() {
        return sum(failed) + sum(lostWhileIdle);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
