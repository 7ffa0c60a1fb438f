package edgeloop.simulation;

import static edgeloop.sys.Errno.EAGAIN;
import static edgeloop.sys.Errno.ECONNABORTED;
import static edgeloop.sys.Errno.ECONNRESET;
import static edgeloop.sys.Errno.EHOSTUNREACH;
import static edgeloop.sys.Errno.EINTR;
import static edgeloop.sys.Errno.EINVAL;
import static edgeloop.sys.Errno.EMFILE;
import static edgeloop.sys.Errno.ENETDOWN;
import static edgeloop.sys.Errno.ENFILE;
import static edgeloop.sys.Errno.ENOBUFS;
import static edgeloop.sys.Errno.ENOMEM;
import static edgeloop.sys.Errno.ENOTCONN;
import static edgeloop.sys.Errno.EPERM;
import static edgeloop.sys.Errno.EPIPE;
import static edgeloop.sys.Errno.EPROTO;
import static edgeloop.sys.Errno.ETIMEDOUT;

import edgeloop.sys.Errno;
import edgeloop.sys.IoVector;
import edgeloop.sys.SocketConstants;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of a {@link SimulatedKernel} about sockets: the one that listens and those that
 * it accepts, and what is still on its way to them through the network.
 */
final class SocketCalls {
    /** The port of the first listener, and so on; whatever is asked for. */
    private static final int FIRST_PORT = 7;

    /** The one that listens, the last of several. */
    @Nullable Listener listener;

    @Nullable PeerSocket lastAccepted;

    private final SimulatedKernel kernel;
    private final KernelCalls calls;
    private final Faults faults;
    private final List<Port> ports = new ArrayList<>();
    private final List<TcpConnection> resetsOnTheirWay = new ArrayList<>();
    private final List<TcpConnection> blockedByFault = new ArrayList<>();

    /** A port, and who listens there: with SO_REUSEPORT, several. */
    static final class Port {
        final int number;
        private final boolean reusable;

        /** Connections that were accepted here and are not closed. */
        int open;

        /** Those who waited to be accepted when nobody was left to accept them. */
        int neverAccepted;

        /** The fewest that were open when one more was accepted and closed at once. */
        int fewestWhenFull = Integer.MAX_VALUE;

        private final List<Listener> listeners = new ArrayList<>();

        private Port(int number, boolean reusable) {
            this.number = number;
            this.reusable = reusable;
        }
    }

    SocketCalls(SimulatedKernel kernel, KernelCalls calls) {
        this.kernel = kernel;
        this.calls = calls;
        this.faults = kernel.faults();
    }

    private TcpConnection connection(Call call, int fd) {
        return calls.file(call, fd, TcpConnection.class);
    }

    int bind(int fd, InetSocketAddress address) {
        FreshSocket socket = calls.file(Call.BIND, fd, FreshSocket.class);
        socket.checkFamily(kernel, Call.BIND, address);
        Port taken = portAt(address.getPort());
        int result = setUp(Call.BIND, fd, Errno.EADDRINUSE, Errno.EACCES);
        if (result == 0) {
            socket.local = address;
            if (taken != null && socket.reusePort) {
                if (!taken.reusable) {
                    throw kernel.violation("bind(%d): EADDRINUSE, without SO_REUSEPORT", fd);
                }
                socket.port = taken;
            }
        }
        return result;
    }

    int listen(int fd, int backlog) {
        int result = setUp(Call.LISTEN, fd, Errno.EADDRINUSE);
        if (result == 0) {
            FreshSocket socket = calls.file(Call.LISTEN, fd, FreshSocket.class);
            Port port = portOf(socket);
            listener = new Listener(port, backlog);
            port.listeners.add(listener);
            calls.files.replace(socket, listener);
        }
        return result;
    }

    /** Where a socket listens, or will: at a port of its own unless it was bound to another's. */
    private Port portOf(FreshSocket socket) {
        Port port = socket.port;
        if (port == null) {
            port = new Port(FIRST_PORT + ports.size(), socket.reusePort);
            ports.add(port);
            socket.port = port;
        }
        return port;
    }

    @Nullable Port portAt(int number) {
        int index = number - FIRST_PORT;
        return index >= 0 && index < ports.size() ? ports.get(index) : null;
    }

    private int setUp(Call call, int fd, int... errors) {
        kernel.enter();
        OpenFile _ = calls.file(call, fd, OpenFile.class);
        boolean refused = faults.strikes(Fault.SETUP_REFUSED);
        int errno =
                refused
                        ? faults.errno(Fault.SETUP_REFUSED, errors)
                        : calls.connects.refusal(errors);
        return kernel.answer(call, fd, -errno);
    }

