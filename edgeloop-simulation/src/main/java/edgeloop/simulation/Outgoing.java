package edgeloop.simulation;

import edgeloop.Client;
import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.sys.Errno;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A peer to which the program connects: how it answers, and whether what the program is told of it
 * is true. Once connected it is a {@link SwarmPeer} as all others.
 */
final class Outgoing implements RemoteHost {
    /** How the host answers. */
    private enum Answer {
        AT_ONCE,
        LATER,
        REFUSED_AT_ONCE,
        REFUSED,
        NEVER
    }

    private static final int[] REFUSALS = {
        Errno.ECONNREFUSED, Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.ETIMEDOUT, Errno.ECONNRESET
    };
    private static final int MAX_ANSWER_NANOS = 2_000_000_000;

    private final Scenario scenario;
    private final SwarmPeer peer;
    private final InetSocketAddress address;
    private final Answer answer;
    private final int refusal;
    private final int answerNanos;
    private final int receiveBuffer;
    private final int sendBuffer;

    private @Nullable ConnectAttempt attempt;

    /** When the program was asked to connect, called connect(2), had begun, had its answer. */
    private long askedNanos = World.NEVER;

    private long reachedNanos = World.NEVER;
    private long begunNanos = World.NEVER;
    private long answeredNanos = World.NEVER;

    /** What the kernel refused before the host was reached, or the host; a positive errno, or 0. */
    private int refusedWith;

    private boolean asking;
    private boolean thrown;
    private boolean closedBefore;

    /** Whether the program was told the end of it: established, or why not. */
    private boolean told;

    Outgoing(
            Scenario scenario, SwarmPeer peer, Choices choices, int receiveBuffer, int sendBuffer) {
        this.scenario = scenario;
        this.peer = peer;
        this.address = address(peer.index, choices.below(2) == 0);
        int draw = choices.below(16);
        this.answer =
                draw < 4
                        ? Answer.AT_ONCE
                        : draw < 11
                                ? Answer.LATER
                                : draw < 12
                                        ? Answer.REFUSED_AT_ONCE
                                        : draw < 14 ? Answer.REFUSED : Answer.NEVER;
        this.refusal = REFUSALS[choices.below(REFUSALS.length)];
        this.answerNanos = choices.magnitude(1, MAX_ANSWER_NANOS);
        this.receiveBuffer = receiveBuffer;
        this.sendBuffer = sendBuffer;
    }

