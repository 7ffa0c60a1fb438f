package edgeloop;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Counts open connections by the peer's address, up to a limit for each. */
final class AddressLimit {
    private final int limit;
    private final Map<InetAddress, Integer> open = new HashMap<>();

    AddressLimit(int limit) {
        this.limit = limit;
    }

    /** Counts one more connection from {@code address}, unless it has as many as it may. */
    boolean admit(InetAddress address) {
        if (open.getOrDefault(address, 0) >= limit) {
            return false;
        }
        open.merge(address, 1, Integer::sum);
        return true;
    }

    /** Counts one connection less; an address without connections is forgotten. */
    void release(InetAddress address) {
        open.computeIfPresent(address, (_, n) -> n == 1 ? null : n - 1);
    }
}