    /** One that listens at {@code port} and has room: of several, the seed draws it. */
    @Nullable Listener listenerAt(int port, Choices choices) {
        Port at = portAt(port);
        List<Listener> able =
                at == null ? List.of() : at.listeners.stream().filter(Listener::takesMore).toList();
        return able.isEmpty() ? null : able.get(able.size() == 1 ? 0 : choices.below(able.size()));
    }

    /** Whether one that listens at {@code port} has room. */
    boolean isRoomAt(int port) {
        Port at = portAt(port);
        return at != null && at.listeners.stream().anyMatch(Listener::takesMore);
    }

    int accept(int fd) {
        kernel.enter();
        Listener socket = calls.file(Call.ACCEPT, fd, Listener.class);
        socket.settleAccepted();
        calls.waits.progress();
        checkReserve();
        int result = accept(socket);
        boolean scarce = result >= 0 && isReserved(result);
        socket.acceptAnswered(result, kernel.elapsedNanos(), calls.waits.turnNanos(), scarce);
        return kernel.answer(Call.ACCEPT, fd, result);
    }

    private int accept(Listener socket) {
        if (faults.strikes(Fault.ACCEPT_INTERRUPTED)) {
            return -EINTR;
        }
        if (calls.files.isFull()) {
            return -EMFILE; // even if nobody waits: the descriptor is taken first
        }
        if (faults.strikes(Fault.ACCEPT_EXHAUSTED)) {
            return -faults.errno(Fault.ACCEPT_EXHAUSTED, EMFILE, ENFILE, ENOBUFS, ENOMEM);
        }
        TcpConnection connection = socket.accept();
        if (connection == null) {
            return -EAGAIN;
        }
        if (faults.strikes(Fault.ACCEPT_ABORTED)) {
            connection.breakWith(ECONNABORTED);
            return -faults.errno(
                    Fault.ACCEPT_ABORTED, ECONNABORTED, EPROTO, EPERM, ENETDOWN, EHOSTUNREACH);
        }
        connection.accepted(socket.port);
        socket.lastAccepted = connection;
        lastAccepted = connection.peer;
        return calls.files.add(connection);
    }

    /** Whether few descriptors are free below the limit, so that {@code fd} should not be taken. */
    boolean isReserved(int fd) {
        return calls.files.limit() != Integer.MAX_VALUE && (fd < 0 || fd >= reserveStart());
    }

    /** As the library has it, where the limit is as low as a seed draws it. */
    private int reserveStart() {
        int free = calls.files.limit() - Objects.requireNonNull(listener).fd;
        return calls.files.limit() - Math.min(4, free / 4);
    }

    /** The descriptors that are reserved must not be used up by connections. */
    private void checkReserve() {
        if (calls.files.limit() == Integer.MAX_VALUE) {
            return;
        }
        int first = reserveStart();
        if (calls.files.lowestFree() > first
                && calls.files.get(first) instanceof TcpConnection
                && !calls.fileCalls.areOpen(calls.files)
                && !calls.files.has(FreshSocket.class)
                && !kernel.hasConnectedOut()) {
            throw kernel.violation(
                    "accept: it would be descriptor %d, and from %d on they are reserved",
                    calls.files.lowestFree(), first);
        }
    }

    int recv(int fd, MemorySegment buffer, int offset, int length) {
        kernel.enter();
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        TcpConnection connection = connection(Call.RECV, fd);
        calls.waits.progress();
        if (length == 0) {
            throw kernel.violation("recv(%d) of no bytes would look like the end", fd);
        }
        for (RingOperation operation : connection.operations) {
            if (operation.receives) {
                throw kernel.violation("recv(%d) beside a ring's receive: which is first?", fd);
            }
        }
        int result = connection.receivable(length);
        if (faults.strikes(Fault.RECV_INTERRUPTED)) {
            return kernel.answer(Call.RECV, fd, -EINTR);
        }
        if (result > 1 && faults.strikes(Fault.RECV_SHORT)) {
            result = faults.cut(Fault.RECV_SHORT, result - 1);
        }
        if (result == -EAGAIN && faults.strikes(Fault.RECV_FAILED)) {
            connection.breakWith(
                    faults.errno(Fault.RECV_FAILED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH));
            result = connection.receivable(length);
        }
        if (result > 0) {
            connection.input.read(buffer, offset, result);
        }
        connection.recvAnswered(result);
        return kernel.answer(Call.RECV, fd, result);
    }

    int send(int fd, MemorySegment buffer, int offset, int length) {
        kernel.enter();
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        TcpConnection connection = connection(Call.SEND, fd);
        int n = sendable(connection, length);
        if (n > 0) {
            connection.output.write(buffer, offset, n);
        }
        return kernel.answer(Call.SEND, fd, sent(connection, n));
    }

