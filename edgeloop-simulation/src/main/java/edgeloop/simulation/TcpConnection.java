package edgeloop.simulation;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLPRI;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;

import edgeloop.sys.Errno;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection between a peer and the program, whose end of it this file is. What a call
 * answers in which state is what Linux's tcp_recvmsg, tcp_sendmsg and tcp_poll (net/ipv4/tcp.c) do.
 */
final class TcpConnection extends TcpBooks {

    /** The program's address, where it has connected; else null. */
    @Nullable InetSocketAddress local;

    /** connect(2) has been called and has not come to its end. */
    boolean connecting;

    /** The peer's FIN has come, behind the bytes in {@link #input}. */
    boolean peerFinished;

    /** The peer has closed for good: what it is sent now it answers with RST. */
    boolean peerClosed;

    /** An RST went one way or the other. */
    boolean reset;

    /** The program's shutdown(SHUT_WR) or close: the peer gets a FIN behind {@link #output}. */
    boolean outputShut;

    /** The program has closed its end. */
    boolean closed;

    /** And nothing that is under way holds it: it is gone. */
    private boolean released;

    boolean lingerZero;

    /** The listener was closed while this waited to be accepted. */
    boolean neverAccepted;

    /** Where the program accepted this, and how many others of there it had open then. */
    private SocketCalls.@Nullable Port acceptedAt;

    private int othersOpen;

    /** Whether the program has begun to serve this, as far as its calls tell. */
    boolean served;

    /** Some has come, which the program does not read. */
    boolean urgent;

    /** The turn in which the program's FIN went out. */
    long shutTurn;

    /** A send was refused by a fault, and the edge for it is on its way. */
    boolean blockedByFault;

    /** The program's close destroyed input and with it, perhaps, output on its way. */
    boolean closedUnread;

    TcpConnection(SimulatedKernel kernel, PeerSocket peer, ByteRing input, ByteRing output) {
        super(kernel, peer, input, output);
    }

    // ---- The program's end --------------------------------------------------------------------

    @Override
    int readiness() {
        if (connecting) {
            return 0;
        }
        int mask = urgent ? EPOLLPRI : 0;
        if (input.size() > 0) {
            mask |= EPOLLIN;
        }
        if (peerFinished || reset) {
            mask |= EPOLLIN | EPOLLRDHUP;
        }
        if (reset || (peerFinished && outputShut)) {
            mask |= EPOLLHUP;
        }
        if (error != 0) {
            mask |= EPOLLERR;
        }
        if (reset || outputShut || hasSpace()) {
            mask |= EPOLLOUT;
        }
        return mask;
    }

    /** Linux calls a socket writable when a third of its buffer is free. */
    private boolean hasSpace() {
        return output.space() > 0 && output.space() >= output.size() / 2;
    }

    /** The remote host accepts. */
    void established() {
        connecting = false;
        edge();
    }

    /** It does not, or there is none; or the program has given up. */
    void connectFailed(int errno) {
        connecting = false;
        breakWith(errno);
    }

    /** What recv(2) would answer, for at most {@code length} bytes: a count or {@code -errno}. */
    int receivable(int length) {
        if (input.size() > 0) {
            int n = Math.min(length, input.size());
            return urgentMark > 0 ? Math.min(n, urgentMark) : n;
        }
        if (peerFinished) {
            return 0;
        }
        if (error != 0) {
            return -error;
        }
        return reset ? 0 : -Errno.EAGAIN;
    }

    /** What send(2) would answer, for at most {@code length} bytes: a count or {@code -errno}. */
    int sendable(int length) {
        if (connecting) {
            return -Errno.EAGAIN;
        }
        if (error != 0) {
            return -error;
        }
        if (reset || outputShut) {
            return -Errno.EPIPE;
        }
        return output.space() == 0 ? -Errno.EAGAIN : Math.min(length, output.space());
    }

    /** Whether there is something that the program has not read, or been shown. */
    boolean hasInput() {
        return unshown > 0 || receivable(1) != -Errno.EAGAIN;
    }

    /** The program accepts this. */
    void accepted(SocketCalls.Port port) {
        acceptedAt = port;
        othersOpen = port.open++;
        begins();
    }

    /** Whether it has failed, whether or not the program knows. */
    boolean isBroken() {
        return reset || error != 0 || lastErrno != 0;
    }

    /** getsockopt(SO_ERROR): answers the error, and clears it. */
    int takeError() {
        int taken = error;
        error = 0;
        if (taken != 0) {
            noteErrno(taken);
        }
        return taken;
    }

    /** The connection breaks with {@code errno}, as the network or the peer has it. */
    void breakWith(int errno) {
        if (reset) {
            return;
        }
        reset = true;
        error = errno;
        output.truncate(0);
        edge();
        peer.wake();
    }

    void shutdownOutput() {
        if (!outputShut) {
            outputShut = true;
            shutTurn = kernel.turnNanos();
            peer.wake();
        }
    }

    @Override
    void descriptorClosed() {
        closed = true;
        neverTold = unsettled();
        if (acceptedAt != null) {
            acceptedAt.open--;
            if (!served) {
                acceptedAt.fewestWhenFull = Math.min(acceptedAt.fewestWhenFull, othersOpen);
            }
        }
        // RFC 2525 section 2.17: closing with input unread sends an RST.
        closedUnread = !reset && !lingerZero && input.size() > 0;
    }

    @Override
    void release() {
        closed = true;
        released = true;
        if (connecting) {
            connectFailed(0);
        }
        if (!reset && (lingerZero || input.size() > 0)) {
            loseOutput();
        }
        shutdownOutput();
        peer.wake();
    }

    /** An RST goes to the peer and overtakes what it has not read yet, or not. */
    private void loseOutput() {
        reset = true;
        output.truncate(kernel.choices().below(output.size() + 1));
    }

    // ---- The peer's end -----------------------------------------------------------------------

    /** The peer sends; answers the bytes taken. */
    int peerSend(byte[] source, int offset, int length) {
        if (reset) {
            return 0;
        }
        if (released) {
            loseOutput(); // nobody is there to take them
            peer.wake();
            return 0;
        }
        int n = Math.min(length, input.space());
        if (n > 0) {
            inputSinceNanos = Math.min(inputSinceNanos, kernel.elapsedNanos());
            input.write(source, offset, n);
            edge();
        }
        return n;
    }

    /** The peer reads; answers the bytes read. */
    int peerReceive(byte[] target, int offset, int length) {
        int n = Math.min(length, output.size());
        if (n > 0) {
            output.read(target, offset, n);
            offerSpace();
        }
        return n;
    }

    void offerSpace() {
        if (owesSpace && hasSpace()) {
            owesSpace = false;
            edge();
        }
    }

    void peerFinish() {
        if (!peerFinished && !reset) {
            peerFinished = true;
            edge();
        }
    }

    void peerClose() {
        if (output.size() > 0) {
            peerReset();
        } else {
            peerFinish();
            peerClosed = true;
        }
    }

    void peerReset() {
        // tcp_reset: after a FIN the program learns of it as of a broken pipe.
        breakWith(peerFinished ? Errno.EPIPE : Errno.ECONNRESET);
        peerClosed = true;
    }
}
