package edgeloop;

import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How many connections a server may have open, on all of its reactors together. Any thread. */
final class ConnectionLimits {
    private final int most;
    private final AtomicInteger open = new AtomicInteger();

    /** Counts connections by address, or null where their number is not limited. */
    private final @Nullable AddressLimit byAddress;

    ConnectionLimits(ServerOptions options) {
        this.most = options.maxConnections();
        boolean limited = options.maxConnectionsPerIp() < Integer.MAX_VALUE;
        this.byAddress =
                limited
                        ? new AddressLimit(
                                options.maxConnectionsPerIp(), options.ipv6PrefixLength())
                        : null;
    }

    /** Counts one more, unless there are as many as there may be. */
    boolean admit() {
        if (most == Integer.MAX_VALUE) {
            return true;
        }
        int before = open.get();
        while (before < most) {
            if (open.compareAndSet(before, before + 1)) {
                return true;
            }
            before = open.get();
        }
        return false;
    }

    /** Whether their number is limited by address, too. */
    boolean areByAddress() {
        return byAddress != null;
    }

    /** Counts one that was admitted at its address as well, unless that has as many as it may. */
    boolean admit(InetSocketAddress remote) {
        return byAddress == null || byAddress.admit(remote.getAddress());
    }

    /**
     * Counts one less.
     *
     * @param remote where it was counted at its address, or null
     */
    void release(@Nullable InetSocketAddress remote) {
        if (most < Integer.MAX_VALUE) {
            open.decrementAndGet();
        }
        if (byAddress != null && remote != null) {
            byAddress.release(remote.getAddress());
        }
    }
}