    int send(int fd, IoVector vector) {
        kernel.enter();
        TcpConnection connection = connection(Call.SENDMSG, fd);
        int length = 0;
        for (int i = 0; i < vector.size(); i++) {
            length += (int) vector.piece(i).byteSize();
        }
        int n = sendable(connection, length);
        int left = n;
        for (int i = 0; left > 0; i++) {
            MemorySegment piece = vector.piece(i);
            int part = (int) Math.min(left, piece.byteSize());
            connection.output.write(piece, 0, part);
            left -= part;
        }
        return kernel.answer(Call.SENDMSG, fd, sent(connection, n));
    }

    int sendable(TcpConnection connection, int length) {
        calls.waits.progress();
        if (length == 0) {
            throw kernel.violation("send(%d) of no bytes", connection.fd);
        }
        int result = connection.sendable(length);
        if (faults.strikes(Fault.SEND_INTERRUPTED)) {
            return -EINTR;
        }
        if (result > 1 && faults.strikes(Fault.SEND_SHORT)) {
            result = faults.cut(Fault.SEND_SHORT, result - 1);
        }
        if (result > 0 && faults.strikes(Fault.SEND_BLOCKED)) {
            connection.blockedByFault = true;
            blockedByFault.add(connection);
            result = -EAGAIN;
        }
        if (result > 0 && faults.strikes(Fault.SEND_FAILED)) {
            connection.breakWith(faults.errno(Fault.SEND_FAILED, EPIPE, ECONNRESET, ETIMEDOUT));
            result = connection.sendable(length);
        }
        return result;
    }

    int sent(TcpConnection connection, int result) {
        connection.sendAnswered(result);
        if (result > 0 && connection.peerClosed) {
            resetsOnTheirWay.add(connection);
        }
        return result;
    }

    int sentByRing(TcpConnection connection, int result) {
        connection.sentByRing(result);
        if (result > 0 && connection.peerClosed) {
            resetsOnTheirWay.add(connection);
        }
        return result;
    }

    int shutdownOutput(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.SHUTDOWN, fd);
        if (connection.reset) {
            return kernel.answer(Call.SHUTDOWN, fd, -ENOTCONN);
        }
        connection.shutdownOutput();
        return kernel.answer(Call.SHUTDOWN, fd, 0);
    }

    int setOption(int fd, int level, int option) {
        int result = setUp(Call.SETSOCKOPT, fd, EINVAL);
        if (result == 0
                && level == SocketConstants.SOL_SOCKET
                && option == SocketConstants.SO_REUSEPORT) {
            calls.file(Call.SETSOCKOPT, fd, FreshSocket.class).reusePort = true;
        }
        return result;
    }

    int setLingerZero(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.SO_LINGER, fd);
        if (connection.reset && faults.strikes(Fault.OPTION_REFUSED)) {
            return kernel.answer(Call.SO_LINGER, fd, -EINVAL);
        }
        connection.lingerZero = true;
        connection.served = true;
        return kernel.answer(Call.SO_LINGER, fd, 0);
    }

    int takeError(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.SO_ERROR, fd);
        return kernel.answer(Call.SO_ERROR, fd, connection.takeError());
    }

    int acceptQueueLength(int fd) {
        return kernel.answer(
                Call.TCP_INFO, fd, calls.file(Call.TCP_INFO, fd, Listener.class).pending.size());
    }

    int unreadInput(int fd) {
        return kernel.answer(Call.SIOCINQ, fd, connection(Call.SIOCINQ, fd).input.size());
    }

    int unsentOutput(int fd) {
        return kernel.answer(Call.SIOCOUTQ, fd, connection(Call.SIOCOUTQ, fd).output.size());
    }

    @Nullable InetSocketAddress localAddress(int fd) {
        OpenFile file = calls.file(Call.GETSOCKNAME, fd, OpenFile.class);
        kernel.answer(Call.GETSOCKNAME, fd, 0);
        if (file instanceof TcpConnection connection && connection.local != null) {
            return connection.local;
        }
        int port =
                file instanceof Listener socket
                        ? socket.port.number
                        : file instanceof FreshSocket fresh ? portOf(fresh).number : FIRST_PORT;
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Nullable InetSocketAddress remoteAddress(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.GETPEERNAME, fd);
        boolean connected = !connection.reset && !connection.connecting;
        kernel.answer(Call.GETPEERNAME, fd, connected ? 0 : -ENOTCONN);
        return connected ? connection.peer.address() : null;
    }

    /** What was on its way through the network comes about. */
    void arrive() {
        for (int i = 0; i < resetsOnTheirWay.size(); i++) {
            resetsOnTheirWay.get(i).peerReset();
        }
        resetsOnTheirWay.clear();
        for (int i = 0; i < blockedByFault.size(); i++) {
            blockedByFault.get(i).blockedByFault = false;
            blockedByFault.get(i).edge();
        }
        blockedByFault.clear();
    }
}
