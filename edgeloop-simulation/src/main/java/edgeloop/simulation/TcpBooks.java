package edgeloop.simulation;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;

import edgeloop.sys.Errno;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The books of a connection, for whoever checks the program: what has moved, when, and what of that
 * the program has been told. By epoll it finds out itself, by the call that moves the bytes; a ring
 * moves them first and tells later.
 */
abstract class TcpBooks extends OpenFile {
    final SimulatedKernel kernel;
    final PeerSocket peer;

    /** From the peer to the program: the program's receive buffer. */
    final ByteRing input;

    /** From the program to the peer: the program's send buffer. */
    final ByteRing output;

    /** SO_ERROR. */
    int error;

    /** A send was refused for want of space: the edge is owed when there is some. */
    boolean owesSpace;

    /** Bytes that a short recv ends before: urgent data lies there. */
    int urgentMark = -1;

    /** What recv has answered with, or what of a ring's input the program has been shown. */
    long received;

    /** The ring that moves its bytes. */
    @Nullable RingInstance ring;

    /** What it has sent and the program has not taken note of. */
    long unsettled;

    /** What of that it will never hear of. */
    long neverTold;

    /** What a ring has received and the program has not been shown. */
    long unshown;

    /** The program knew of enough of that, and receives on. */
    boolean receivesOn;

    /** A ring's receive has failed, and nothing else. */
    boolean foundByReceiving;

    long sent;

    /** Since when there has been input to read; {@link World#NEVER} while there is none. */
    long inputSinceNanos = World.NEVER;

    /** The same of what a ring has received and the program has not been shown. */
    private long unshownSinceNanos = World.NEVER;

    /** recv has answered 0. */
    boolean endSeen;

    /** An event has told of the peer's end, or recv; and recv has not answered EAGAIN since. */
    boolean endTold;

    // When the end was told, or what came behind it was read: the time itself, and the turn's.
    long endMovedNanos;
    long endMovedTurn;

    /** The last errno, other than EAGAIN and EINTR, that a call on this connection answered. */
    int lastErrno;

    /** All those that a ring has told of. */
    private final BitSet errnos = new BitSet(0);

    // When bytes last moved, or were sent: the time itself, and that of the turn they moved in.

    /** So many bytes make a move. */
    int idleBytes = 1;

    private int movedBytes;
    long lastMoveNanos;
    long lastMoveTurn;
    long lastSendNanos;
    long lastSendTurn;
    private long moveTurnBefore;

    // The same where, in each turn, what a ring has sent counts behind what it has received. The
    // program hears of them in the order of their completions, and what is left of a move differs.
    private int movedBytesLate;
    private long moveTurnLate;
    private int sentLate;
    private long sentLateTurn;

    private long paidTurnBefore;
    private long sendTurnBefore;

    /** The bytes per second that the peer must take; 0 if any will do. */
    int minOutputRate;

    /** All that the program has written, and is writing now. */
    long written;

    /** The last send, or as much earlier as the peer is behind the rate while output waits. */
    long paidNanos;

    long paidTurn;

