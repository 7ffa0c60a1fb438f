package edgeloop.simulation;

import static edgeloop.sys.Errno.EADDRNOTAVAIL;
import static edgeloop.sys.Errno.EINPROGRESS;
import static edgeloop.sys.Errno.EINTR;
import static edgeloop.sys.Errno.EMFILE;
import static edgeloop.sys.Errno.ENETUNREACH;
import static edgeloop.sys.Errno.ENFILE;
import static edgeloop.sys.Errno.ENOBUFS;
import static edgeloop.sys.Errno.EPERM;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The system calls of a {@link SimulatedKernel} by which the program connects. */
final class ConnectCalls {
    private static final int FIRST_PORT = 32_768;

    private final SimulatedKernel kernel;
    private final KernelCalls calls;
    private final Faults faults;
    private @Nullable Function<InetSocketAddress, @Nullable RemoteHost> hosts;
    private int attempts;

    /** The last errno with which one of these calls refused, as a positive number. */
    int lastRefusal;

    /** Registrations with epoll that were refused to sockets that the program connects. */
    int registrationsRefused;

    ConnectCalls(SimulatedKernel kernel, KernelCalls calls) {
        this.kernel = kernel;
        this.calls = calls;
        this.faults = kernel.faults();
    }

    void route(Function<InetSocketAddress, @Nullable RemoteHost> newHosts) {
        hosts = newHosts;
    }

    /** Notes that a call answers {@code errno}, positive or 0; answers it. */
    int refused(int errno) {
        lastRefusal = errno == 0 ? lastRefusal : errno;
        return errno;
    }

    /** One of {@code candidates} where a call by which the program gets ready is refused, or 0. */
    int refusal(int... candidates) {
        boolean strikes = hosts != null && faults.strikes(Fault.CONNECT_REFUSED);
        return strikes ? refused(faults.errno(Fault.CONNECT_REFUSED, candidates)) : 0;
    }

    int socket(int family) {
        int errno = refusal(EMFILE, ENFILE);
        if (errno != 0) {
            kernel.enter();
            return kernel.answer(Call.SOCKET, -1, -errno);
        }
        int result = calls.open(Call.SOCKET, new FreshSocket(family));
        int _ = refused(Math.max(0, -result));
        return result;
    }

    int connect(int fd, InetSocketAddress address) {
        kernel.enter();
        FreshSocket socket = calls.file(Call.CONNECT, fd, FreshSocket.class);
        calls.waits.progress();
        if (socket.watcher != null) {
            throw kernel.violation("connect(%d): an edge of before may tell of its end", fd);
        }
        socket.checkFamily(kernel, Call.CONNECT, address);
        int errno = refusal(EADDRNOTAVAIL, ENETUNREACH, ENOBUFS, EPERM);
        if (errno != 0) {
            return kernel.answer(Call.CONNECT, fd, -errno);
        }
        RemoteHost host = hosts == null ? null : hosts.apply(address);
        return kernel.answer(
                Call.CONNECT,
                fd,
                host == null ? -refused(ENETUNREACH) : connect(socket, host, address));
    }

    private int connect(FreshSocket socket, RemoteHost host, InetSocketAddress address) {
        TcpConnection connection = kernel.connectTo(host, address, local(socket, address));
        calls.files.replace(socket, connection);
        host.reached(new ConnectAttempt(connection));
        if (connection.connecting) {
            return faults.strikes(Fault.CONNECT_INTERRUPTED) ? -EINTR : -EINPROGRESS;
        }
        return -refused(connection.takeError());
    }

    /** Its port is one that is free, or by chance the very one that is to be reached. */
    private InetSocketAddress local(FreshSocket socket, InetSocketAddress remote) {
        if (faults.strikes(Fault.CONNECT_TO_SELF)) {
            return remote;
        }
        InetSocketAddress bound = socket.local;
        InetAddress address = bound == null ? loopback(remote) : bound.getAddress();
        return new InetSocketAddress(address, FIRST_PORT + attempts++);
    }

    private static InetAddress loopback(InetSocketAddress remote) {
        byte[] bytes = new byte[remote.getAddress().getAddress().length];
        bytes[bytes.length - 1] = 1;
        bytes[0] = (byte) (bytes.length == 4 ? 127 : 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("as many bytes as of an address", e);
        }
    }
}
