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
final class TcpConnection extends OpenFile {
    final SimulatedKernel kernel;
    final PeerSocket peer;

    /** The program's address, where it has connected; else null. */
    @Nullable InetSocketAddress local;

    /** connect(2) has been called and has not come to its end. */
    boolean connecting;

    /** From the peer to the program: the program's receive buffer. */
    final ByteRing input;

    /** From the program to the peer: the program's send buffer. */
    final ByteRing output;

    /** The peer's FIN has come, behind the bytes in {@link #input}. */
    boolean peerFinished;

    /** The peer has closed for good: what it is sent now it answers with RST. */
    boolean peerClosed;

    /** An RST went one way or the other. */
    boolean reset;

    /** SO_ERROR. */
    int error;

    /** The program's shutdown(SHUT_WR) or close: the peer gets a FIN behind {@link #output}. */
    boolean outputShut;

    /** The program has closed its end. */
    boolean closed;

    boolean lingerZero;

    /** The listener was closed while this waited to be accepted. */
    boolean neverAccepted;

    /** Where the program accepted this, and how many others of there it had open then. */
    private SocketCalls.@Nullable Port acceptedAt;

    private int othersOpen;

    /** Whether the program has begun to serve this. */
    boolean served;

    /** A send was refused for want of space: the edge is owed when there is some. */
    boolean owesSpace;

    /** Bytes that a short recv ends before: urgent data lies there. */
    int urgentMark = -1;

    /** Some has come, which the program does not read. */
    boolean urgent;

    // The books, for whoever checks the program.

    long received;
    long sent;

    /** Since when there has been input to read; {@link World#NEVER} while there is none. */
    long inputSinceNanos = World.NEVER;

    /** recv has answered 0. */
    boolean endSeen;

    /** An event has told of the peer's end, or recv; and recv has not answered EAGAIN since. */
    boolean endTold;

    // When the end was told, or what came behind it was read: the time itself, and the turn's.
    long endMovedNanos;
    long endMovedTurn;

    /** The last errno, other than EAGAIN and EINTR, that a call on this connection answered. */
    int lastErrno;

    // When bytes last moved, or were sent: the time itself, and that of the turn they moved in.

    /** So many bytes make a move. */
    int idleBytes = 1;

    private int movedBytes;
    long lastMoveNanos;
    long lastMoveTurn;
    long lastSendNanos;
    long lastSendTurn;

    /** The bytes per second that the peer must take; 0 if any will do. */
    int minOutputRate;

    /** All that the program has written, and is writing now. */
    long written;

    /** The last send, or as much earlier as the peer is behind the rate while output waits. */
    long paidNanos;

    long paidTurn;

    /** The turn in which the program's FIN went out. */
    long shutTurn;

    /** A send was refused by a fault, and the edge for it is on its way. */
    boolean blockedByFault;

    /** The program's close destroyed input and with it, perhaps, output on its way. */
    boolean closedUnread;

    TcpConnection(SimulatedKernel kernel, PeerSocket peer, ByteRing input, ByteRing output) {
        this.kernel = kernel;
        this.peer = peer;
        this.input = input;
        this.output = output;
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

    @Override
    void told(int mask) {
        if ((mask & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0 && !endTold) {
            endTold = true;
            markEndMoved();
        }
    }

    private void markEndMoved() {
        endMovedNanos = kernel.elapsedNanos();
        endMovedTurn = kernel.turnNanos();
    }

    /** recv(2) answered {@code result}. */
    void recvAnswered(int result) {
        if (result >= 0) {
            endTold |= result == 0;
            markEndMoved();
        } else if (result == -Errno.EAGAIN) {
            endTold = false;
        }
        if (result > 0) {
            received += result;
            if (input.size() == 0) {
                inputSinceNanos = World.NEVER;
            }
            moved(result);
            peer.wake();
            if (urgentMark >= 0) {
                urgentMark -= result;
            }
        } else if (result == 0) {
            endSeen = true;
        } else {
            failed(-result);
        }
    }

    /** send(2) answered {@code result}. */
    void sendAnswered(int result) {
        if (result > 0) {
            sent += result;
            moved(result);
            lastSendNanos = kernel.elapsedNanos();
            lastSendTurn = kernel.turnNanos();
            pay(result);
            peer.wake();
        } else {
            owesSpace |= result == -Errno.EAGAIN;
            failed(-result);
        }
    }

    /** sendfile(2) answered 0. */
    void fileFailed(int errno) {
        lastErrno = errno; // what the program is to make of it
    }

    private void moved(int bytes) {
        movedBytes += bytes;
        if (movedBytes >= idleBytes) {
            movedBytes = 0;
            markMove();
        }
    }

    private void markMove() {
        lastMoveNanos = kernel.elapsedNanos();
        lastMoveTurn = kernel.turnNanos();
    }

    private void pay(int bytes) {
        long paid = Long.MAX_VALUE / 2;
        if (minOutputRate > 0 && sent < written) {
            paid = Math.ceilDiv(bytes * 1000L, minOutputRate) * 1_000_000L;
        }
        paidNanos = Math.min(lastSendNanos, paidNanos + paid);
        paidTurn = Math.min(lastSendTurn, paidTurn + paid);
    }

    /**
     * The program has it from now on: accept(2) answered with it, or connect(2) came to its end.
     */
    void begins() {
        markMove();
        lastSendNanos = lastMoveNanos;
        lastSendTurn = lastMoveTurn;
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

    private void failed(int errno) {
        if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
            lastErrno = errno;
            error = 0;
        }
    }

    /** getsockopt(SO_ERROR): answers the error, and clears it. */
    int takeError() {
        int taken = error;
        error = 0;
        if (taken != 0) {
            lastErrno = taken;
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
    void release() {
        closed = true;
        if (acceptedAt != null) {
            acceptedAt.open--;
            if (!served) {
                acceptedAt.fewestWhenFull = Math.min(acceptedAt.fewestWhenFull, othersOpen);
            }
        }
        if (connecting) {
            connectFailed(0);
        }
        if (!reset && (lingerZero || input.size() > 0)) {
            // RFC 2525 section 2.17: closing with input unread sends an RST.
            closedUnread = !lingerZero;
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
        if (closed) {
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
