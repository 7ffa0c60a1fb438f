package edgeloop.cli.load.measure;

import java.util.Map;

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
 */
public record ConnectionCounts(
        long attempted,
        long established,
        Map<String, Long> failed,
        long pending,
        Map<String, Long> lostWhileIdle,
        long phaseNanos) {

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
