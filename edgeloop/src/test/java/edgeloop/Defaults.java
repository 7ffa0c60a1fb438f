package edgeloop;

import edgeloop.poll.Ring;
import edgeloop.sys.LinuxSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import org.jspecify.annotations.Nullable;

/**
 * The options that tests begin with. The build runs the tests of what connections do twice: on
 * epoll, and with {@value #PROPERTY} on io_uring.
 */
public final class Defaults {
    static final String PROPERTY = "edgeloop.test.transport";

    /** Whether this machine has the io_uring that is needed, and lets it be used. */
    static final boolean HAS_RING = ringRefusal() == null;

    private static final Transport TRANSPORT =
            HAS_RING
                    ? Transport.valueOf(System.getProperty(PROPERTY, Transport.EPOLL.name()))
                    : Transport.EPOLL;

    /** What a reactor sleeps in. */
    static final Call WAIT = TRANSPORT == Transport.IO_URING ? Call.RING_ENTER : Call.EPOLL_WAIT;

    static final String WAIT_NAME =
            TRANSPORT == Transport.IO_URING ? "io_uring_enter" : "epoll_wait";

    /**
     * What a connection may have to keep that did not want it: on a ring 64 KiB, and all that came
     * with the last of them in one call, for which there are 64 buffers of 16 KiB.
     */
    static final int KEPT_INPUT = TRANSPORT == Transport.IO_URING ? (64 + 64 * 16) * 1024 : 0;

    private Defaults() {}

    static Transport transport() {
        return TRANSPORT;
    }

    public static ServerOptions server() {
        return ServerOptions.defaults().withTransport(TRANSPORT);
    }

    public static ClientOptions client() {
        return ClientOptions.defaults().withTransport(TRANSPORT);
    }

    /** Why this machine has no ring to offer; null where it has. */
    static @Nullable String ringRefusal() {
        try {
            int _ = Ring.open(new LinuxSyscalls(), (_, _) -> {}, SyscallException::check).close();
            return null;
        } catch (SyscallException e) {
            return e.getMessage();
        }
    }
}
