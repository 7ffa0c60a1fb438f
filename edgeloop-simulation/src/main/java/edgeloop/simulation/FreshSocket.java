package edgeloop.simulation;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.SocketAddresses;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A socket that neither listens nor connects yet. */
final class FreshSocket extends OpenFile {
    private final int family;
    @Nullable InetSocketAddress local;

    /** Whether others may listen on its port. */
    boolean reusePort;

    /** Where it will listen; null before that is known. */
    SocketCalls.@Nullable Port port;

    FreshSocket(int family) {
        this.family = family;
    }

    /** A socket takes addresses of its own family only. */
    void checkFamily(SimulatedKernel kernel, Call call, InetSocketAddress address) {
        if (SocketAddresses.familyOf(address.getAddress()) != family) {
            throw kernel.violation("%s(%d) to %s: of another family", call, fd, address);
        }
    }

    @Override
    int readiness() {
        return EpollEvents.EPOLLOUT | EpollEvents.EPOLLHUP; // as of one that is closed
    }
}
