package edgeloop;

import edgeloop.sys.Errno;
import edgeloop.sys.SocketAddresses;
import edgeloop.sys.SocketConstants;
import edgeloop.sys.Syscalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to connect: the handler of a connection until it is established, and the one that
 * hears of its end if it never is.
 */
final class Connector extends Welcome {
    private final InetSocketAddress remote;
    private final Consumer<CloseReason> onFailure;

    Connector(InetSocketAddress remote, HandlerFactory handlers, Consumer<CloseReason> onFailure) {
        super(handlers);
        this.remote = remote;
        this.onFailure = onFailure;
    }

    /**
     * Begins to connect.
     *
     * @param local the address to connect from, or null for the kernel's choice
     */
    void start(
            Reactor reactor, ConnectionGroup group, TcpOptions tcp, @Nullable InetAddress local) {
        Syscalls syscalls = reactor.syscalls;
        int socket = syscalls.socket(SocketAddresses.familyOf(remote.getAddress()));
        if (socket < 0) {
            if (-socket == Errno.EMFILE || -socket == Errno.ENFILE) {
                reactor.descriptors.want(null); // for the next attempt
            }
            failLater(reactor, -socket);
            return;
        }
        int result = prepare(syscalls, socket, tcp, local);
        if (result >= 0) {
            result = reactor.opener.connect(reactor.connection(), socket, remote, group, this);
        }
        if (result < 0) {
            reactor.close(socket);
            failLater(reactor, -result);
        }
    }

    private static int prepare(
            Syscalls syscalls, int socket, TcpOptions tcp, @Nullable InetAddress local) {
        int result =
                setOption(
                        syscalls, socket, SocketConstants.IPPROTO_TCP, SocketConstants.TCP_NODELAY);
        if (result >= 0) {
            result = tcp.apply(syscalls, socket);
        }
        if (result >= 0 && local != null) {
            // Leaves the choice of the port to connect(2), which may use one that is in use towards
            // another remote address; bind(2) may not. ip(7).
            result =
                    setOption(
                            syscalls,
                            socket,
                            SocketConstants.IPPROTO_IP,
                            SocketConstants.IP_BIND_ADDRESS_NO_PORT);
            if (result >= 0) {
                result = syscalls.bind(socket, new InetSocketAddress(local, 0));
            }
        }
        return result;
    }

    private static int setOption(Syscalls syscalls, int socket, int level, int option) {
        return syscalls.setOption(socket, level, option, 1);
    }

    /** Whom this is to reach, by the name that was given, if one was. */
    InetSocketAddress remote() {
        return remote;
    }

    /** Not at once: the caller of connect would hear of the failure before it got its answer. */
    void failLater(Reactor reactor, CloseReason reason) {
        reactor.control(() -> onFailure.accept(reason));
    }

    private void failLater(Reactor reactor, int errno) {
        failLater(reactor, new CloseReason.Failed(errno));
    }

    /** Whether a socket that has connected reaches somebody: 0, or a positive errno. */
    int check(Syscalls syscalls, int socket) {
        // Where the kernel chose the very port that was to be reached, and nobody listened there,
        // the two SYNs crossed: the socket is connected to itself. RFC 9293 section 3.5, figure 7.
        return remote.equals(syscalls.localAddress(socket)) ? Errno.ECONNREFUSED : 0;
    }

    @Override
    public void onClose(Connection connection, CloseReason reason) {
        onFailure.accept(reason);
    }
}