    TcpBooks(SimulatedKernel kernel, PeerSocket peer, ByteRing input, ByteRing output) {
        this.kernel = kernel;
        this.peer = peer;
        this.input = input;
        this.output = output;
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
            movedLate(result);
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

    /** A ring has received so much, and the program is yet to be told. */
    void arrived(int bytes) {
        unshown += bytes;
        unshownSinceNanos = Math.min(unshownSinceNanos, inputSinceNanos);
        if (input.size() == 0) {
            inputSinceNanos = World.NEVER;
        }
        peer.wake();
        if (urgentMark >= 0) {
            urgentMark -= bytes;
        }
    }

    /**
     * The program's handler is shown input.
     *
     * @param bytes all that it has been shown up to now
     */
    void shown(long bytes) {
        int fresh = (int) Math.min(unshown, bytes - received);
        if (fresh > 0) {
            unshown -= fresh;
            received += fresh;
            if (unshown == 0) {
                unshownSinceNanos = World.NEVER;
            }
            moved(fresh);
            movedLate(fresh);
            markEndMoved();
        }
    }

    /** The same of the end behind it. */
    void endShown() {
        if (ring != null) {
            markEndMoved();
        }
    }

    /** A ring has received the end, or an error. */
    void endArrived(int result) {
        if (result == 0) {
            endSeen = true;
        } else {
            boolean first = lastErrno == 0;
            failed(-result);
            foundByReceiving = first;
        }
    }

    /** A ring has sent: {@code result} is what send(2) would have answered. */
    void sentByRing(int result) {
        if (result > 0) {
            sent += result;
            unsettled += result;
            peer.wake();
        } else {
            owesSpace |= result == -Errno.EAGAIN;
            failed(-result);
        }
    }

    /** And the program is told, if it did not find out itself. */
    void sendTold(int bytes) {
        if (ring != null && lastSendTurn != kernel.turnNanos()) {
            moveTurnBefore = lastMoveTurn;
            paidTurnBefore = paidTurn;
            sendTurnBefore = lastSendTurn;
        }
        moved(bytes);
        settleLate();
        sentLate = bytes;
        sentLateTurn = kernel.turnNanos();
        lastSendNanos = kernel.elapsedNanos();
        lastSendTurn = kernel.turnNanos();
        pay(bytes);
    }

    /** send(2) answered {@code result}. */
    void sendAnswered(int result) {
        if (result > 0) {
            sent += result;
            sendTold(result);
            settleLate();
            peer.wake();
        } else {
            owesSpace |= result == -Errno.EAGAIN;
            failed(-result);
        }
    }

    /** sendfile(2) answered 0. */
    void fileFailed(int errno) {
        noteErrno(errno); // what the program is to make of it
    }

    private void moved(int bytes) {
        movedBytes += bytes;
        if (movedBytes >= idleBytes) {
            movedBytes = 0;
            markMove();
        }
    }

    private void movedLate(int bytes) {
        if (sentLateTurn != kernel.turnNanos()) {
            settleLate();
        }
        countLate(bytes, kernel.turnNanos());
    }

    private void settleLate() {
        countLate(sentLate, sentLateTurn);
        sentLate = 0;
    }

    private void countLate(int bytes, long turn) {
        movedBytesLate += bytes;
        if (movedBytesLate >= idleBytes) {
            movedBytesLate = 0;
            moveTurnLate = turn;
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
        moveTurnLate = lastMoveTurn;
    }

    /** What a ring has sent, and the program may not know it yet. */
    long unsettled() {
        if (unsettled > 0) {
            Objects.requireNonNull(ring).settleSends();
        }
        return unsettled;
    }

    /** Whether memory for what a ring has sent was held yet in {@code turn}. */
    boolean hasHeardOfSends(long turn) {
        return ring != null && (unsettled > 0 || lastSendTurn >= turn);
    }

    // When bytes last moved, for a decision of this turn: it may have come before the program was
    // told in it of what a ring had sent.

    long moveTurnAsOf(long turn) {
        if (sentLateTurn < turn) {
            settleLate();
        }
        return Math.min(hasHeardOfSends(turn) ? moveTurnBefore : lastMoveTurn, moveTurnLate);
    }

    long paidTurnAsOf(long turn) {
        return hasHeardOfSends(turn) ? paidTurnBefore : paidTurn;
    }

    long sendTurnAsOf(long turn) {
        return hasHeardOfSends(turn) ? sendTurnBefore : lastSendTurn;
    }

    /** Since when there has been input for the program; {@link World#NEVER} if there is none. */
    long inputSinceNanos() {
        return Math.min(inputSinceNanos, unshownSinceNanos);
    }

    final void noteErrno(int errno) {
        lastErrno = errno;
        foundByReceiving = false;
        if (ring != null) {
            errnos.set(errno);
        }
    }

    /** Whether that is what the program is to make of it: of several that wait it sees one. */
    boolean hasSaid(int errno) {
        return errno == lastErrno || errnos.get(errno);
    }

    private void failed(int errno) {
        if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
            noteErrno(errno);
            error = 0;
        }
    }
}