    /** One in 192.0.2.0/24 or 2001:db8::/32, RFC 5737 and RFC 3849. */
    private static InetSocketAddress address(int number, boolean old) {
        byte[] bytes = new byte[old ? 4 : 16];
        bytes[0] = (byte) (old ? 192 : 0x20);
        bytes[1] = (byte) (old ? 0 : 1);
        bytes[2] = (byte) (old ? 2 : 0x0d);
        bytes[3] = (byte) (old ? number : 0xb8);
        bytes[bytes.length - 1] = (byte) number;
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 1_000 + number);
        } catch (UnknownHostException e) {
            throw new AssertionError("as many bytes as of an address", e);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    // ---- The host -----------------------------------------------------------------------------

    @Override
    public int receiveBuffer() {
        return receiveBuffer;
    }

    @Override
    public int sendBuffer() {
        return sendBuffer;
    }

    @Override
    public void reached(ConnectAttempt newAttempt) {
        if (attempt != null) {
            throw scenario.kernel.violation("peer %d: connected to again", peer.index);
        }
        if (closedBefore) {
            throw scenario.kernel.violation("peer %d: connected to by a closed client", peer.index);
        }
        attempt = newAttempt;
        reachedNanos = scenario.kernel.elapsedNanos();
        switch (answer) {
            case AT_ONCE, REFUSED_AT_ONCE -> answer(newAttempt);
            case LATER, REFUSED -> peer.nextNanos = reachedNanos + answerNanos;
            case NEVER -> peer.nextNanos = scenario.isCalm() ? reachedNanos + 1 : World.NEVER;
        }
    }

    /** Does what is planned, until the peer is connected or never will be. */
    void act() {
        ConnectAttempt pending = attempt;
        if (askedNanos == World.NEVER) {
            askedNanos = scenario.kernel.elapsedNanos();
            scenario.note(peer, "is to be connected to");
            if (!scenario.client.connect(this)) {
                refused();
            }
        } else if (pending != null && !pending.isOver()) {
            if (answer != Answer.NEVER || scenario.isCalm()) {
                answer(pending);
            }
        }
    }

    private void answer(ConnectAttempt pending) {
        answeredNanos = scenario.kernel.elapsedNanos();
        if (answer == Answer.REFUSED || answer == Answer.REFUSED_AT_ONCE) {
            scenario.note(peer, "refuses");
            refusedWith = refusal;
            pending.refuse(refusal);
        } else {
            PeerSocket socket = pending.accept();
            scenario.note(peer, "accepts");
            peer.connected(socket);
        }
    }

    // ---- What the program is told -------------------------------------------------------------

    /** Has {@code client} connect, in a task. */
    void connect(Client client) {
        asking = true;
        closedBefore = scenario.client.isGone();
        scenario.kernel.connects().lastRefusal = 0;
        try {
            client.connect(address, this::established, this::failed);
            int refused = scenario.kernel.connects().lastRefusal;
            refusedWith = refused != 0 ? refused : refusedWith;
        } catch (RejectedExecutionException e) {
            refused(); // the reactor has stopped
        }
        asking = false;
        begunNanos = scenario.kernel.elapsedNanos();
    }

    private void refused() {
        told = true;
        peer.end("is not connected to: the reactor refuses");
    }

    ConnectionHandler established(Connection connection) {
        ConnectAttempt made = attempt;
        tell();
        if (made == null || refusedWith != 0 || peer.socket == null) {
            throw scenario.kernel.violation("peer %d: established, and is not", peer.index);
        }
        if (address.equals(made.connection().local)) {
            throw scenario.kernel.violation("peer %d: it is connected to itself", peer.index);
        }
        made.connection().begins();
        try {
            return scenario.handlerOf(peer, connection);
        } catch (Handlers.Thrown e) {
            thrown = true;
            told = false; // to be told of what it threw itself
            throw e;
        }
    }

    void failed(CloseReason reason) {
        tell();
        scenario.note(peer, "is not connected to: " + reason);
        String wrong = wrong(reason);
        if (wrong != null) {
            throw scenario.kernel.violation("peer %d: %s: %s", peer.index, reason, wrong);
        }
        if (peer.socket == null) {
            peer.end("was not connected to");
        }
    }

    private void tell() {
        if (asking || told) {
            throw scenario.kernel.violation(
                    "peer %d: told of its end %s",
                    peer.index, asking ? "before connect has returned" : "twice");
        }
        told = true;
    }

    private @Nullable String wrong(CloseReason reason) {
        return switch (reason) {
            case CloseReason.Failed(int errno) -> wrongErrno(errno);
            case CloseReason.TimedOut(CloseReason.TimedOut.Limit limit)
                    when limit == CloseReason.TimedOut.Limit.CONNECT ->
                    wrongTimeout();
            case CloseReason.HandlerFailed _ -> thrown ? null : "it has not thrown";
            case CloseReason.LocallyClosed _ ->
                    scenario.isCutOff() || scenario.client.isClosed() ? null : "nobody closed it";
            default -> "that is no way to fail";
        };
    }

    private @Nullable String wrongErrno(int errno) {
        ConnectAttempt made = attempt;
        boolean toSelf = made != null && address.equals(made.connection().local);
        int lastErrno = made == null ? 0 : made.connection().lastErrno;
        boolean right =
                errno == refusedWith
                        || (errno == lastErrno && errno != 0)
                        || (toSelf && errno == Errno.ECONNREFUSED)
                        || (scenario.kernel.connects().registrationsRefused > 0
                                && (errno == Errno.ENOSPC || errno == Errno.ENOMEM));
        return right ? null : "it was refused with " + Errno.name(refusedWith);
    }

    private @Nullable String wrongTimeout() {
        long now = scenario.kernel.turnNanos();
        int millis = scenario.settings.connectMillis();
        if (millis == 0 || now - reachedNanos < (millis - 1) * 1_000_000L) {
            return "after " + (now - reachedNanos) + " ns only";
        }
        return answeredNanos < now ? "it had an answer" : null;
    }

    /** Checks that nothing is due that no event will tell of. */
    void checkBeforeSleep(long untilNanos) {
        ConnectAttempt made = attempt;
        if (told || made == null) {
            return;
        }
        TcpConnection socket = made.connection();
        if (made.isOver() && !socket.queued && !socket.closed) {
            throw scenario.kernel.violation(
                    "the server sleeps, and nobody asks how the connect to peer %d went",
                    peer.index);
        }
        if (!made.isOver()
                && ConnectionRules.isLate(
                        scenario, untilNanos, begunNanos, scenario.settings.connectMillis())) {
            throw scenario.kernel.violation("peer %d: sleeps past its connect timeout", peer.index);
        }
    }

    /** At the end the program has been told what became of it. */
    void checkEnd() {
        if (askedNanos != World.NEVER && !told) {
            throw scenario.kernel.violation(
                    "peer %d: nobody was told what became of the connect", peer.index);
        }
    }
}
