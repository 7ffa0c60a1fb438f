package edgeloop;

import static edgeloop.sys.SocketConstants.AF_INET6;
import static edgeloop.sys.SocketConstants.IPPROTO_IPV6;
import static edgeloop.sys.SocketConstants.IPPROTO_TCP;
import static edgeloop.sys.SocketConstants.IPV6_V6ONLY;
import static edgeloop.sys.SocketConstants.SOL_SOCKET;
import static edgeloop.sys.SocketConstants.SO_REUSEADDR;
import static edgeloop.sys.SocketConstants.SO_REUSEPORT;
import static edgeloop.sys.SocketConstants.TCP_NODELAY;

import edgeloop.sys.Errno;
import edgeloop.sys.SocketAddresses;
import edgeloop.sys.Syscalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Makes the sockets that a server listens on: one, or one for each of its reactors. */
final class ListeningSockets {
    private final Syscalls syscalls;
    private final ServerOptions options;

    /** What is open by now; -1 for each that is not. */
    private final int[] sockets;

    private ListeningSockets(Syscalls syscalls, ServerOptions options) {
        this.syscalls = syscalls;
        this.options = options;
        this.sockets = new int[options.reactors()];
        Arrays.fill(sockets, -1);
    }

    /**
     * Listens as {@code options} say.
     *
     * @param processors those that the reactors are pinned to; none if they are not
     * @return a descriptor for each reactor
     * @throws SyscallException if the kernel refuses the address; nothing is left open then
     */
    static int[] open(Syscalls syscalls, ServerOptions options, int[] processors)
            throws SyscallException {
        ListeningSockets made = new ListeningSockets(syscalls, options);
        try {
            if (options.sharedAcceptQueue()) {
                made.openShared();
            } else {
                made.openEach(processors);
            }
        } catch (SyscallException e) {
            for (int socket : made.sockets) {
                if (socket >= 0) {
                    int _ = syscalls.close(socket); // what failed first is what is told
                }
            }
            throw e;
        }
        return made.sockets;
    }

    /** All reactors accept at one socket, and each has a descriptor of its own that it closes. */
    private void openShared() throws SyscallException {
        bindFirst();
        listen(sockets[0]);
        for (int i = 1; i < sockets.length; i++) {
            sockets[i] = SyscallException.check("fcntl", syscalls.duplicate(sockets[0]));
        }
    }

    private void openEach(int[] processors) throws SyscallException {
        bindFirst();
        if (sockets.length > 1) {
            // Only now, when it is bound: with this on both sides, another server's port would not
            // be found to be taken, but be shared with it.
            setOption(sockets[0], SOL_SOCKET, SO_REUSEPORT, 1);
            InetSocketAddress address = address(syscalls, sockets[0]);
            for (int i = 1; i < sockets.length; i++) {
                sockets[i] = bind(address, true);
            }
        }
        for (int socket : sockets) {
            listen(socket);
        }
        // One alone gets all in any case; and where others share the port, they are of the group
        // too.
        if (processors.length > 1 && !options.reusePort()) {
            int _ =
                    SyscallException.check(
                            "setsockopt", syscalls.steerByProcessor(sockets[0], processors));
        }
    }

    private void listen(int socket) throws SyscallException {
        // Before listen(2), so that no connection comes without it: an accepted socket inherits
        // TCP_NODELAY and the others from its listener, which saves system calls for each.
        setOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
        SyscallException.check("setsockopt", options.tcp().apply(syscalls, socket));
        SyscallException.check("listen", syscalls.listen(socket, options.backlog()));
    }

    /** A socket bound to the address wanted; to all of both families where none was named. */
    private void bindFirst() throws SyscallException {
        InetAddress address = options.bindAddress();
        boolean shared = options.reusePort();
        if (address != null) {
            sockets[0] = bind(new InetSocketAddress(address, options.port()), shared);
            return;
        }
        try {
            sockets[0] = bind(new InetSocketAddress(anyAddress(16), options.port()), shared);
        } catch (SyscallException e) {
            // A kernel without IPv6, or one with it switched off.
            if (e.errno() == Errno.EAFNOSUPPORT || e.errno() == Errno.EADDRNOTAVAIL) {
                InetSocketAddress any = new InetSocketAddress(anyAddress(4), options.port());
                sockets[0] = bind(any, shared);
                return;
            }
            throw e;
        }
    }

    private static InetAddress anyAddress(int bytes) {
        try {
            return InetAddress.getByAddress(new byte[bytes]);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private int bind(InetSocketAddress address, boolean shared) throws SyscallException {
        int family = SocketAddresses.familyOf(address.getAddress());
        int socket = SyscallException.check("socket", syscalls.socket(family));
        try {
            // A restarted server must not wait for the TIME_WAIT of its predecessor's connections.
            setOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
            if (shared) {
                setOption(socket, SOL_SOCKET, SO_REUSEPORT, 1);
            }
            if (family == AF_INET6) {
                boolean any = address.getAddress().isAnyLocalAddress();
                setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, any ? 0 : 1);
            }
            SyscallException.check("bind", syscalls.bind(socket, address));
            return socket;
        } catch (SyscallException e) {
            int _ = syscalls.close(socket); // what failed first is what is told
            throw e;
        }
    }

    private void setOption(int socket, int level, int option, int value) throws SyscallException {
        SyscallException.check("setsockopt", syscalls.setOption(socket, level, option, value));
    }

    /**
     * The address that a socket is bound to, with the port that the kernel chose where 0 was asked
     * for.
     *
     * @throws SyscallException if the kernel will not tell
     */
    static InetSocketAddress address(Syscalls syscalls, int socket) throws SyscallException {
        InetSocketAddress address = syscalls.localAddress(socket);
        if (address == null) {
            // Of a socket that is bound, and memory that is ours, getsockname(2) knows no other.
            throw new SyscallException("getsockname", Errno.ENOBUFS);
        }
        return address;
    }
}
